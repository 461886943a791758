/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots: all processes at one time, in one read. A filter says which, as it does for events,
 * and what to tell of them (sections); a selection narrows it further. Each process is told as it
 * was when it was looked at, which takes some 100 ns; one that goes away meanwhile is left out,
 * never half told; what is told of one that executes a program meanwhile is all of the same
 * program, as long as it does not go on doing so.
 */
#ifndef PROCSIEVE_SNAPSHOT_H
#define PROCSIEVE_SNAPSHOT_H

#include <procsieve/filter.h>
#include <procsieve/record.h>

#ifdef __cplusplus
extern "C" {
#endif

enum procsieve_strategy {
	PROCSIEVE_ALL,
	PROCSIEVE_CHILDREN,    /* of the root */
	PROCSIEVE_DESCENDANTS, /* the root, and all below it */
};

/*
 * States of a task, as the letters of /proc/PID/stat; the place of a letter is its bit in a mask of
 * states.
 */
#define PROCSIEVE_STATES      "RSDTtXZPI"
#define PROCSIEVE_STATE_COUNT 9

/* All zero: every process that the filter accepts. */
struct procsieve_selection {
	__u32 strategy; /* enum procsieve_strategy */
	__u32 root;	/* process id */
	__u32 states;	/* mask; 0: any */
	__u32 sections; /* to tell of processes, beside those of the filter */
	bool mappings;	/* their memory as well, one record a mapping */
	bool fds;	/* and their open file descriptors, one record each */
};

struct procsieve_options;  /* <procsieve/procsieve.h> */
struct procsieve_snapshot; /* one that is being read; for one thread at a time */

/*
 * Asks the server for a snapshot. Of the filter the lists of processes, users, groups, cgroups and
 * names count, `threads`, `sections`, and `no_args`; what it says of events does not. `selection`
 * may be NULL. Who is not root gets the processes that are all its own.
 *
 * Returns 0 and *snapshot, which procsieve_snapshot_close() frees; otherwise what procsieve_open()
 * returns, with one line for the user in `reason`. A process that is named in the filter or as root
 * and does not live (or is not the caller's) is -ESRCH.
 */
int procsieve_snapshot_open(struct procsieve_snapshot **snapshot,
			    const struct procsieve_filter *filter,
			    const struct procsieve_selection *selection,
			    const struct procsieve_options *options, char *reason,
			    size_t reason_size);

/*
 * The next record: PROCSIEVE_PROCESS, each followed by its PROCSIEVE_MAPPING and PROCSIEVE_FD where
 * these were asked for. It stays valid until the next call. Returns 1; 0 behind the last; -EPROTO
 * where the stream is broken, or another -errno of read(2).
 */
int procsieve_snapshot_next(struct procsieve_snapshot *snapshot,
			    const struct procsieve_record **record, size_t *size);

/* Frees all that belongs to it, records included. NULL is allowed. */
void procsieve_snapshot_close(struct procsieve_snapshot *snapshot);

/* The streams of a snapshot: struct procsieve_frame and a record, one after the other. */
enum procsieve_stream {
	PROCSIEVE_STREAM_PROCESSES,
	PROCSIEVE_STREAM_MAPPINGS,
	PROCSIEVE_STREAM_FDS,
	PROCSIEVE_STREAM_COUNT,
};

/*
 * Makes a snapshot of streams that were got elsewhere; -1: there is none of that kind. The
 * descriptors are its own from then on, also where this fails. Returns 0 or -ENOMEM.
 */
int procsieve_snapshot_adopt(struct procsieve_snapshot **snapshot,
			     const int fds[PROCSIEVE_STREAM_COUNT]);

#ifdef __cplusplus
}
#endif

#endif
