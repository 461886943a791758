// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The --cgroup option: converts a path to the kernel's id of the cgroup, which is the inode number
 * of its directory. Called by the subcommands while they parse their options.
 */
#include "parse/filter_lists.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cgroup_mount.h"
#include "parse/list.h"
#include "base/quote.h"

/* The result of looking up a path: an id, or the reason why it is not a cgroup. */
struct directory {
	int error;  /* errno; 0: it is a directory */
	long magic; /* magic number of its filesystem */
	uint64_t inode;
};

/* Uses one descriptor for all calls, so that all results are from the same directory. */
static struct directory inspect_directory(const char *path)
{
	struct directory directory = {0};
	struct statfs filesystem;
	struct stat file;
	int fd;

	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		directory.error = errno;
		return directory;
	}
	if (fstat(fd, &file) || fstatfs(fd, &filesystem)) {
		directory.error = errno;
	} else {
		directory.magic = filesystem.f_type;
		directory.inode = file.st_ino;
	}
	close(fd);
	return directory;
}

static bool is_cgroup(const struct directory *directory)
{
	return !directory->error && directory->magic == CGROUP2_SUPER_MAGIC;
}

static struct directory inspect_below(const char *mount, const char *path)
{
	struct directory directory = {.error = ENOMEM};
	char *joined;

	if (asprintf(&joined, "%s/%s", mount, path) < 0)
		return directory;
	directory = inspect_directory(joined);
	free(joined);
	return directory;
}

static int refuse_directory(const struct parsing *parsing, const char *path, const char *mount,
			    const struct directory *directory)
{
	if (directory->error == ENOENT)
		return refuse(parsing, "no cgroup %s; cgroups are the directories below %s",
			      quote(path), quote(mount));
	if (directory->error == ENOTDIR)
		return refuse(parsing,
			      "%s is not a directory; cgroups are the directories below %s",
			      quote(path), quote(mount));
	if (directory->error)
		return refuse(parsing, "%s: %s", quote(path), strerror(directory->error));
	if (directory->magic == CGROUP_SUPER_MAGIC)
		return refuse(parsing,
			      "%s is a cgroup of version 1; allowed are those of version 2, "
			      "below %s",
			      quote(path), quote(mount));
	return refuse(parsing, "%s is not a cgroup; cgroups are the directories below %s",
		      quote(path), quote(mount));
}

/*
 * An absolute path may start at the root directory or, as in /proc/PID/cgroup, at the root of the
 * hierarchy. The first interpretation is preferred. If neither is a cgroup, the message is about
 * the path that exists.
 */
static int resolve_cgroup(const struct parsing *parsing, const char *path, const char *mount,
			  uint64_t *id)
{
	struct directory below = inspect_below(mount, path);
	struct directory directory = *path == '/' ? inspect_directory(path) : below;

	if (!is_cgroup(&directory) && (is_cgroup(&below) || directory.error == ENOENT))
		directory = below;
	if (!is_cgroup(&directory))
		return refuse_directory(parsing, path, mount, &directory);
	*id = directory.inode;
	return 0;
}

static int find_cgroup_id(const struct parsing *parsing, const char *path, uint64_t *id)
{
	char *mount;
	int err;

	if (*path == '\0')
		return refuse(parsing, "the path is empty; the root of all cgroups is \"/\"");
	mount = cgroup_mount_own();
	if (!mount)
		return refuse(parsing, "cannot find the cgroup v2 hierarchy: %s",
			      errno == ENOENT ? "it is not mounted" : strerror(errno));
	err = resolve_cgroup(parsing, path, mount, id);
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
