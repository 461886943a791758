/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Snapshots for clients: each is loaded by a thread of its own, some 10 ms, beside the others' requests, one at a time. What
 * it may tell is settled by the credentials of who asked, whoever reads it.
 */
#ifndef CLIENT_SNAPSHOT_H
#define CLIENT_SNAPSHOT_H

#include "client.h"

/*
 * Begins one for a client, whose listener is there already if it asked for both. Takes what belongs to the request over.
 * Returns 0, or what reason_set() returns.
 */
int client_snapshot_begin(struct clients *clients, struct client *client,
			  struct wire_request *request, struct reason *why);

/* Is it made, or has failed? */
bool client_snapshot_ended(const struct client *client);

/*
 * Waits for its end, and takes what came of it: descriptors that are the caller's. Returns WIRE_DONE, or another answer with
 * *why filled.
 */
enum wire_answer client_snapshot_take(struct client *client, int fds[PROCSIEVE_STREAM_COUNT],
				      struct reason *why);

#endif
