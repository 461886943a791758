/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of records from a listener's ring through a format to the output, batch by batch: drain,
 * format, write, nap; sleep when there is nothing.
 */
#ifndef USER_STREAM_STREAM_H
#define USER_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "format/format.h"
#include "source/listener.h"
#include "stream/snapshot_dedup.h"
#include "stream/output.h"

struct stream {
	/* The caller's, all set before stream_run(). */
	struct listener *listener;
	const struct format *format;
	struct output *output;
	struct run run;
	uint64_t latency_ns;  /* nap after a batch */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t count;	      /* events; 0: no limit */

	/*
	 * Where the server is gone: closes what is left of the listener and opens it anew. Returns
	 * what listener_open() does; for -ECONNREFUSED it is tried again. NULL: the run ends.
	 */
	int (*reopen)(struct stream *stream, struct reason *why);
	void *context; /* the caller's own */

	/* What came of it. */
	struct totals totals;
	uint64_t unwritten; /* lines that the output did not take */
	uint64_t gaps;	    /* times in which nobody listened, and nobody knows what happened */

	/* In between. */
	struct printer printer;
	uint64_t reported[PROCSIEVE_EVENT_COUNT]; /* lost events that the stream has told of */
	uint64_t deadline_ns;			  /* CLOCK_MONOTONIC; 0: none */
	uint64_t heard_ns;			  /* CLOCK_BOOTTIME: the server was there */
	int64_t wall_offset_ns;			  /* wall clock to boot time, as it was told */
	int snapshot_err;			  /* the existing processes cannot be read */
	int poller;
	int clock_watch;
	bool said_full;		  /* that the disk is full has been printed */
	bool ended;		  /* nothing more is to be told */
	bool targets_gone;	  /* all processes of the pid filter have ended */
	bool server_gone;	  /* the server is gone */
	struct existing existing; /* processes that were told before the events */
};

/*
 * Runs until it is asked to end (signals.h), the limits are reached, nobody reads any more, all
 * processes of a pid filter have ended, or the server is gone; stops the listener and drains what
 * is left. Returns 0, or what reason_set() returns.
 */
int stream_run(struct stream *stream, struct reason *why);

#endif
