/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a client's listener: it is started, sent, stopped, and its slot is freed. */
#ifndef USER_SERVER_CLIENT_LISTENER_H
#define USER_SERVER_CLIENT_LISTENER_H

#include "server/client.h"

/* Starts to serve the client's request, or refuses it. The engine's worker must be idle. */
void client_listener_begin(struct clients *clients, struct client *client);

/*
 * Sends the listener to the client, with a snapshot if streams[PROCSIEVE_STREAM_PROCESSES] is not
 * -1.
 */
void client_listener_send(struct clients *clients, struct client *client);

/* Stops the listener in a thread, which takes about 20 ms. */
void client_listener_stop(struct clients *clients, struct client *client);

/*
 * Call when the engine's worker is idle: frees the slot of a stopped listener or, if it is time,
 * detaches hooks that no listener needs. Returns whether the worker has been given work.
 */
bool client_listener_reclaim(struct clients *clients);

#endif
