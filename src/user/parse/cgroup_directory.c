// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up paths of cgroups; see cgroup_directory.h. */
#include "parse/cgroup_directory.h"

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
#include "base/quote.h"

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

bool cgroup_directory_is_cgroup(const struct directory *directory)
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

int cgroup_directory_refuse(const struct parsing *parsing, const char *path, const char *mount,
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

struct directory cgroup_directory_find(const char *path, const char *mount)
{
	struct directory below = inspect_below(mount, path), directory;

	below.relative = true;
	if (*path != '/')
		return below;
	directory = inspect_directory(path);
	if (cgroup_directory_is_cgroup(&directory))
		return directory;
	return cgroup_directory_is_cgroup(&below) || directory.error == ENOENT ? below : directory;
}

char *cgroup_directory_mount(const struct parsing *parsing, const char *path)
{
	char *mount;

	if (*path == '\0') {
		refuse(parsing, "the path is empty; the root of all cgroups is \"/\"");
		return NULL;
	}
	mount = cgroup_mount_own();
	if (!mount)
		refuse(parsing, "cannot find the cgroup v2 hierarchy: %s",
		       errno == ENOENT ? "it is not mounted" : strerror(errno));
	return mount;
}
