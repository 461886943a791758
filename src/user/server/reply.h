/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's side of the protocol: receives requests and sends replies. Nothing here blocks. */
#ifndef USER_SERVER_REPLY_H
#define USER_SERVER_REPLY_H

#include "server/client.h"

/*
 * Peeks at the header of a request without receiving it. Returns 0, -EAGAIN if nothing has arrived
 * yet, or another -errno if nothing will arrive. If the packet is too short, head->operation is 0.
 */
int request_peek(int fd, struct wire_head *head);

/*
 * Receives a request that has arrived. A request with descriptors is refused and stays unread.
 * Returns 0 and *request, which the caller must free with wire_request_clear(), or -errno with the
 * reason in `text`.
 */
int request_receive(int fd, struct wire_request *request, char *text, size_t size);

/* Sends a client the reason for a refusal. */
void reply_refuse(int fd, enum wire_answer answer, const char *text);

/*
 * Sends a listener: its descriptors and the names of the hooks, and the processes of a snapshot if
 * `existing` is not -1. Returns 0, or -errno if the client has disconnected.
 */
int reply_listener(const struct client *client, const char *hooks, int existing);

/* Sends a snapshot: those of its streams that are not -1. */
void reply_snapshot(const struct client *client, const int streams[PROCSIEVE_STREAM_COUNT]);

/* Sends the state of the server. A restricted client receives only that of its own listeners. */
void reply_status(const struct clients *clients, const struct client *client);

#endif
