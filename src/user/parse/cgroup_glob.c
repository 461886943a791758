// SPDX-License-Identifier: GPL-2.0-or-later
/* Expands paths of cgroups; see cgroup_glob.h. */
#include "parse/cgroup_glob.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The search, for each of its steps. */
struct search {
	const struct parsing *parsing;
	struct draft *draft;
	bool *found;
};

bool cgroup_glob_matches(const char *component, size_t length, const char *name)
{
	const char *star = memchr(component, '*', length);
	size_t before = star ? (size_t)(star - component) : length;
	size_t after = star ? length - before - 1 : 0, size = strlen(name);

	if (size < before + after || (!star && size != length))
		return false;
	return !memcmp(name, component, before) &&
	       !memcmp(name + size - after, component + length - after, after);
}

static int search_in(const struct search *search, int directory, const char *name,
		     const char *rest);

/* Goes on with each directory that matches the component. Takes the descriptor. */
static int search_all(const struct search *search, int fd, const char *component, size_t length)
{
	DIR *directory = fdopendir(fd);
	const struct dirent *entry;
	int err = 0;

	if (!directory) {
		close(fd);
		return 0;
	}
	while (!err && (entry = readdir(directory))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (cgroup_glob_matches(component, length, entry->d_name))
			err = search_in(search, dirfd(directory), entry->d_name,
					component + length);
	}
	closedir(directory);
	return err;
}

/*
 * Opens a directory and goes on with the rest of the path. One that cannot be opened, or is not
 * there any more, does not match. The depth is at most PROCSIEVE_CGROUP_PATH_DEPTH.
 */
static int search_in(const struct search *search, int directory, const char *name, const char *rest)
{
	int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	struct stat file;
	uint64_t id;

	if (fd < 0)
		return 0;
	if (*rest)
		return search_all(search, fd, rest + 1, strcspn(rest + 1, "/"));
	if (!fstat(fd, &file)) {
		*search->found = true;
		id = file.st_ino;
		err = draft_add(search->parsing, search->draft, &id);
	}
	close(fd);
	return err;
}

int cgroup_glob_add(const struct parsing *parsing, const char *mount, const char *path,
		    struct draft *draft, bool *found)
{
	*found = false;
	return search_in(&(struct search){parsing, draft, found}, AT_FDCWD, mount, path);
}
