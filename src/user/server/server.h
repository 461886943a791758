/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server: its event loop waits for clients, signals and the service manager. It never handles
 * an event of a process itself.
 */
#ifndef USER_SERVER_SERVER_H
#define USER_SERVER_SERVER_H

#include "engine/engine.h"
#include "server/settings.h"
#include "server/socket.h"

struct server {
	struct engine *engine; /* with its programs loaded */
	struct server_socket listening;
	struct settings *options;
	int argc; /* command line, read again on SIGHUP */
	char **argv;
};

/* Blocks the signals that server_run() handles. Call before the socket exists. */
void server_block_signals(void);

/* Runs until SIGTERM or SIGINT. Returns 0, or the result of reason_set(). */
int server_run(struct server *server, struct reason *why);

#endif
