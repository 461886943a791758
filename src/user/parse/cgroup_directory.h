/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up the path of a --cgroup option, as it is now. Shared by the parsers of that option. */
#ifndef USER_PARSE_CGROUP_DIRECTORY_H
#define USER_PARSE_CGROUP_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "parse/list.h"

/* The result of looking up a path: an id, or the reason why it is not a cgroup. */
struct directory {
	int error;  /* errno; 0: it is a directory */
	long magic; /* magic number of its filesystem */
	uint64_t inode;
	bool relative; /* the path is below the mount of the hierarchy */
};

/*
 * Returns the mount point of the hierarchy, which the caller frees; NULL with the reason set if the
 * path is empty or there is no hierarchy.
 */
char *cgroup_directory_mount(const struct parsing *parsing, const char *path);

/*
 * Looks the path up. An absolute path may start at the root directory or, as in /proc/PID/cgroup,
 * at the root of the hierarchy. The first interpretation is preferred. If neither is a cgroup, the
 * result is about the path that exists.
 */
struct directory cgroup_directory_find(const char *path, const char *mount);

bool cgroup_directory_is_cgroup(const struct directory *directory);

/* Refuses a path that is not a cgroup, and says why. Returns the result of reason_set(). */
int cgroup_directory_refuse(const struct parsing *parsing, const char *path, const char *mount,
			    const struct directory *directory);

#endif
