// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's socket; see socket.h. The socket's path may name another file by the time it is used
 * again: an administrator may have put a symbolic link there. So all changes to the file use a
 * descriptor of the socket that was made here, and no other user may be able to redirect the path.
 */
#include "server/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "server/sd_notify.h"
#include "server/client_fds.h"
#include "server/socket_directory.h"

#define BACKLOG 64

static int refuse(struct reason *why, const char *what, const char *path)
{
	return reason_set(why, STATUS_FAILURE, "%s %s: %s", what, path, strerror(errno));
}

/* Returns whether a server accepts connections there. */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served;

	if (fd < 0)
		return false;
	/* EAGAIN: its queue is full. */
	served =
		!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN;
	close(fd);
	return served;
}

/* Returns the last component of a path. */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Servers that start or end at the same time take turns. Any user can hold this lock, so the wait
 * is limited to about a second. Without the lock two servers of root that start at the same instant
 * may not notice each other.
 */
static void lock_directory(int directory)
{
	const struct timespec moment = {.tv_nsec = 10000000};

	for (unsigned int i = 0; i < 100 && flock(directory, LOCK_EX | LOCK_NB); i++)
		nanosleep(&moment, NULL);
}

/* Removes the socket of a server that no longer runs. */
static int make_way(int directory, const struct sockaddr_un *address, struct reason *why)
{
	const char *path = address->sun_path;
	struct stat status;

	if (fstatat(directory, name_of(path), &status, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (!S_ISSOCK(status.st_mode))
		return reason_set(why, STATUS_FAILURE, "%s is there and is no socket", path);
	if (is_served(address))
		return reason_set(why, STATUS_FAILURE, "a server is listening at %s already", path);
	unlinkat(directory, name_of(path), 0);
	return 0;
}

/* Opens the file that bind(2) made. The descriptor refers to it even if it is renamed. */
static int open_place(struct server_socket *listening, const char *path, struct reason *why)
{
	struct stat status;

	listening->place =
		openat(listening->directory, name_of(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (listening->place < 0 || fstat(listening->place, &status))
		return refuse(why, "cannot find the socket", path);
	if (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
		return reason_set(why, STATUS_FAILURE, "%s was replaced as it was made", path);
	return 0;
}

/* Returns whether the path still names the socket that was made here. */
static bool is_in_place(const struct server_socket *listening, const char *path)
{
	struct stat made, there;

	return !fstat(listening->place, &made) &&
	       !fstatat(listening->directory, name_of(path), &there, AT_SYMLINK_NOFOLLOW) &&
	       made.st_dev == there.st_dev && made.st_ino == there.st_ino;
}

/*
 * Does chmod(2) through an O_PATH descriptor. fchmod(2) does not accept one, and fchmodat2(2) with
 * AT_EMPTY_PATH needs Linux 6.6.
 */
static int change_mode(int place, mode_t mode)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	return chmod(path, mode);
}

int server_socket_permit(const struct server_socket *listening, const struct settings *options,
			 struct reason *why)
{
	struct stat status;

	/* The service manager has set the permissions of its own socket. */
	if (!listening->made)
		return 0;
	/*
	 * A running server cannot change a socket that another user owns, so correct permissions
	 * are not set again.
	 */
	if (fstat(listening->place, &status) || ((status.st_mode & 07777) != options->mode &&
						 change_mode(listening->place, options->mode)))
		return refuse(why, "cannot set the permissions of", options->socket);
	if (options->owner != SETTINGS_NO_ID && status.st_uid != options->owner &&
	    fchownat(listening->place, "", options->owner, -1, AT_EMPTY_PATH))
		return refuse(why, "cannot give to its owner the socket", options->socket);
	if (!is_in_place(listening, options->socket))
		return reason_set(why, STATUS_FAILURE,
				  "%s is no longer the server's socket: it was removed or "
				  "replaced; restart the server to make it anew",
				  options->socket);
	return 0;
}

static int bind_and_listen(struct server_socket *listening, const struct settings *options,
			   const struct sockaddr_un *address, struct reason *why)
{
	int err = make_way(listening->directory, address, why);

	if (err)
		return err;
	if (bind(listening->fd, (const struct sockaddr *)address, sizeof(*address)))
		return refuse(why, "cannot make the socket", options->socket);
	err = open_place(listening, options->socket, why);
	listening->made = !err;
	if (!err)
		err = server_socket_permit(listening, options, why);
	/* No client can connect before listen(2), and the permissions are correct by now. */
	if (!err && listen(listening->fd, BACKLOG))
		err = refuse(why, "cannot listen at", options->socket);
	return err;
}

static int make(struct server_socket *listening, const struct settings *options, struct reason *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	strcpy(address.sun_path, options->socket);
	listening->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening->fd < 0)
		return reason_set(why, STATUS_FAILURE, "cannot make a socket: %s", strerror(errno));
	client_fds_refuse(listening->fd);
	err = socket_directory_open(options->socket, &listening->directory, why);
	if (!err) {
		lock_directory(listening->directory);
		err = bind_and_listen(listening, options, &address, why);
		flock(listening->directory, LOCK_UN);
	}
	if (err)
		server_socket_close(listening, options);
	return err;
}

int server_socket_open(struct server_socket *listening, const struct settings *options,
		       struct reason *why)
{
	int err;

	*listening = (struct server_socket){.fd = -1, .directory = -1, .place = -1};
	err = sd_notify_listen_fd(&listening->fd, why);
	if (err)
		return err;
	if (listening->fd < 0)
		return make(listening, options, why);
	client_fds_refuse(listening->fd);
	fcntl(listening->fd, F_SETFL, fcntl(listening->fd, F_GETFL) | O_NONBLOCK);
	return 0;
}

void server_socket_close(struct server_socket *listening, const struct settings *options)
{
	/*
	 * Removed while this server still accepts: another server that is starting cannot take the
	 * path in between.
	 */
	if (listening->made) {
		lock_directory(listening->directory);
		if (is_in_place(listening, options->socket))
			unlinkat(listening->directory, name_of(options->socket), 0);
	}
	close(listening->fd);
	if (listening->place >= 0)
		close(listening->place);
	if (listening->directory >= 0)
		close(listening->directory);
	listening->made = false;
}
