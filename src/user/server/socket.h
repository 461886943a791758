/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of the server: made here, or handed over by the service manager. */
#ifndef USER_SERVER_SOCKET_H
#define USER_SERVER_SOCKET_H

#include <stdbool.h>

#include "base/reason.h"
#include "server/settings.h"

struct server_socket {
	int fd;
	int directory; /* that the socket was made in; -1 where it was handed over */
	int place; /* O_PATH: the socket's own file, whatever its name is now; -1: handed over */
	bool made; /* here: to be removed at the end */
};

/*
 * Returns 0 and *listening, non-blocking, or what reason_set() returned. A socket that a dead
 * server left is replaced. A directory that other users can write to is refused: they could put
 * another file in the socket's place.
 */
int server_socket_open(struct server_socket *listening, const struct settings *options,
		       struct reason *why);

/*
 * Gives the socket, and no other file that may have its name by now, the permissions of the
 * settings. Returns 0, or what reason_set() returned: also where the name is not the socket's any
 * more.
 */
int server_socket_permit(const struct server_socket *listening, const struct settings *options,
			 struct reason *why);

void server_socket_close(struct server_socket *listening, const struct settings *options);

#endif
