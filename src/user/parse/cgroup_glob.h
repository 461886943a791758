/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The existing cgroups that a path with a '*' names. For snapshots, which take ids. */
#ifndef USER_PARSE_CGROUP_GLOB_H
#define USER_PARSE_CGROUP_GLOB_H

#include "parse/list.h"

/*
 * Adds the ids of the cgroups that match to the draft. `path` is as in struct
 * procsieve_cgroup_path, below the directory `mount`. Sets *found to whether any matches. Returns
 * 0, or what draft_add() returned.
 */
int cgroup_glob_add(const struct parsing *parsing, const char *mount, const char *path,
		    struct draft *draft, bool *found);

/* Returns whether a name matches a component of `length` bytes with at most one '*'. */
bool cgroup_glob_matches(const char *component, size_t length, const char *name);

#endif
