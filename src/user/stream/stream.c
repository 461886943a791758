// SPDX-License-Identifier: GPL-2.0-or-later
/* Copies records from a listener's ring to the output; see stream.h. */
#include "stream/stream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/read_record.h>

#include "base/clock.h"
#include "base/signals.h"

/* Interval between two attempts while the disk is full or the server is gone. */
#define STREAM_RETRY_NS 200000000ull

/* A smaller difference can come from reading two clocks one after the other. */
#define CLOCK_STEP_MIN_NS 100000

enum { WATCH_RING, WATCH_OUTPUT, WATCH_CLOCK };

static void sleep_ns(uint64_t ns)
{
	struct timespec time = {ns / 1000000000, ns % 1000000000};

	nanosleep(&time, NULL);
}

static uint64_t until_deadline(const struct stream *stream)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	return stream->deadline_ns > now ? stream->deadline_ns - now : 0;
}

/*
 * Adds the losses up to these totals that are not in the totals of the run yet. Stores how many, by
 * type, in *gap.
 */
static void add_losses(struct stream *stream, const __u64 *lost, struct gap *gap)
{
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		/*
		 * A record from another CPU may contain older totals than those already reported.
		 */
		if (lost[type] <= stream->reported[type])
			continue;
		gap->by_type[type] = lost[type] - stream->reported[type];
		gap->count += gap->by_type[type];
		stream->reported[type] = lost[type];
		stream->totals.lost_by_type[type] += gap->by_type[type];
	}
	stream->totals.lost += gap->count;
}

/* Reports the losses up to these totals that were not reported before. */
static void report_gap(struct stream *stream, const __u64 *lost, uint64_t since, uint64_t until)
{
	/* CPUs that lose events at the same time may store their times in reverse order. */
	struct gap gap = {.since_ns = since < until ? since : until, .until_ns = until};

	add_losses(stream, lost, &gap);
	if (gap.count)
		stream->format->lost(&stream->printer, &gap);
}

/* Reports losses after the last record in the ring. */
static void report_open_gap(struct stream *stream)
{
	const struct procsieve_control *control = procsieve_control(stream->listener->reader);

	report_gap(stream, control->lost, control->since_ns, control->until_ns);
}

static void print_event(struct stream *stream, const struct procsieve_record *record, size_t size)
{
	stream->connected_ns = record->boot_ns;
	stream->totals.events++;
	stream->totals.delivered_by_type[record->type]++;
	stream->format->event(&stream->printer, record, size);
	if (stream->totals.events == stream->count)
		stream->ended = true;
}

static void process_record(struct stream *stream, const struct procsieve_record *record,
			   size_t size)
{
	const struct procsieve_record *shown;
	const struct procsieve_lost *lost;
	__u64 by_type[PROCSIEVE_EVENT_LIMIT];

	/* No hook writes a record this short. */
	if (size < sizeof(*record))
		return;
	if (record->type < PROCSIEVE_EVENT_COUNT) {
		shown = own_processes_view(&stream->own, record, size);
		if (shown && !dedup_covers(&stream->dedup, record, size))
			print_event(stream, shown, size);
	} else if (record->type == PROCSIEVE_LOST) {
		lost = procsieve_payload(record, size, sizeof(*lost));
		if (lost && !procsieve_lost_by_type(record, size, by_type))
			report_gap(stream, by_type, lost->since_ns, lost->until_ns);
	}
}

static int ensure_room(struct stream *stream)
{
	if (output_has_room(stream->output, printer_room(&stream->printer)))
		return 0;
	procsieve_release(stream->listener->reader);
	return output_flush(stream->output);
}

/* Drains the ring. Returns the number of records, or -errno of the output. */
static int drain(struct stream *stream)
{
	struct procsieve *reader = stream->listener->reader;
	const struct procsieve_record *record;
	int count = 0, err = 0;
	size_t size;

	while (!stream->ended && !(err = ensure_room(stream)) &&
	       (record = procsieve_next(reader, &size))) {
		process_record(stream, record, size);
		count++;
	}
	procsieve_release(reader);
	return err ? err : count;
}

static bool must_end(const struct stream *stream)
{
	return stream->ended || stream->targets_gone || stream->server_gone || signals_count() ||
	       (stream->deadline_ns && !until_deadline(stream));
}

/*
 * Writes records that are no longer in the ring, so they cannot be left there while the disk is
 * full. Retries as long as it is full.
 */
static int flush_with_retry(struct stream *stream)
{
	int err;

	while ((err = output_flush(stream->output)) == -EAGAIN && !must_end(stream))
		sleep_ns(STREAM_RETRY_NS);
	return err;
}

/* Prints one of the existing processes. Returns 0 or -errno. */
static int print_process(struct stream *stream, const struct procsieve_record *record, size_t size)
{
	int err = output_has_room(stream->output, printer_room(&stream->printer))
			  ? 0
			  : flush_with_retry(stream);

	if (err)
		return err;
	stream->format->event(&stream->printer, record, size);
	stream->snapshot_err = dedup_add(&stream->dedup, record);
	return stream->snapshot_err;
}

/* Prints all existing processes before the first event, if they were requested. */
static int report_existing(struct stream *stream)
{
	struct procsieve_snapshot *snapshot = procsieve_existing(stream->listener->reader);
	const struct procsieve_record *record;
	uint64_t count = 0;
	size_t size;
	int err = 0, more = 0;

	if (!snapshot)
		return 0;
	dedup_begin(&stream->dedup, clock_boot_ns());
	while (!err && (more = procsieve_snapshot_next(snapshot, &record, &size)) > 0) {
		if (!own_processes_view(&stream->own, record, size))
			continue;
		err = print_process(stream, record, size);
		count++;
	}
	if (err)
		return err;
	stream->snapshot_err = more;
	if (more)
		return more;
	/* Before the output is flushed, because that may block for a long time. */
	dedup_end(&stream->dedup, clock_boot_ns());
	err = flush_with_retry(stream);
	if (err)
		return err;
	stream->format->snapshot_end(&stream->printer, stream->dedup.end_ns, count);
	return output_flush(stream->output);
}

/*
 * Reports that the wall clock was set, and by how much. Resume from suspend also cancels the timer,
 * but with step 0.
 */
static void report_clock(struct stream *stream)
{
	uint64_t expirations, boot = clock_boot_ns();
	int64_t offset = clock_ns(CLOCK_REALTIME) - boot;
	int64_t step = offset - stream->wall_offset_ns;

	if (read(stream->clock_watch, &expirations, sizeof(expirations)) >= 0 || errno != ECANCELED)
		return;
	stream->wall_offset_ns = offset;
	if (llabs(step) >= CLOCK_STEP_MIN_NS)
		stream->format->clock(&stream->printer, boot, step);
}

static int poll_timeout_ms(const struct stream *stream)
{
	uint64_t left;

	if (!stream->deadline_ns)
		return -1;
	left = until_deadline(stream) / 1000000 + 1;
	return left > 1000000 ? 1000000 : (int)left;
}

/* The ring is empty: sleeps until there is a record, or until something else happens. */
static int sleep_until_event(struct stream *stream)
{
	struct epoll_event events[3];
	int count;

	if (!procsieve_arm(stream->listener->reader))
		return 0;
	/* Records may have arrived after the ring was found empty. write_rest() drains them. */
	if (listener_targets_gone(stream->listener)) {
		stream->targets_gone = true;
		return 0;
	}
	if (!procsieve_connected(stream->listener->reader)) {
		stream->server_gone = true;
		return 0;
	}
	stream->connected_ns = clock_boot_ns();
	count = epoll_wait(stream->poller, events, 3, poll_timeout_ms(stream));
	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 == WATCH_OUTPUT)
			return -EPIPE;
		if (events[i].data.u32 == WATCH_CLOCK)
			report_clock(stream);
	}
	return 0;
}

static void sleep_between_batches(const struct stream *stream)
{
	uint64_t ns = stream->latency_ns;

	if (stream->deadline_ns && until_deadline(stream) < ns)
		ns = until_deadline(stream);
	if (ns)
		sleep_ns(ns);
}

/*
 * Does not drain the ring: events that do not fit in it are counted as lost by the hooks. A run
 * whose processes have ended does not wait for a disk that may stay full for ever.
 */
static void wait_for_space(struct stream *stream)
{
	if (stream->output->full && !stream->full_reported) {
		fprintf(stderr, "procsieve: no space left for the output; trying again\n");
		stream->full_reported = true;
	}
	sleep_ns(STREAM_RETRY_NS);
	stream->targets_gone = listener_targets_gone(stream->listener);
}

/* Processes one batch, then pauses. */
static int run_batch(struct stream *stream)
{
	int count = drain(stream);
	int err;

	if (count == 0)
		report_open_gap(stream);
	err = count < 0 ? count : output_flush(stream->output);
	if (err == -EAGAIN) {
		wait_for_space(stream);
		return 0;
	}
	if (err || stream->ended)
		return err;
	if (count == 0)
		return sleep_until_event(stream);
	sleep_between_batches(stream);
	return 0;
}

/* Counts what can no longer be printed: losses, and events whose lines were not written. */
static void count_unwritten(struct stream *stream)
{
	const struct procsieve_record *record;
	struct gap gap = {0};
	size_t size;

	add_losses(stream, procsieve_control(stream->listener->reader)->lost, &gap);
	while ((record = procsieve_next(stream->listener->reader, &size))) {
		if (record->type >= PROCSIEVE_EVENT_COUNT)
			continue;
		stream->unwritten++;
		stream->totals.events++;
		stream->totals.delivered_by_type[record->type]++;
	}
}

/* Adds the missed counts, which are final only after the listener was stopped. */
static void add_missed(struct stream *stream)
{
	const struct procsieve_control *control = procsieve_control(stream->listener->reader);

	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		stream->totals.missed_by_type[type] += control->missed[type];
		stream->totals.missed += control->missed[type];
	}
}

/*
 * Drains the rest after the listener (if there still is one) was stopped, and prints the last line.
 */
static int write_rest(struct stream *stream)
{
	int err = stream->listener->reader ? drain(stream) : 0;

	if (stream->listener->reader)
		add_missed(stream);
	if (err >= 0 && !output_has_room(stream->output, 2 * printer_room(&stream->printer)))
		err = output_flush(stream->output);
	if (err >= 0) {
		if (stream->listener->reader)
			report_open_gap(stream);
		stream->totals.boot_ns = clock_boot_ns();
		stream->format->end(&stream->printer, &stream->totals);
		err = output_flush(stream->output);
	} else if (err == -EAGAIN && stream->listener->reader) {
		count_unwritten(stream);
	}
	stream->unwritten += output_pending(stream->output);
	return err;
}

static void watch_fd(struct stream *stream, int fd, uint32_t events, uint32_t what)
{
	struct epoll_event event = {.events = events, .data.u32 = what};

	/* Fails for a regular file, which has no reader that could close it. */
	epoll_ctl(stream->poller, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Opens a timer that reports when the wall clock is set. It expires as late as the kernel's clocks
 * allow (2262), because an expired timer reports nothing.
 */
static int open_clock_watch(void)
{
	struct itimerspec far = {.it_value.tv_sec = INT64_MAX / 1000000000 - 1};
	int fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &far, NULL);
	return fd;
}

static int start_stream(struct stream *stream, struct reason *why)
{
	uint64_t boot = clock_boot_ns();

	stream->poller = epoll_create1(EPOLL_CLOEXEC);
	stream->clock_watch = open_clock_watch();
	if (stream->poller < 0 || stream->clock_watch < 0)
		return reason_set(why, STATUS_FAILURE, "cannot wait for events: %s",
				  strerror(errno));
	watch_fd(stream, procsieve_fd(stream->listener->reader), EPOLLIN, WATCH_RING);
	watch_fd(stream, stream->output->fd, 0, WATCH_OUTPUT);
	watch_fd(stream, stream->clock_watch, EPOLLIN, WATCH_CLOCK);
	if (stream->duration_ns)
		stream->deadline_ns = clock_ns(CLOCK_MONOTONIC) + stream->duration_ns;
	stream->run.clock_offset_ns = stream->wall_offset_ns = clock_ns(CLOCK_REALTIME) - boot;
	stream->connected_ns = boot;
	stream->format->begin(&stream->printer, stream->listener->since_ns);
	own_processes_release(&stream->own);
	return 0;
}

/* Prints the existing processes, then processes batches until the stream ends. */
static int run_listener(struct stream *stream, int err)
{
	if (!err || err == -EAGAIN)
		err = report_existing(stream);
	while (err != -EPIPE && (!err || err == -EAGAIN) && !must_end(stream))
		err = run_batch(stream);
	return err;
}

/*
 * Tries until the server accepts or refuses the listener. Returns -ECONNREFUSED if the run is to
 * end.
 */
static int retry_open(struct stream *stream, struct reason *why)
{
	int err = -ECONNREFUSED;

	while (err == -ECONNREFUSED && !signals_count() &&
	       !(stream->deadline_ns && !until_deadline(stream))) {
		err = stream->reopen(stream, why);
		/* Interrupted by a signal: the loop condition checks for it. */
		if (err == -EINTR)
			err = -ECONNREFUSED;
		else if (err == -ECONNREFUSED)
			sleep_ns(STREAM_RETRY_NS);
	}
	return err;
}

/*
 * Continues with a new listener. The events in between are unknown. Returns 0, or the error that
 * refused it.
 */
static int resume_with_new_listener(struct stream *stream, struct reason *why)
{
	struct gap gap = {.since_ns = stream->connected_ns, .unknown = true};
	int err;

	report_open_gap(stream);
	fprintf(stderr, "procsieve: the server is gone; waiting for it\n");
	err = retry_open(stream, why);
	if (err) {
		stream->ended = true;
		return err == -ECONNREFUSED ? 0 : err;
	}
	stream->server_gone = false;
	stream->gaps++;
	memset(stream->reported, 0, sizeof(stream->reported));
	watch_fd(stream, procsieve_fd(stream->listener->reader), EPOLLIN, WATCH_RING);
	gap.until_ns = stream->connected_ns = clock_boot_ns();
	stream->format->lost(&stream->printer, &gap);
	fprintf(stderr, "procsieve: the server is back\n");
	return 0;
}

static int write_rest_and_close(struct stream *stream, int err)
{
	if (stream->listener->reader)
		listener_stop(stream->listener);
	if (!err || err == -EAGAIN)
		err = write_rest(stream);
	close(stream->poller);
	close(stream->clock_watch);
	dedup_clear(&stream->dedup);
	own_processes_clear(&stream->own);
	printer_close(&stream->printer);
	return err;
}

int stream_run(struct stream *stream, struct reason *why)
{
	int err, refusal = 0;

	if (printer_open(&stream->printer, stream->format, &stream->run, &stream->output->buffer))
		return reason_set(why, STATUS_FAILURE, "out of memory");
	err = start_stream(stream, why);
	if (err) {
		printer_close(&stream->printer);
		return err;
	}
	err = run_listener(stream, output_flush(stream->output));
	while (stream->server_gone && stream->reopen && !stream->ended && !signals_count()) {
		refusal = resume_with_new_listener(stream, why);
		if (!stream->ended)
			err = run_listener(stream, err);
	}
	err = write_rest_and_close(stream, err);
	if (refusal)
		return refusal;
	if (err == -EAGAIN)
		return reason_set(why, STATUS_FAILURE, "%s",
				  stream->output->full ? "no space left for the output"
						       : "the output is not read");
	if (stream->snapshot_err)
		return reason_set(why, STATUS_FAILURE, "cannot read the existing processes: %s",
				  strerror(-stream->snapshot_err));
	if (err && err != -EPIPE)
		return reason_set(why, STATUS_FAILURE, "cannot write the output: %s",
				  strerror(-err));
	if (stream->server_gone && !stream->ended)
		return reason_set(why, STATUS_FAILURE,
				  "the server is gone (--reconnect waits for it to come back)");
	return 0;
}
