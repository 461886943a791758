/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much memory this process may still take, by the limits of its cgroup and of those above it
 * (of version 1 or 2, as MemoryMax= of a service sets them). At such a limit the kernel ends
 * processes: the server, which knows it, refuses what would lead there.
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
		int limit, usage; /* files of the cgroup */
	} levels[MEMORY_BOUND_LEVELS];
	size_t count;
};

/* Finds those of this process; none is no error. */
void memory_bound_open(struct memory_bound *bound);
void memory_bound_close(struct memory_bound *bound);

/*
 * Fills in how many bytes are left, and the limit that is nearest. Returns whether there is a
 * limit.
 */
bool memory_bound_left(const struct memory_bound *bound, uint64_t *left, uint64_t *limit);

/*
 * Finds the directory of the cgroup that holds the limits: `mountinfo` as in /proc/PID/mountinfo,
 * `cgroups` as in /proc/PID/cgroup. *top is the length of the part of the path that is the mount
 * point. Returns the path, for the caller to free, or NULL; *old: it is of version 1.
 */
char *memory_bound_find(FILE *mountinfo, FILE *cgroups, size_t *top, bool *old);

#endif
