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
struct place {
	int error;  /* errno; 0: it is a directory */
	long magic; /* magic number of its filesystem */
	uint64_t inode;
};

/* Uses one descriptor for all calls, so that all results are from the same directory. */
static struct place look_at(const char *path)
{
	struct place place = {0};
	struct statfs filesystem;
	struct stat file;
	int fd;

	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		place.error = errno;
		return place;
	}
	if (fstat(fd, &file) || fstatfs(fd, &filesystem)) {
		place.error = errno;
	} else {
		place.magic = filesystem.f_type;
		place.inode = file.st_ino;
	}
	close(fd);
	return place;
}

static bool is_cgroup(const struct place *place)
{
	return !place->error && place->magic == CGROUP2_SUPER_MAGIC;
}

static struct place look_below(const char *mount, const char *path)
{
	struct place place = {.error = ENOMEM};
	char *joined;

	if (asprintf(&joined, "%s/%s", mount, path) < 0)
		return place;
	place = look_at(joined);
	free(joined);
	return place;
}

static int refuse_place(const struct asker *asker, const char *path, const char *mount,
			const struct place *place)
{
	if (place->error == ENOENT)
		return refuse(asker, "no cgroup %s; cgroups are the directories below %s",
			      quote(path), quote(mount));
	if (place->error == ENOTDIR)
		return refuse(asker, "%s is not a directory; cgroups are the directories below %s",
			      quote(path), quote(mount));
	if (place->error)
		return refuse(asker, "%s: %s", quote(path), strerror(place->error));
	if (place->magic == CGROUP_SUPER_MAGIC)
		return refuse(asker,
			      "%s is a cgroup of version 1; allowed are those of version 2, "
			      "below %s",
			      quote(path), quote(mount));
	return refuse(asker, "%s is not a cgroup; cgroups are the directories below %s",
		      quote(path), quote(mount));
}

/*
 * An absolute path may start at the root directory or, as in /proc/PID/cgroup, at the root of the
 * hierarchy. The first interpretation is preferred. If neither is a cgroup, the message is about
 * the path that exists.
 */
static int find_cgroup(const struct asker *asker, const char *path, const char *mount, uint64_t *id)
{
	struct place below = look_below(mount, path);
	struct place place = *path == '/' ? look_at(path) : below;

	if (!is_cgroup(&place) && (is_cgroup(&below) || place.error == ENOENT))
		place = below;
	if (!is_cgroup(&place))
		return refuse_place(asker, path, mount, &place);
	*id = place.inode;
	return 0;
}

static int find_id(const struct asker *asker, const char *path, uint64_t *id)
{
	char *mount;
	int err;

	if (*path == '\0')
		return refuse(asker, "the path is empty; the root of all cgroups is \"/\"");
	mount = cgroup_mount_own();
	if (!mount)
		return refuse(asker, "cannot find the cgroup v2 hierarchy: %s",
			      errno == ENOENT ? "it is not mounted" : strerror(errno));
	err = find_cgroup(asker, path, mount, id);
	free(mount);
	return err;
}

int parse_cgroup(const char *option, const char *text, struct procsieve_list *list,
		 struct reason *why)
{
	const struct asker asker = {option, why};
	struct draft draft;
	uint64_t id;
	int err;

	err = find_id(&asker, text, &id);
	if (err)
		return err;
	err = draft_begin_list(&asker, &draft, list);
	if (!err)
		err = draft_add(&asker, &draft, &id);
	return draft_end_list(&draft, list, err);
}
