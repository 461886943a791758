/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Converts the text of a --cgroup option to a path as a filter has it. */
#ifndef USER_PARSE_CGROUP_PATH_H
#define USER_PARSE_CGROUP_PATH_H

#include "parse/list.h"

/*
 * Fills *path, which must be empty. `mount` is the mount point of the hierarchy. Sets *missing to
 * whether no cgroup has the path now; to false if the path has a '*'. Returns 0, or what
 * reason_set() returned.
 */
int cgroup_path_parse(const struct parsing *parsing, const char *text, const char *mount,
		      struct procsieve_cgroup_path *path, bool *missing);

#endif
