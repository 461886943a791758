/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scratch areas, in which records are built: their contents, and which program uses which area.
 * Shared by both sides of the engine.
 */
#ifndef BPF_SHARED_SCRATCH_AREA_H
#define BPF_SHARED_SCRATCH_AREA_H

#include <procsieve/filter.h>
#include <procsieve/record.h>

#include "bpf/shared/task_identity.h"

/* Maximum size in bytes of the fixed part of a record. */
#define SCRATCH_FIXED_MAX 192

/* Maximum size of all sections together: those of variable size, then the rest. */
#define SCRATCH_SECTIONS_MAX (4 * PROCSIEVE_PATH_MAX + PROCSIEVE_ENV_MAX + 4096)

/* Maximum size of a record. */
#define SCRATCH_RECORD_MAX \
	(SCRATCH_FIXED_MAX + 2 * PROCSIEVE_PATH_MAX + PROCSIEVE_ARGV_MAX + SCRATCH_SECTIONS_MAX)

/*
 * A path is written from right to left. Each component of up to 255 bytes is read into the space
 * after the path first, then copied before the components that are there.
 */
#define SCRATCH_PATH_MAX PROCSIEVE_PATH_MAX
#define SCRATCH_NAME_MAX 255

struct scratch {
	__u32 area; /* index of this area */
	/* 1: a program builds a record here; used only where programs can be preempted */
	__u32 claimed;
	__u64 subject; /* address of the task that the record describes */
	/* position of a loop that writes the record; here the verifier need not track it */
	__u64 cursor;
	/* parent_exec_id of the record, for listeners that may see the parent */
	__u64 parent_exec_id;
	__u64 parent_hidden; /* listeners that may not see the parent */
	union {
		struct procsieve_record header;
		char record[SCRATCH_RECORD_MAX];
	};
	char path[SCRATCH_PATH_MAX + SCRATCH_NAME_MAX + 1];
	/* 1: the task keeps running; `identity` is its state when it was matched */
	__u64 has_identity;
	struct identity identity;
	/* for the section or lost record under construction: BPF stacks are small */
	__u64 work[80];
};

/* Number of records delivered from one scratch area, since loading. */
struct scratch_count {
	__u64 delivered[PROCSIEVE_LISTENERS];
};

/* The programs that build records. At most one program of each kind is loaded. */
enum scratch_program {
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
	SCRATCH_PROGRAMS
};

/*
 * Which area of its CPU a program uses. Programs that cannot be preempted share one. A program
 * during which the kernel may switch to another task has an area of its own.
 */
struct scratch_plan {
	__u32 areas; /* number of areas for each CPU */
	/* by program: the index of its own area among those of a CPU; 0: it uses the shared one */
	__u32 own[SCRATCH_PROGRAMS];
};

#endif
