/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the server: a request goes out, its reply comes back. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stddef.h>

#include "wire.h"

/* What came back for a listener. */
struct reply {
	int ring_fd, control_fd; /* the caller's */
	size_t ring_size;
	char text[512]; /* the reason, or the names of the hooks; always terminated */
};

/* Returns a connected socket, or -errno of connect(2). */
int connection_open(const char *path);

/*
 * Asks for a listener. Returns 0 and *reply, or a value that procsieve_open() returns, with the reason in reply->text and
 * no descriptors.
 */
int connection_listen(int fd, const struct procsieve_filter *filter, size_t ring_size,
		      struct reply *reply);

/* Asks for the server's state. Returns 0, or -errno with the reason in status->text. */
int connection_status(int fd, struct wire_status *status);

#endif
