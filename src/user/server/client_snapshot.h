/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots for clients. A worker loads each in about 10 ms. The credentials of the requesting
 * client decide what it contains, whichever process reads it.
 */
#ifndef USER_SERVER_CLIENT_SNAPSHOT_H
#define USER_SERVER_CLIENT_SNAPSHOT_H

#include "server/client.h"

/*
 * Starts to serve the client's request, or refuses it. If the client also requested a listener, it
 * exists already. The worker must be idle.
 */
void client_snapshot_begin(struct clients *clients, struct client *client, struct worker *worker);

/* Closes a snapshot that will not be sent to the client. */
void client_snapshot_close(struct client *client);

#endif
