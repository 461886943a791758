/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's socket: created here, or passed by the service manager. */
#ifndef USER_SERVER_SOCKET_H
#define USER_SERVER_SOCKET_H

#include <stdbool.h>

#include "base/reason.h"
#include "server/settings.h"

struct server_socket {
	int fd;
	int directory; /* of the socket; -1: passed */
	int file;      /* O_PATH: the socket's file, even if renamed; -1: passed */
	bool created;  /* created here; must be removed at the end */
};

/*
 * Opens the socket, non-blocking. Replaces one whose server no longer runs. Refuses a path that
 * other users can redirect (server/socket_directory.h). Returns 0 and *listening, or the result of
 * reason_set().
 */
int server_socket_open(struct server_socket *listening, const struct settings *options,
		       struct reason *why);

/*
 * Sets the permissions from the settings on the socket, and on no other file that may have its path
 * by now. Returns 0, or the result of reason_set(), also if the path no longer names the socket.
 */
int server_socket_permit(const struct server_socket *listening, const struct settings *options,
			 struct reason *why);

void server_socket_close(struct server_socket *listening, const struct settings *options);

#endif
