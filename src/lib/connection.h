/* SPDX-License-Identifier: BSD-2-Clause */
/* A connection to the server: sends one request and receives its reply. */
#ifndef LIB_CONNECTION_H
#define LIB_CONNECTION_H

#include <stddef.h>

#include "lib/wire.h"

/* A reply. The caller must close the descriptors; missing ones are -1. */
struct reply {
	int fds[WIRE_DESCRIPTORS];
	size_t ring_size;
	/* the reason of a refusal, or the names of the hooks; always terminated */
	char text[WIRE_TEXT_MAX];
};

/* Returns a connected socket, or -errno of connect(2). */
int connection_open(const char *path);

/*
 * Requests a listener or a snapshot. The reply must have `count` descriptors. Returns 0 and *reply,
 * or an error that procsieve_open() returns, with the reason in reply->text and no descriptors.
 */
int connection_request(int fd, const struct wire_request *request, unsigned int count,
		       struct reply *reply);

/* Requests the server's state. Returns 0, or -errno with the reason in status->text. */
int connection_status(int fd, struct wire_status *status);

#endif
