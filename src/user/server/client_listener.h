/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The life of a client's listener: made, handed over, stopped, and its slot given back. */
#ifndef USER_SERVER_CLIENT_LISTENER_H
#define USER_SERVER_CLIENT_LISTENER_H

#include "server/client.h"

/*
 * It is the client's turn: begins what it has asked for, or refuses it. The engine's worker must be
 * idle.
 */
void client_listener_begin(struct clients *clients, struct client *client);

/* Hands it over, with a snapshot where streams[PROCSIEVE_STREAM_PROCESSES] is not -1. */
void client_listener_hand_over(struct clients *clients, struct client *client);

/* Ends it: some 20 ms, in a thread of its own. */
void client_listener_leave(struct clients *clients, struct client *client);

/*
 * The engine's worker is idle: gives a slot back whose listener has been stopped, or takes hooks
 * off that no listener needs, where it is time for that. Returns whether the worker has got
 * something to do.
 */
bool client_listener_clean(struct clients *clients);

#endif
