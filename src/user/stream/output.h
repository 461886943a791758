/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output of lines: a buffer of whole lines that is written with one write(2) for each batch. */
#ifndef USER_STREAM_OUTPUT_H
#define USER_STREAM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "format/format.h"
#include "base/reason.h"

/* Where the lines go: what the command line says. */
struct output_target {
	/* A file, "-" for standard output, or "|COMMAND"; NULL: default_fd. */
	const char *path;
	int default_fd;
	mode_t mode;	      /* of a file that is created */
	bool truncate;	      /* empty the file first; else lines are appended */
	uint64_t rotate_size; /* bytes after which a new file is started; 0: never */
	unsigned int keep;    /* how many older files stay: FILE.1 to FILE.keep */
	uint64_t wait_ns;     /* how long to wait for a reader of a FIFO; 0: no limit */
};

struct output {
	int fd;
	struct buffer buffer;
	size_t written; /* bytes of the buffer that were written already */
	bool full;	/* the disk was full at the last attempt */

	const struct output_target *target;
	pid_t reader;	      /* the command of "|COMMAND"; 0: none */
	bool regular;	      /* a regular file, which can be reopened */
	bool rotation_failed; /* the file grows without limit */
};

/*
 * Opens the target, which must stay valid until output_close(). `room` is the number of bytes that
 * one call of the format may append; the buffer has room for two calls or more. Returns 0, or what
 * reason_set() returned.
 */
int output_open(struct output *output, const struct output_target *target, size_t room,
		struct reason *why);

/*
 * Closes the output, and waits for a command that reads it. Returns 0, or what reason_set()
 * returned if that command failed.
 */
int output_close(struct output *output, struct reason *why);

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
