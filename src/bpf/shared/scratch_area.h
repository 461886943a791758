/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scratch areas, where records are built: what is in one, and whose it is. Shared by both sides of
 * the engine.
 */
#ifndef BPF_SHARED_SCRATCH_AREA_H
#define BPF_SHARED_SCRATCH_AREA_H

#include <procsieve/filter.h>
#include <procsieve/record.h>

#include "bpf/shared/identity_note.h"

/* The largest fixed part of a record. */
#define SCRATCH_FIXED_MAX 192

/* All sections together: those of any bytes, then what the others take at most. */
#define SCRATCH_SECTIONS_MAX (3 * PROCSIEVE_PATH_MAX + PROCSIEVE_ENV_MAX + 4096)

/* The largest record. */
#define SCRATCH_RECORD_MAX \
	(SCRATCH_FIXED_MAX + 2 * PROCSIEVE_PATH_MAX + PROCSIEVE_ARGV_MAX + SCRATCH_SECTIONS_MAX)

/*
 * A path is written from right to left, each component of up to 255 bytes before the last; it is
 * read after them first.
 */
#define SCRATCH_PATH_MAX PROCSIEVE_PATH_MAX
#define SCRATCH_NAME_MAX 255

struct scratch {
	__u32 area;    /* its own number */
	__u32 taken;   /* 1: somebody builds a record here; only where programs may be preempted */
	__u64 subject; /* the task that the record is about, as a number */
	__u64 cursor;  /* of a loop that writes into the record: the verifier need not follow it */
	__u64 parent_exec_id; /* of the record, for those that may see the parent */
	__u64 parent_hidden;  /* listeners that may not */
	union {
		struct procsieve_record header;
		char record[SCRATCH_RECORD_MAX];
	};
	char path[SCRATCH_PATH_MAX + SCRATCH_NAME_MAX + 1];
	__u64 watched; /* it runs on: `judged` is what it was judged as */
	struct identity judged;
	__u64 work[80]; /* of a section or lost record that is being made: stacks are small */
};

/* Records delivered out of one scratch area, since loading. */
struct scratch_count {
	__u64 delivered[PROCSIEVE_LISTENERS];
};

/* What builds records: a program of each is loaded at most. */
enum scratch_user {
	SCRATCH_FORK,
	SCRATCH_EXEC,
	SCRATCH_EXIT,
	SCRATCH_COMM,
	SCRATCH_COREDUMP,
	SCRATCH_EXEC_IDS,
	SCRATCH_SYSCALL,
	SCRATCH_CREDS,
	SCRATCH_SETSID,
	SCRATCH_PTRACE,
	SCRATCH_PTRACE_COMPAT,
	SCRATCH_USERS
};

/*
 * Which of a CPU's areas a program takes. Programs that nothing preempts share the first, 0. One
 * that another task may be switched to in the midst of has another to itself.
 */
struct scratch_plan {
	__u32 areas; /* of each CPU */
	__u32 own[SCRATCH_USERS];
};

#endif
