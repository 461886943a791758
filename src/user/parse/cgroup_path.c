// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The --cgroup option of a listener: converts what the user wrote to a path that the kernel side
 * can compare with those of cgroups, whether such a cgroup exists or not.
 */
#include "parse/cgroup_path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cgroup_mount.h"
#include "base/quote.h"
#include "parse/cgroup_directory.h"
#include "parse/filter_lists.h"

/* Returns the rest of a path below a mount point, or NULL if it is not below it. */
static const char *path_below(const char *point, const char *path)
{
	size_t length = strcmp(point, "/") ? strlen(point) : 0;

	if (strncmp(path, point, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* The mount that has a path; the longest mount point if several have. */
struct holder {
	const char *path, *rest;
	char *point;
};

static bool try_mount(void *context, const struct cgroup_mount *mount)
{
	struct holder *holder = context;
	const char *rest = path_below(mount->point, holder->path);

	if (rest && (!holder->rest || rest >= holder->rest)) {
		free(holder->point);
		holder->point = strdup(mount->point);
		holder->rest = rest;
	}
	return false;
}

/* Finds the mount of the hierarchy that has this path. The caller frees holder->point. */
static struct holder find_holder(const char *path)
{
	FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	struct holder holder = {.path = path};

	if (mountinfo) {
		cgroup_mount_for_each(mountinfo, try_mount, &holder);
		fclose(mountinfo);
	}
	return holder;
}

static bool set_below(struct procsieve_cgroup_path *path, const char *point)
{
	struct stat file;
	bool found = point && !stat(point, &file);

	if (found)
		path->below = file.st_ino;
	return found;
}

static int check_component(const struct parsing *parsing, const char *text, const char *component,
			   size_t length)
{
	const char *star = memchr(component, '*', length);

	if (length == 2 && !memcmp(component, "..", 2))
		return refuse(parsing, "%s has \"..\"; only a path that exists may have",
			      quote(text));
	if (length > NAME_MAX)
		return refuse(parsing, "%s: a component is longer than %d bytes", quote(text),
			      NAME_MAX);
	if (star && memchr(star + 1, '*', component + length - star - 1))
		return refuse(parsing, "%s has two \"*\" in a component; one is allowed in each",
			      quote(text));
	return 0;
}

/*
 * Writes the components of `rest` as the filter has them: each after one slash, without ".". `text`
 * is what the user wrote, for messages.
 */
static int write_components(const struct parsing *parsing, const char *text, const char *rest,
			    struct procsieve_cgroup_path *path)
{
	unsigned int depth = 0;
	size_t used = 0, length;
	int err = 0;

	for (; *rest; rest += length) {
		rest += strspn(rest, "/");
		length = strcspn(rest, "/");
		if (!length || (length == 1 && *rest == '.'))
			continue;
		err = check_component(parsing, text, rest, length);
		if (!err && (used + 1 + length >= sizeof(path->path) ||
			     ++depth > PROCSIEVE_CGROUP_PATH_DEPTH))
			err = refuse(parsing, "%s is longer than %zu bytes or %d components",
				     quote(text), sizeof(path->path) - 1,
				     PROCSIEVE_CGROUP_PATH_DEPTH);
		if (err)
			return err;
		path->path[used++] = '/';
		memcpy(path->path + used, rest, length);
		used += length;
	}
	if (!used)
		path->path[0] = '/';
	return 0;
}

/* A path that has no cgroup now, or a pattern: it is taken as it is written. */
static int write_path_below_mount(const struct parsing *parsing, const char *text,
				  const char *mount, struct procsieve_cgroup_path *path)
{
	const char *rest = *text == '/' ? path_below(mount, text) : NULL;

	if (!set_below(path, mount))
		return refuse(parsing, "%s: %s", quote(mount), strerror(errno));
	return write_components(parsing, text, rest ? rest : text, path);
}

/*
 * A cgroup that exists: without links and "..". If no mount leads to it, its id stands for it, and
 * it is not followed.
 */
static int write_path_of_directory(const struct parsing *parsing, const char *text,
				   const char *mount, const struct directory *directory,
				   struct procsieve_cgroup_path *path)
{
	char joined[PATH_MAX], *real = NULL;
	struct holder holder = {0};
	int err;

	if (snprintf(joined, sizeof(joined), "%s/%s", directory->relative ? mount : "", text) <
	    (int)sizeof(joined))
		real = realpath(joined, NULL);
	if (real)
		holder = find_holder(real);
	if (set_below(path, holder.point)) {
		err = write_components(parsing, text, holder.rest, path);
	} else {
		path->below = directory->inode;
		err = write_components(parsing, text, "/", path);
	}
	free(holder.point);
	free(real);
	return err;
}

int cgroup_path_parse(const struct parsing *parsing, const char *text, const char *mount,
		      struct procsieve_cgroup_path *path, bool *missing)
{
	struct directory directory;

	*missing = false;
	if (strchr(text, '*'))
		return write_path_below_mount(parsing, text, mount, path);
	directory = cgroup_directory_find(text, mount);
	*missing = directory.error == ENOENT;
	if (*missing)
		return write_path_below_mount(parsing, text, mount, path);
	if (!cgroup_directory_is_cgroup(&directory))
		return cgroup_directory_refuse(parsing, text, mount, &directory);
	return write_path_of_directory(parsing, text, mount, &directory, path);
}

/* The kernel side compares each new cgroup with all patterns, so these are fewer. */
static int check_counts(const struct parsing *parsing, const struct draft *draft)
{
	const struct procsieve_cgroup_path *paths = draft->values;
	unsigned int globs = 0;

	for (size_t i = 0; i < draft->count; i++)
		globs += strchr(paths[i].path, '*') != NULL;
	if (draft->count > PROCSIEVE_CGROUP_PATHS_MAX)
		return refuse(parsing, "more than %d paths", PROCSIEVE_CGROUP_PATHS_MAX);
	if (globs > PROCSIEVE_CGROUP_GLOBS_MAX)
		return refuse(parsing, "more than %d paths with a \"*\"",
			      PROCSIEVE_CGROUP_GLOBS_MAX);
	return 0;
}

int parse_cgroup_path(const char *option, const char *text, struct procsieve_filter *filter,
		      bool *missing, struct reason *why)
{
	const struct parsing parsing = {option, why};
	struct procsieve_cgroup_path path = {0};
	char *mount = cgroup_directory_mount(&parsing, text);
	struct draft draft;
	int err;

	if (!mount)
		return -EINVAL;
	err = cgroup_path_parse(&parsing, text, mount, &path, missing);
	free(mount);
	if (err)
		return err;
	err = draft_begin(&parsing, &draft, filter->cgroup_paths, filter->cgroup_path_count,
			  sizeof(path));
	if (err)
		return err;
	err = draft_add(&parsing, &draft, &path);
	if (!err)
		err = check_counts(&parsing, &draft);
	if (err) {
		free(draft.values);
		return err;
	}
	free(filter->cgroup_paths);
	filter->cgroup_paths = draft.values;
	filter->cgroup_path_count = draft.count;
	return 0;
}
