/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies records from a listener's ring through a format to the output, in batches: drain, format,
 * write, sleep. Sleeps until the next event if the ring is empty.
 */
#ifndef USER_STREAM_STREAM_H
#define USER_STREAM_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "format/format.h"
#include "source/listener.h"
#include "stream/own_processes.h"
#include "stream/snapshot_dedup.h"
#include "stream/output.h"

struct stream {
	/* Set by the caller before stream_run(). */
	struct listener *listener;
	const struct format *format;
	struct output *output;
	struct run run;
	uint64_t latency_ns;	  /* pause after each batch */
	uint64_t duration_ns;	  /* 0: no limit */
	uint64_t count;		  /* number of events; 0: no limit */
	struct own_processes own; /* its command is released after the line that starts the run */

	/*
	 * Called when the server is gone: closes the rest of the listener and opens it again.
	 * Returns what listener_open() returns; -ECONNREFUSED is retried. If NULL, the run ends
	 * when the server is gone.
	 */
	int (*reopen)(struct stream *stream, struct reason *why);
	void *context; /* private to the caller */

	/* Results. */
	struct totals totals;
	uint64_t unwritten; /* lines that could not be written */
	uint64_t gaps;	    /* times without a listener; their events are unknown */

	/* Internal. */
	struct printer printer;
	uint64_t reported[PROCSIEVE_EVENT_COUNT]; /* lost events already reported */
	uint64_t deadline_ns;			  /* CLOCK_MONOTONIC; 0: none */
	uint64_t connected_ns;	/* clock_boot_ns(): last time the server was connected */
	int64_t wall_offset_ns; /* wall clock minus boot time, last reported */
	int snapshot_err;	/* error reading the existing processes, or 0 */
	int poller;
	int clock_watch;
	bool full_reported; /* that the disk is full has been printed */
	bool ended;	    /* nothing more to print */
	bool targets_gone;  /* all processes of the pid filter have ended */
	bool server_gone;
	struct dedup dedup; /* processes reported before the events */
};

/*
 * Runs until it is asked to end (signals.h), a limit is reached, the output has no reader any more,
 * all processes of a pid filter have ended, or the server is gone. Then stops the listener and
 * drains the rest. Returns 0, or what reason_set() returned.
 */
int stream_run(struct stream *stream, struct reason *why);

#endif
