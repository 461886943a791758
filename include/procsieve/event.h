/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of event types: the one place where an event gets its name. Masks, the option parser,
 * the printers, the help text and the tests all follow from it. A new event is one row here, one
 * payload struct in record.h, one hook in src/bpf/.
 */
#ifndef PROCSIEVE_EVENT_H
#define PROCSIEVE_EVENT_H

/*
 * X(ENUMERATOR, name, default, state, text). `default` is 1 where `watch` shows the event if no
 * types are asked for. `state` is 1 where the event changes what a snapshot reports of its process:
 * then an event that is older than a snapshot is contained in it.
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
 * What a record is. Events come first and count up from 0. The numbers from PROCSIEVE_EVENT_LIMIT
 * on are the delivery's own records, which no filter holds back. Numbers are part of the record
 * format and are never reused.
 */
enum procsieve_type {
#define X(NAME, name, shown, state, text) PROCSIEVE_##NAME,
	PROCSIEVE_EVENTS(X)
#undef X
		PROCSIEVE_EVENT_COUNT,
	PROCSIEVE_EVENT_LIMIT = 64, /* types of events that there can ever be */

	PROCSIEVE_LOST =
		PROCSIEVE_EVENT_LIMIT, /* the ring had no room here; struct procsieve_lost */
	PROCSIEVE_TARGETS_GONE,	       /* the last process of a pid filter has ended; no payload */

	/* Of snapshots. */
	PROCSIEVE_PROCESS, /* a process (or thread) that is there; struct procsieve_process */
	PROCSIEVE_MAPPING, /* a piece of its memory; struct procsieve_mapping */
	PROCSIEVE_FD,	   /* one of its open file descriptors; struct procsieve_fd */
};

/* The bit of one event type in a mask of events, which has 64 bits. */
#define PROCSIEVE_MASK(type) (1ull << (type))

/* Every event type that this version knows. */
#define PROCSIEVE_ALL_EVENTS (~0ull >> (PROCSIEVE_EVENT_LIMIT - PROCSIEVE_EVENT_COUNT))

#endif
