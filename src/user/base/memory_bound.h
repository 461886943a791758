/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory this process may still allocate under the limits of its cgroup and of the cgroups
 * above it (v1 or v2; MemoryMax= of a service sets such a limit). At such a limit the kernel kills
 * processes. The server therefore refuses requests that would reach it.
 */
#ifndef USER_BASE_MEMORY_BOUND_H
#define USER_BASE_MEMORY_BOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define MEMORY_BOUND_LEVELS 16

struct memory_bound {
	struct {
		int limit, usage; /* open files of one cgroup */
	} levels[MEMORY_BOUND_LEVELS];
	size_t count;
};

/* Opens the limit and usage files of this process's cgroups. Having none is not an error. */
void memory_bound_open(struct memory_bound *bound);
/* Closes all files. */
void memory_bound_close(struct memory_bound *bound);

/*
 * Stores the number of bytes left in *left, and in *limit the limit that leaves the fewest bytes.
 * Returns whether there is a limit.
 */
bool memory_bound_left(const struct memory_bound *bound, uint64_t *left, uint64_t *limit);

/*
 * Finds the directory of the cgroup that holds the limits. `mountinfo` has the format of
 * /proc/PID/mountinfo, `cgroups` that of /proc/PID/cgroup. Returns the path, which the caller
 * frees, or NULL. Sets *top to the length of the mount point at the start of the path, and *old to
 * whether the hierarchy is version 1.
 */
char *memory_bound_find(FILE *mountinfo, FILE *cgroups, size_t *top, bool *v1);

#endif
