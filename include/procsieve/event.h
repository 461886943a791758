/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of event types, the one place where an event gets its number and its name. The masks,
 * the option parser, the names in the output and the tests use it. A new event needs one row here,
 * one payload struct in record.h and one program in src/bpf/event/.
 */
#ifndef PROCSIEVE_EVENT_H
#define PROCSIEVE_EVENT_H

/*
 * X(ENUMERATOR, name, default, state, text). `default` is 1 if `watch` shows the event when no
 * types are selected. `state` is 1 if the event changes what a snapshot reports of its process:
 * such an event, if older than the snapshot, is already contained in it.
 */
#define PROCSIEVE_EVENTS(X)                                              \
	X(FORK, fork, 1, 1, "a process was created")                     \
	X(EXEC, exec, 1, 1, "a process runs another program")            \
	X(EXIT, exit, 1, 1, "a process has ended, its last thread gone") \
	X(COMM, comm, 0, 1, "a process changed its name")                \
	X(UID, uid, 0, 1, "a process changed a user id")                 \
	X(GID, gid, 0, 1, "a process changed a group id")                \
	X(SID, sid, 0, 1, "a process began a session")                   \
	X(PTRACE, ptrace, 0, 1, "a tracer came or went")                 \
	X(COREDUMP, coredump, 0, 1, "a process begins to dump core")

/*
 * Types of records. Events come first and count up from 0. Numbers from PROCSIEVE_EVENT_LIMIT on
 * are records that are not events; no filter suppresses them. Numbers are part of the record format
 * and are never reused.
 */
enum procsieve_type {
#define X(NAME, name, shown, state, text) PROCSIEVE_##NAME,
	PROCSIEVE_EVENTS(X)
#undef X
		PROCSIEVE_EVENT_COUNT,
	PROCSIEVE_EVENT_LIMIT = 64, /* size of the number space for event types */

	/* Events were lost at this point; struct procsieve_lost. */
	PROCSIEVE_LOST = PROCSIEVE_EVENT_LIMIT,
	PROCSIEVE_TARGETS_GONE, /* the last process of a pid filter has ended; no payload */

	/* Records of snapshots. */
	PROCSIEVE_PROCESS, /* a process or thread; struct procsieve_process */
	PROCSIEVE_MAPPING, /* a mapping of its memory; struct procsieve_mapping */
	PROCSIEVE_FD,	   /* an open file descriptor of it; struct procsieve_fd */
};

/* The bit of one event type in a 64-bit mask of events. */
#define PROCSIEVE_MASK(type) (1ull << (type))

/* All event types of this version. */
#define PROCSIEVE_ALL_EVENTS (~0ull >> (PROCSIEVE_EVENT_LIMIT - PROCSIEVE_EVENT_COUNT))

#endif
