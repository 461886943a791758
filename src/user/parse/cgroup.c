// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The --cgroup option of a snapshot: converts a path to the kernel's ids of the cgroups that it
 * names. The id of a cgroup is the inode number of its directory.
 */
#include "parse/filter_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/quote.h"
#include "parse/cgroup_directory.h"
#include "parse/cgroup_glob.h"
#include "parse/cgroup_path.h"

static int add_matching(const struct parsing *parsing, const char *text, const char *mount,
			struct draft *draft)
{
	struct procsieve_cgroup_path path = {0};
	bool missing, found;
	int err = cgroup_path_parse(parsing, text, mount, &path, &missing);

	if (!err)
		err = cgroup_glob_add(parsing, mount, path.path, draft, &found);
	if (!err && !found)
		err = refuse(parsing, "no cgroup below %s matches %s", quote(mount), quote(text));
	return err;
}

static int add_cgroup(const struct parsing *parsing, const char *text, const char *mount,
		      struct draft *draft)
{
	struct directory directory = cgroup_directory_find(text, mount);

	if (!cgroup_directory_is_cgroup(&directory))
		return cgroup_directory_refuse(parsing, text, mount, &directory);
	return draft_add(parsing, draft, &directory.inode);
}

int parse_cgroup(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why)
{
	const struct parsing parsing = {option, why};
	char *mount = cgroup_directory_mount(&parsing, text);
	struct draft draft;
	int err;

	if (!mount)
		return -EINVAL;
	err = draft_begin_list(&parsing, &draft, list);
	if (!err) {
		err = strchr(text, '*') ? add_matching(&parsing, text, mount, &draft)
					: add_cgroup(&parsing, text, mount, &draft);
		err = draft_end_list(&draft, list, err);
	}
	free(mount);
	return err;
}
