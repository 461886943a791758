/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server: waits for clients, signals and the service manager. It never touches an event. */
#ifndef USER_SERVER_SERVER_H
#define USER_SERVER_SERVER_H

#include "engine/engine.h"
#include "server/settings.h"
#include "server/socket.h"

struct server {
	struct engine *engine; /* loaded */
	struct server_socket listening;
	struct settings *options;
	int argc; /* of the command line, to be read again */
	char **argv;
};

/* From now on signals wait for server_run(): before anybody can know that there is a server. */
void server_hold_signals(void);

/* Runs until SIGTERM or SIGINT. Returns 0, or what reason_set() returned. */
int server_run(struct server *server, struct reason *why);

#endif
