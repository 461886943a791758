/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots for clients: loaded by a worker, some 10 ms each. What one may tell is settled by the
 * credentials of who asked, whoever reads it.
 */
#ifndef USER_SERVER_CLIENT_SNAPSHOT_H
#define USER_SERVER_CLIENT_SNAPSHOT_H

#include "server/client.h"

/*
 * It is the client's turn: begins what it has asked for, or refuses it. Its listener is there
 * already if it asked for both. The worker must be idle.
 */
void client_snapshot_begin(struct clients *clients, struct client *client, struct worker *worker);

/* Closes what was made for a client that does not get it. */
void client_snapshot_drop(struct client *client);

#endif
