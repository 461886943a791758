// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the lines go; see output.h. */
#include "stream/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <poll.h>

#include "base/clock.h"
#include "base/signals.h"

/* A batch: what a storm brings in a millisecond, many times over. */
#define OUTPUT_SIZE (256 * 1024)

/* After a request to end, a reader gets this long to take each part of the rest. */
#define OUTPUT_PATIENCE_MS 1000

int output_open(struct output *output, const char *path, size_t max_line, struct reason *why)
{
	size_t size = 2 * max_line > OUTPUT_SIZE ? 2 * max_line : OUTPUT_SIZE;
	char *start;

	memset(output, 0, sizeof(*output));
	output->fd = STDOUT_FILENO;
	if (path)
		output->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (output->fd < 0)
		return reason_set(why, STATUS_FAILURE, "cannot write to %s: %s", path,
				  strerror(errno));
	start = malloc(size);
	if (!start)
		return reason_set(why, STATUS_FAILURE, "no memory for an output buffer");
	output->buffer.start = output->buffer.end = start;
	output->buffer.limit = start + size;
	return 0;
}

void output_close(struct output *output)
{
	if (output->fd > STDOUT_FILENO)
		close(output->fd);
	free(output->buffer.start);
}

/* May a blocking write go on? A run that is to end does not wait for ever. */
static bool may_write(const struct output *output)
{
	struct pollfd out = {.fd = output->fd, .events = POLLOUT};
	uint64_t now, end;
	int ready;

	if (!signals_count())
		return true;
	now = clock_ns(CLOCK_MONOTONIC);
	end = now + OUTPUT_PATIENCE_MS * 1000000ull;
	/*
	 * Interrupted often: see signals.c. Behind a second signal only what can be written at once
	 * still is.
	 */
	do {
		bool patient = signals_count() < 2 && now < end;

		ready = poll(&out, 1, patient ? (int)((end - now) / 1000000 + 1) : 0);
		now = clock_ns(CLOCK_MONOTONIC);
	} while (ready < 0 && errno == EINTR);
	return ready > 0;
}

/* Where the write would block and the descriptor is somebody's non-blocking one. */
static void wait_writable(const struct output *output)
{
	struct pollfd out = {.fd = output->fd, .events = POLLOUT};

	poll(&out, 1, -1);
}

int output_flush(struct output *output)
{
	struct buffer *buffer = &output->buffer;

	output->full = false;
	while (output->written < (size_t)(buffer->end - buffer->start)) {
		const char *from = buffer->start + output->written;
		ssize_t done;

		if (!may_write(output))
			return -EAGAIN;
		done = write(output->fd, from, buffer->end - from);
		if (done >= 0) {
			output->written += done;
		} else if (errno == EAGAIN) {
			wait_writable(output);
		} else if (errno == ENOSPC || errno == EDQUOT) {
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
