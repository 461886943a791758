/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The scratch area of a CPU: where a record is built. Shared by both sides of the engine, for what is counted in it. */
#ifndef SCRATCH_AREA_H
#define SCRATCH_AREA_H

#include <procsieve/filter.h>
#include <procsieve/record.h>

#include "identity_note.h"

/* The largest fixed part of a record. */
#define SCRATCH_FIXED_MAX 128

/* All sections together: those of any bytes, then what the others take at most. */
#define SCRATCH_SECTIONS_MAX (3 * PROCSIEVE_PATH_MAX + PROCSIEVE_ENV_MAX + 4096)

/* The largest record. */
#define SCRATCH_RECORD_MAX \
	(SCRATCH_FIXED_MAX + 2 * PROCSIEVE_PATH_MAX + PROCSIEVE_ARGV_MAX + SCRATCH_SECTIONS_MAX)

/* A path is written from right to left, each component of up to 255 bytes before the last; it is read after them first. */
#define SCRATCH_PATH_MAX PROCSIEVE_PATH_MAX
#define SCRATCH_NAME_MAX 255

struct scratch {
	union {
		struct procsieve_record header;
		char record[SCRATCH_RECORD_MAX];
	};
	char path[SCRATCH_PATH_MAX + SCRATCH_NAME_MAX + 1];
	__u64 delivered[PROCSIEVE_LISTENERS]; /* records, on this CPU, since loading */
	__u64 subject;			      /* the task that the record is about, as a number */
	__u64 watched;			      /* it runs on: `judged` is what it was judged as */
	struct identity judged;
	__u64 work[32]; /* of a section that is being made: stacks are small */
	__u64 cursor; /* of a loop that writes into the record: the verifier need not follow it here */
};

#endif
