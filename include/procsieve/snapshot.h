/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots: all processes at one time, in one read. The filter selects the processes, as it does
 * for events, and the sections to report. A selection restricts them further. Each process is read
 * at one moment, which takes some 100 ns, and is reported as it was then. A process that ends
 * during the read is left out, never reported in part. If a process calls execve(2) during the
 * read, all parts of its record are of the same program, unless it calls execve(2) again and again.
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
	PROCSIEVE_CHILDREN,    /* children of the root */
	PROCSIEVE_DESCENDANTS, /* the root and all its descendants */
};

/*
 * Task states, with the letters of /proc/PID/stat. The index of a letter is its bit in a mask of
 * states.
 */
#define PROCSIEVE_STATES      "RSDTtXZPI"
#define PROCSIEVE_STATE_COUNT 9

/* Restricts a snapshot. All zero: every process that the filter accepts. */
struct procsieve_selection {
	__u32 strategy; /* enum procsieve_strategy */
	__u32 root;	/* process id, for CHILDREN and DESCENDANTS */
	__u32 states;	/* mask of states; 0: any */
	__u32 sections; /* of processes, in addition to those of the filter */
	bool mappings;	/* also their memory, one record per mapping */
	bool fds;	/* also their open file descriptors, one record each */
};

struct procsieve_options;  /* <procsieve/procsieve.h> */
struct procsieve_snapshot; /* a snapshot that is being read; for one thread at a time */

/*
 * Requests a snapshot from the server. These members of the filter apply: the lists of processes,
 * users, groups, cgroups and names, `threads`, `sections` and `no_args`. Members about events are
 * ignored. `selection` may be NULL. An unprivileged caller receives only the processes that it
 * fully owns.
 *
 * Returns 0 and sets *snapshot, which the caller frees with procsieve_snapshot_close(). On failure
 * returns the same errors as procsieve_open(), with a one-line message for the user in `reason`.
 * Returns -ESRCH if a process named in the filter, or the root, does not exist or is not visible to
 * the caller.
 */
int procsieve_snapshot_open(struct procsieve_snapshot **snapshot,
			    const struct procsieve_filter *filter,
			    const struct procsieve_selection *selection,
			    const struct procsieve_options *options, char *reason,
			    size_t reason_size);

/*
 * Reads the next record. Each PROCSIEVE_PROCESS is followed by its PROCSIEVE_MAPPING and
 * PROCSIEVE_FD records, if they were requested. The record stays valid until the next call. Returns
 * 1; 0 after the last record; -EPROTO if the stream is malformed; or another -errno of read(2).
 */
int procsieve_snapshot_next(struct procsieve_snapshot *snapshot,
			    const struct procsieve_record **record, size_t *size);

/* Closes the snapshot and frees all its memory, records included. `snapshot` may be NULL. */
void procsieve_snapshot_close(struct procsieve_snapshot *snapshot);

/* The streams of a snapshot. Each is a sequence of struct procsieve_frame and a record. */
enum procsieve_stream {
	PROCSIEVE_STREAM_PROCESSES,
	PROCSIEVE_STREAM_MAPPINGS,
	PROCSIEVE_STREAM_FDS,
	PROCSIEVE_STREAM_COUNT,
};

/*
 * Makes a snapshot from streams that the caller obtained in another way; -1: no stream of that
 * type. The snapshot takes ownership of the descriptors, also on failure. Returns 0 or -ENOMEM.
 */
int procsieve_snapshot_adopt(struct procsieve_snapshot **snapshot,
			     const int fds[PROCSIEVE_STREAM_COUNT]);

#ifdef __cplusplus
}
#endif

#endif
