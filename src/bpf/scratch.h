/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a record is built: a scratch area of each CPU, since most are too large for the stack, and since the verifier
 * checks a function once, and not once for each way that leads to it, where only numbers are handed over: `deliver()`,
 * `command_put_...()` find the record by themselves. Tracepoints do not interrupt each other here.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "maps.h"

/* The largest fixed part of a record. */
#define SCRATCH_FIXED_MAX 128

/* All sections together: those of any bytes, then what the others take at most. */
#define SCRATCH_SECTIONS_MAX (3 * PROCSIEVE_PATH_MAX + PROCSIEVE_ENV_MAX + 4096)

/* The largest record. */
#define SCRATCH_RECORD_MAX \
	(SCRATCH_FIXED_MAX + 2 * PROCSIEVE_PATH_MAX + PROCSIEVE_ARGV_MAX + SCRATCH_SECTIONS_MAX)

/* A path is written from right to left, each component of up to 255 bytes below the one before. */
#define SCRATCH_PATH_MAX PROCSIEVE_PATH_MAX
#define SCRATCH_NAME_MAX 255

struct scratch {
	union {
		struct procsieve_record header;
		char record[SCRATCH_RECORD_MAX];
	};
	char path[SCRATCH_PATH_MAX + SCRATCH_NAME_MAX + 1];
	__u64 subject; /* the task that the record is about, as a number */
	__u64 cursor; /* of a loop that writes into the record: the verifier need not follow it here */
};

/* One a CPU. Not a per-CPU map: those end at 32 KiB a value. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_get(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&scratches, &cpu);
}

/* Lowers a value to a bound. The same register for check and use: else the verifier does not connect the two. */
#define bounded(value, most)                    \
	({                                      \
		if ((value) > (most))           \
			(value) = (most);       \
		asm volatile("" : "+r"(value)); \
		(value);                        \
	})

#endif
