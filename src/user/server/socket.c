// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's socket; see socket.h. The socket's path may name another file by the time it is used
 * again: an administrator may have put a symbolic link there. So all changes to the file use a
 * descriptor of the socket that was created here, and no other user may be able to redirect the
 * path.
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

#include "server/service_manager.h"
#include "server/client_fds.h"
#include "server/socket_directory.h"

#define BACKLOG 64

static int socket_error(struct reason *why, const char *what, const char *path)
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
static const char *last_component(const char *path)
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
	const struct timespec interval = {.tv_nsec = 10000000};

	for (unsigned int i = 0; i < 100 && flock(directory, LOCK_EX | LOCK_NB); i++)
		nanosleep(&interval, NULL);
}

/* Removes the socket of a server that no longer runs. */
static int remove_stale_socket(int directory, const struct sockaddr_un *address, struct reason *why)
{
	const char *path = address->sun_path;
	struct stat status;

	if (fstatat(directory, last_component(path), &status, AT_SYMLINK_NOFOLLOW))
		return 0;
	if (!S_ISSOCK(status.st_mode))
		return reason_set(why, STATUS_FAILURE, "%s exists and is not a socket", path);
	if (is_served(address))
		return reason_set(why, STATUS_FAILURE, "another server already listens at %s",
				  path);
	unlinkat(directory, last_component(path), 0);
	return 0;
}

/* Opens the file that bind(2) created. The descriptor refers to it even if it is renamed. */
static int open_socket_file(struct server_socket *listening, const char *path, struct reason *why)
{
	struct stat status;

	listening->file =
		openat(listening->directory, last_component(path), O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (listening->file < 0 || fstat(listening->file, &status))
		return socket_error(why, "cannot find the socket", path);
	if (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid())
		return reason_set(why, STATUS_FAILURE, "%s was replaced while it was created",
				  path);
	return 0;
}

/* Returns whether the path still names the socket that was created here. */
static bool names_our_socket(const struct server_socket *listening, const char *path)
{
	struct stat ours, named;

	return !fstat(listening->file, &ours) &&
	       !fstatat(listening->directory, last_component(path), &named, AT_SYMLINK_NOFOLLOW) &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/*
 * Does chmod(2) through an O_PATH descriptor. fchmod(2) does not accept one, and fchmodat2(2) with
 * AT_EMPTY_PATH needs Linux 6.6.
 */
static int change_mode(int file, mode_t mode)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return chmod(path, mode);
}

int server_socket_permit(const struct server_socket *listening, const struct settings *options,
			 struct reason *why)
{
	struct stat status;

	/* The service manager has set the permissions of its own socket. */
	if (!listening->created)
		return 0;
	/*
	 * A running server cannot change a socket that another user owns, so correct permissions
	 * are not set again.
	 */
	if (fstat(listening->file, &status) || ((status.st_mode & 07777) != options->mode &&
						change_mode(listening->file, options->mode)))
		return socket_error(why, "cannot set the permissions of", options->socket);
	if (options->owner != SETTINGS_NO_ID && status.st_uid != options->owner &&
	    fchownat(listening->file, "", options->owner, -1, AT_EMPTY_PATH))
		return socket_error(why, "cannot change the owner of", options->socket);
	if (!names_our_socket(listening, options->socket))
		return reason_set(why, STATUS_FAILURE,
				  "%s is no longer the server's socket: it was removed or "
				  "replaced; restart the server to create it again",
				  options->socket);
	return 0;
}

static int bind_and_listen(struct server_socket *listening, const struct settings *options,
			   const struct sockaddr_un *address, struct reason *why)
{
	int err = remove_stale_socket(listening->directory, address, why);

	if (err)
		return err;
	if (bind(listening->fd, (const struct sockaddr *)address, sizeof(*address)))
		return socket_error(why, "cannot create the socket", options->socket);
	err = open_socket_file(listening, options->socket, why);
	listening->created = !err;
	if (!err)
		err = server_socket_permit(listening, options, why);
	/* No client can connect before listen(2), and the permissions are correct by now. */
	if (!err && listen(listening->fd, BACKLOG))
		err = socket_error(why, "cannot listen at", options->socket);
	return err;
}

static int create_socket(struct server_socket *listening, const struct settings *options,
			 struct reason *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	strcpy(address.sun_path, options->socket);
	listening->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening->fd < 0)
		return reason_set(why, STATUS_FAILURE, "cannot create a socket: %s",
				  strerror(errno));
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

	*listening = (struct server_socket){.fd = -1, .directory = -1, .file = -1};
	err = service_manager_listen_fd(&listening->fd, why);
	if (err)
		return err;
	if (listening->fd < 0)
		return create_socket(listening, options, why);
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
	if (listening->created) {
		lock_directory(listening->directory);
		if (names_our_socket(listening, options->socket))
			unlinkat(listening->directory, last_component(options->socket), 0);
	}
	close(listening->fd);
	if (listening->file >= 0)
		close(listening->file);
	if (listening->directory >= 0)
		close(listening->directory);
	listening->created = false;
}
