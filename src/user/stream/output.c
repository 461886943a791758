// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the output; see output.h. */
#include "stream/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <poll.h>

#include "base/clock.h"
#include "base/signals.h"
#include "stream/output_file.h"

/* Holds several times the lines of one millisecond under a high event rate. */
#define OUTPUT_SIZE_MIN (256 * 1024)

/* Once the run was asked to end, the reader gets this long to accept each part of the rest. */
#define OUTPUT_TIMEOUT_MS 1000

int output_open(struct output *output, const struct output_target *target, size_t room,
		struct reason *why)
{
	size_t size = 2 * room > OUTPUT_SIZE_MIN ? 2 * room : OUTPUT_SIZE_MIN;
	char *start = malloc(size);
	int err;

	memset(output, 0, sizeof(*output));
	if (!start)
		return reason_set(why, STATUS_FAILURE, "no memory for an output buffer");
	output->target = target;
	err = output_file_open(output, why);
	if (err) {
		free(start);
		return err;
	}
	output->buffer.start = output->buffer.end = start;
	output->buffer.limit = start + size;
	return 0;
}

int output_close(struct output *output, struct reason *why)
{
	free(output->buffer.start);
	return output_file_close(output, why);
}

/*
 * Returns whether to call write(2), which may block. Once the run was asked to end, it waits only
 * for a limited time until the output is writable.
 */
static bool may_write(const struct output *output)
{
	struct pollfd out = {.fd = output->fd, .events = POLLOUT};
	uint64_t now, end;
	int ready;

	if (!signals_count())
		return true;
	now = clock_ns(CLOCK_MONOTONIC);
	end = now + OUTPUT_TIMEOUT_MS * 1000000ull;
	/* poll(2) is interrupted often; see signals.c. After a second signal it does not wait. */
	do {
		bool wait = signals_count() < 2 && now < end;

		ready = poll(&out, 1, wait ? (int)((end - now) / 1000000 + 1) : 0);
		now = clock_ns(CLOCK_MONOTONIC);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/*
 * Waits if the write would block. This happens only if another process made the descriptor
 * non-blocking.
 */
static void wait_writable(const struct output *output)
{
	struct pollfd out = {.fd = output->fd, .events = POLLOUT};

	poll(&out, 1, -1);
}

/* Returns how many of the bytes from `from` on to write at once. Files change between two lines. */
static size_t next_size(struct output *output, const char *from)
{
	const struct buffer *buffer = &output->buffer;
	size_t size = buffer->end - from;

	if (from > buffer->start && from[-1] != '\n')
		return (char *)memchr(from, '\n', size) + 1 - from;
	if (signals_consume_hangup())
		output_file_reopen(output);
	return output_file_room(output, from, size);
}

int output_flush(struct output *output)
{
	struct buffer *buffer = &output->buffer;

	output->full = false;
	if (buffer->end == buffer->start && signals_consume_hangup())
		output_file_reopen(output);
	while (output->written < (size_t)(buffer->end - buffer->start)) {
		const char *from = buffer->start + output->written;
		ssize_t done;

		if (!may_write(output))
			return -EAGAIN;
		done = write(output->fd, from, next_size(output, from));
		if (done >= 0) {
			output->written += done;
		} else if (errno == EAGAIN) {
			wait_writable(output);
		} else if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
			output->full = true;
			return -EAGAIN;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	buffer->end = buffer->start;
	output->written = 0;
	return 0;
}

bool output_has_room(const struct output *output, size_t size)
{
	return (size_t)(output->buffer.limit - output->buffer.end) >= size;
}

size_t output_pending(const struct output *output)
{
	size_t lines = 0;

	for (const char *at = output->buffer.start + output->written; at < output->buffer.end; at++)
		lines += *at == '\n';
	return lines;
}
