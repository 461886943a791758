// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Opens the directory of the server's socket; see socket_directory.h. Walks the path as the kernel
 * does, but one component at a time: each directory and each symbolic link is opened, then checked
 * by its descriptor, and only then is the next one looked up in it. So there is no time between a
 * check and its use.
 */
#include "server/socket_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"

/* Maximum number of symbolic links in a path, as in path_resolution(7). */
#define LINKS_MAX 40

/* What is allowed: the end of each message about a directory or a link that is not. */
#define RULE                                                                                     \
	"; each directory and symbolic link on the way to the socket must belong to root or to " \
	"the server's user, and no other user may write to it, except to a sticky directory "    \
	"above the socket's own"

struct walk {
	const char *path;    /* of the socket, for messages */
	int fd;		     /* O_PATH: the directory that the walk has reached; -1: none */
	char left[PATH_MAX]; /* the rest of the path, from there */
	unsigned int links;  /* followed so far */
};

static int walk_error(const struct walk *walk, int error, struct reason *why)
{
	return reason_set(why, STATUS_FAILURE, "cannot use the directory of the socket %s: %s",
			  walk->path, strerror(error));
}

/* Returns whether the walk has reached the end of the path. */
static bool is_at_end(const struct walk *walk)
{
	return !walk->left[strspn(walk->left, "/")];
}

/* Removes the first component from the rest of the path. Returns false if there is none. */
static bool next_component(struct walk *walk, char name[PATH_MAX])
{
	const char *start = walk->left + strspn(walk->left, "/");
	size_t length = strcspn(start, "/");

	memcpy(name, start, length);
	name[length] = '\0';
	memmove(walk->left, start + length, strlen(start + length) + 1);
	return length;
}

/* Returns the kernel's name of an open file, or the socket's path if /proc is not mounted. */
static const char *kernel_path(const struct walk *walk, int fd, char name[PATH_MAX])
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX - 1);
	if (length < 0)
		return walk->path;
	name[length] = '\0';
	return name;
}

/*
 * Checks that no other user can change where this directory or symbolic link leads. In a sticky
 * directory a user cannot rename what belongs to others, but it can take a name that is free: that
 * of a socket while no server runs. So the socket's own directory must not be one.
 */
static int check_owner_and_mode(const struct walk *walk, int fd, const struct stat *status,
				struct reason *why)
{
	bool sticky = status->st_mode & S_ISVTX && !is_at_end(walk);
	char name[PATH_MAX];

	if (status->st_uid && status->st_uid != geteuid())
		return reason_set(why, STATUS_FAILURE, "%s belongs to user %u" RULE,
				  quote(kernel_path(walk, fd, name)), status->st_uid);
	if (S_ISDIR(status->st_mode) && status->st_mode & (S_IWGRP | S_IWOTH) && !sticky)
		return reason_set(why, STATUS_FAILURE, "other users can write to %s" RULE,
				  quote(kernel_path(walk, fd, name)));
	return 0;
}

/* Puts the target of a symbolic link before the rest of the path. */
static int follow_link(struct walk *walk, int link, struct reason *why)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

	if (length < 0)
		return walk_error(walk, errno, why);
	if (++walk->links > LINKS_MAX)
		return walk_error(walk, ELOOP, why);
	target[length] = '\0';
	strcpy(rest, walk->left);
	if (snprintf(walk->left, sizeof(walk->left), "%s/%s", target, rest) >=
	    (int)sizeof(walk->left))
		return walk_error(walk, ENAMETOOLONG, why);
	return 0;
}

/* Continues from the directory `fd`. The walk closes it. */
static void move_to(struct walk *walk, int fd)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->fd = fd;
}

/* Continues from the root directory. */
static int move_to_root(struct walk *walk, struct reason *why)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return walk_error(walk, errno, why);
	move_to(walk, fd);
	if (fstat(fd, &status))
		return walk_error(walk, errno, why);
	return check_owner_and_mode(walk, fd, &status, why);
}

/* Goes into the directory `fd`, or to where it leads if it is a symbolic link. Closes it then. */
static int enter_component(struct walk *walk, int fd, struct reason *why)
{
	struct stat status;
	int err;

	if (fstat(fd, &status))
		err = walk_error(walk, errno, why);
	else
		err = check_owner_and_mode(walk, fd, &status, why);
	if (!err && S_ISDIR(status.st_mode)) {
		move_to(walk, fd);
		return 0;
	}
	if (!err)
		err = S_ISLNK(status.st_mode) ? follow_link(walk, fd, why)
					      : walk_error(walk, ENOTDIR, why);
	close(fd);
	return err || *walk->left != '/' ? err : move_to_root(walk, why);
}

/*
 * Creates the last directory of the path. No other user can replace it before its permissions are
 * set: it is ours, in a directory that was checked.
 */
static int create_directory(const struct walk *walk, const char *name)
{
	if (mkdirat(walk->fd, name, 0755))
		return errno == EEXIST ? 0 : -errno;
	return fchmodat(walk->fd, name, 0755, 0) ? -errno : 0;
}

static int walk_component(struct walk *walk, const char *name, struct reason *why)
{
	int fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && is_at_end(walk)) {
		int err = create_directory(walk, name);

		if (err)
			return walk_error(walk, -err, why);
		fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0)
		return walk_error(walk, errno, why);
	return enter_component(walk, fd, why);
}

int socket_directory_open(const char *path, int *directory, struct reason *why)
{
	struct walk walk = {.path = path, .fd = -1};
	char name[PATH_MAX];
	int err;

	snprintf(walk.left, sizeof(walk.left), "%.*s", (int)(strrchr(path, '/') - path), path);
	err = move_to_root(&walk, why);
	while (!err && next_component(&walk, name))
		err = walk_component(&walk, name, why);
	if (!err) {
		/* A descriptor from O_PATH cannot be locked. */
		*directory = openat(walk.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*directory < 0)
			err = walk_error(&walk, errno, why);
	}
	if (walk.fd >= 0)
		close(walk.fd);
	return err;
}
