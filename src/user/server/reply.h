/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's side of the packets: a request comes in, a reply goes out. Nothing here blocks. */
#ifndef USER_SERVER_REPLY_H
#define USER_SERVER_REPLY_H

#include "server/client.h"

/*
 * Looks at the head of a request that stays unread. Returns 0, -EAGAIN where nothing has come, or
 * another -errno where nothing will come. An operation of 0: that is no head.
 */
int request_look(int fd, struct wire_head *head);

/*
 * Receives a request that has come; one with descriptors is refused, and stays unread. Returns 0
 * and *request, which wire_request_clear() frees, or -errno with the reason in `text`.
 */
int request_receive(int fd, struct wire_request *request, char *text, size_t size);

/* Tells a client why not. */
void reply_refuse(int fd, enum wire_answer answer, const char *text);

/*
 * Hands a listener over: its descriptors, and the names of the hooks; also a snapshot's processes,
 * where `existing` is not -1. Returns 0, or -errno where the client is gone.
 */
int reply_listening(const struct client *client, const char *hooks, int existing);

/* Hands a snapshot over: those of its streams that there are. */
void reply_snapshot(const struct client *client, const int streams[PROCSIEVE_STREAM_COUNT]);

/* Tells the state of the server: to who is restricted, of its own listeners alone. */
void reply_status(const struct clients *clients, const struct client *client);

#endif
