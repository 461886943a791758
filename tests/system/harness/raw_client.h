/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client of the server that does not use libprocsieve, and so can break the protocol's rules. */
#ifndef TESTS_SYSTEM_HARNESS_RAW_CLIENT_H
#define TESTS_SYSTEM_HARNESS_RAW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness/serve_fixture.h"
#include "lib/wire.h"

/* The minimum size of a reply to a listener or snapshot request. Its text may have any length. */
#define REPLY_MIN ((ssize_t)offsetof(struct wire_reply, text))

/*
 * Connect to the server. client_connect_as() sets only the effective user ID to `uid` for the call;
 * nothing else of this process changes.
 */
int client_connect(const struct server *server);
int client_connect_as(const struct server *server, uid_t uid);

/*
 * recv(2) that tolerates ECONNRESET: a server that closes a socket with unread data resets the
 * connection, but what it sent before can still be read.
 */
ssize_t client_receive(int fd, void *reply, size_t size, int flags);

/*
 * Connects and sends a request. Fills in the reply and the descriptors that came with it; the
 * others are -1. Returns the connection.
 */
int client_request(const struct server *server, const struct wire_request *request,
		   struct wire_reply *reply, int fds[WIRE_DESCRIPTORS]);

/* The same for a listener for comm events with a ring of that size, or for a snapshot. */
int client_request_simple(const struct server *server, enum wire_operation operation,
			  size_t ring_size, struct wire_reply *reply, int fds[WIRE_DESCRIPTORS]);

/* Returns whether the server answers this user within that many seconds. */
bool client_is_served_as(const struct server *server, uid_t uid, unsigned int seconds);

#endif
