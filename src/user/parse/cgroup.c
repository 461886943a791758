// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The --cgroup option of a snapshot: converts a path to the kernel's id of the cgroup, which is the
 * inode number of its directory.
 */
#include "parse/filter_lists.h"

#include <errno.h>
#include <stdlib.h>

#include "parse/cgroup_directory.h"

static int find_cgroup_id(const struct parsing *parsing, const char *path, uint64_t *id)
{
	char *mount = cgroup_directory_mount(parsing, path);
	struct directory directory;
	int err = 0;

	if (!mount)
		return -EINVAL;
	directory = cgroup_directory_find(path, mount);
	if (cgroup_directory_is_cgroup(&directory))
		*id = directory.inode;
	else
		err = cgroup_directory_refuse(parsing, path, mount, &directory);
	free(mount);
	return err;
}

int parse_cgroup(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct draft draft;
	uint64_t id;
	int err;

	err = find_cgroup_id(&parsing, text, &id);
	if (err)
		return err;
	err = draft_begin_list(&parsing, &draft, list);
	if (!err)
		err = draft_add(&parsing, &draft, &id);
	return draft_end_list(&draft, list, err);
}
