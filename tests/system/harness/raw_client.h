/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server's client without the library, which would keep to the rules. */
#ifndef TESTS_SYSTEM_HARNESS_RAW_CLIENT_H
#define TESTS_SYSTEM_HARNESS_RAW_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "harness/serve_fixture.h"
#include "lib/wire.h"

/* What a reply to a listener or a snapshot has at least: its text may be of any length. */
#define REPLY_MIN ((ssize_t)offsetof(struct wire_listening, text))

/*
 * Connects; the second as a user who is let in by that id alone, with nothing else of this process
 * changed.
 */
int client_connect(const struct server *server);
int client_connect_as(const struct server *server, uid_t uid);

/*
 * recv(2), for a server that closes with something unread: that resets the connection, but what it
 * has said is there.
 */
ssize_t client_receive(int fd, void *reply, size_t size, int flags);

/*
 * Connects and asks for a listener for renames with a ring of that size, or for a snapshot. Fills
 * in the reply, and the descriptors that came with it; the others are -1. Returns the connection.
 */
int client_ask(const struct server *server, enum wire_operation operation, size_t ring_size,
	       struct wire_listening *reply, int fds[WIRE_DESCRIPTORS]);

/* Does the server answer this user within so many seconds? */
bool client_is_served_as(const struct server *server, uid_t uid, unsigned int seconds);

#endif
