// SPDX-License-Identifier: GPL-2.0-or-later
/* The server's socket; see server_socket.h. */
#include "server_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify.h"
#include "rights.h"

#define BACKLOG 64

/* Does somebody answer there? */
static bool is_served(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served;

	if (fd < 0)
		return false;
	/* EAGAIN: somebody is too busy to answer. */
	served =
		!connect(fd, (const struct sockaddr *)address, sizeof(*address)) || errno == EAGAIN;
	close(fd);
	return served;
}

/* The last directory of the path, where it is missing. */
static void make_directory(const char *path)
{
	char directory[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	strcpy(directory, path);
	slash = strrchr(directory, '/');
	if (slash == directory)
		return;
	*slash = '\0';
	mkdir(directory, 0755);
}

static int bind_there(int fd, const struct sockaddr_un *address, struct reason *why)
{
	struct stat status;

	if (!lstat(address->sun_path, &status)) {
		if (!S_ISSOCK(status.st_mode))
			return reason_set(why, STATUS_FAILURE, "%s is there and is no socket",
					  address->sun_path);
		if (is_served(address))
			return reason_set(why, STATUS_FAILURE,
					  "a server is listening at %s already", address->sun_path);
		unlink(address->sun_path);
	}
	make_directory(address->sun_path);
	if (bind(fd, (const struct sockaddr *)address, sizeof(*address)))
		return reason_set(why, STATUS_FAILURE, "cannot make the socket %s: %s",
				  address->sun_path, strerror(errno));
	return 0;
}

int server_socket_permit(const struct server_socket *listening, const struct serve_options *options,
			 struct reason *why)
{
	struct stat status;

	/* The service manager's socket has the permissions that it was given. */
	if (!listening->made)
		return 0;
	/* Another owner's socket cannot be touched any more once the server runs: what is right stays. */
	if (stat(options->socket, &status) ||
	    ((status.st_mode & 07777) != options->mode && chmod(options->socket, options->mode)))
		return reason_set(why, STATUS_FAILURE, "cannot set the permissions of %s: %s",
				  options->socket, strerror(errno));
	if (options->owner == SERVE_NOBODY || status.st_uid == options->owner)
		return 0;
	if (chown(options->socket, options->owner, -1))
		return reason_set(why, STATUS_FAILURE, "cannot give %s to its owner: %s",
				  options->socket, strerror(errno));
	return 0;
}

/* Nobody can connect before listen(2), when the permissions are right. */
static int make(struct server_socket *listening, const struct serve_options *options,
		struct reason *why)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	strcpy(address.sun_path, options->socket);
	listening->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listening->fd < 0)
		return reason_set(why, STATUS_FAILURE, "cannot make a socket: %s", strerror(errno));
	rights_refuse(listening->fd);
	err = bind_there(listening->fd, &address, why);
	listening->made = !err;
	if (!err)
		err = server_socket_permit(listening, options, why);
	if (!err && listen(listening->fd, BACKLOG))
		err = reason_set(why, STATUS_FAILURE, "cannot listen at %s: %s", options->socket,
				 strerror(errno));
	if (err)
		server_socket_close(listening, options);
	return err;
}

int server_socket_open(struct server_socket *listening, const struct serve_options *options,
		       struct reason *why)
{
	int err = notify_listen_fd(&listening->fd, why);

	listening->made = false;
	if (err)
		return err;
	if (listening->fd < 0)
		return make(listening, options, why);
	rights_refuse(listening->fd);
	fcntl(listening->fd, F_SETFL, fcntl(listening->fd, F_GETFL) | O_NONBLOCK);
	return 0;
}

void server_socket_close(struct server_socket *listening, const struct serve_options *options)
{
	close(listening->fd);
	if (listening->made)
		unlink(options->socket);
	listening->made = false;
}
