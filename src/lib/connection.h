/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the server: a request goes out, its reply comes back. */
#ifndef LIB_CONNECTION_H
#define LIB_CONNECTION_H

#include <stddef.h>

#include "lib/wire.h"

/* What came back: descriptors, which are the caller's; those that did not come are -1. */
struct reply {
	int fds[WIRE_DESCRIPTORS];
	size_t ring_size;
	char text[WIRE_TEXT_MAX]; /* the reason, or the names of the hooks; always terminated */
};

/* Returns a connected socket, or -errno of connect(2). */
int connection_open(const char *path);

/*
 * Asks for a listener or a snapshot, which comes with `count` descriptors. Returns 0 and *reply, or
 * a value that procsieve_open() returns, with the reason in reply->text and no descriptors.
 */
int connection_ask(int fd, const struct wire_request *request, unsigned int count,
		   struct reply *reply);

/* Asks for the server's state. Returns 0, or -errno with the reason in status->text. */
int connection_status(int fd, struct wire_status *status);

#endif
