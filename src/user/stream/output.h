/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the lines go: a buffer of whole lines, written by one write(2) a batch. */
#ifndef USER_STREAM_OUTPUT_H
#define USER_STREAM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "format/format.h"
#include "base/reason.h"

struct output {
	int fd;
	struct buffer buffer;
	size_t written; /* bytes of the buffer that are out already */
	bool full;	/* the disk was full at the last try */
};

/* Opens `path` for writing, emptied; NULL: standard output. Lines are up to `max_line` bytes. */
int output_open(struct output *output, const char *path, size_t max_line, struct reason *why);
void output_close(struct output *output);

/*
 * Writes what is in the buffer. Returns 0; -EAGAIN where the disk is full or the run is to end
 * while the reader does not read: the rest stays in the buffer for the next try; -EPIPE where
 * nobody reads any more; or another -errno.
 */
int output_flush(struct output *output);

/* Is there room for one more line of up to `size` bytes? */
bool output_has_room(const struct output *output, size_t size);

/* How many lines wait in the buffer, the one that is partly out included. */
size_t output_pending(const struct output *output);

#endif
