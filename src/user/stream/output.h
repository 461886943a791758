/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output of lines: a buffer of whole lines that is written with one write(2) for each batch. */
#ifndef USER_STREAM_OUTPUT_H
#define USER_STREAM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "format/format.h"
#include "base/reason.h"

struct output {
	int fd;
	struct buffer buffer;
	size_t written; /* bytes of the buffer that were written already */
	bool full;	/* the disk was full at the last attempt */
};

/*
 * Opens `path` for writing and truncates it; NULL: standard output. `max_line` is the maximum size
 * of a line in bytes. Returns 0, or what reason_set() returned.
 */
int output_open(struct output *output, const char *path, size_t max_line, struct reason *why);
void output_close(struct output *output);

/*
 * Writes the contents of the buffer. Returns 0; -EAGAIN if the disk is full, or if the run was
 * asked to end and the reader does not read (the rest stays in the buffer for the next attempt);
 * -EPIPE if there is no reader any more; or another -errno.
 */
int output_flush(struct output *output);

/* Returns whether `size` more bytes fit in the buffer. */
bool output_has_room(const struct output *output, size_t size);

/* Returns the number of lines in the buffer, including one that is partly written. */
size_t output_pending(const struct output *output);

#endif
