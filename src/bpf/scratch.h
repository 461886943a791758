/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a record is built: a scratch area of each CPU, since most are too large for the stack, and since the verifier
 * checks a function once, and not once for each way that leads to it, where only numbers are handed over: `deliver()`,
 * `command_put_...()` find the record by themselves. Tracepoints do not interrupt each other here.
 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include "program.h"
#include "scratch_area.h"
#include "scratch_mark.h"

/* Which one? An object that builds one record at a time has its own answer. */
#ifndef SCRATCH_NUMBER
#define SCRATCH_NUMBER() bpf_get_smp_processor_id()
#endif

/* One a CPU. Not a per-CPU map: those end at 32 KiB a value. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch_of(__u32 number)
{
	return bpf_map_lookup_elem(&scratches, &number);
}

static __always_inline struct scratch *scratch_get(void)
{
	return scratch_of(SCRATCH_NUMBER());
}

/* For a record that begins. */
static __always_inline struct scratch *scratch_begin(__u32 number)
{
	struct scratch *scratch = scratch_of(number);

	if (scratch) {
		scratch_mark(scratch->record, sizeof(scratch->record));
		scratch_mark(scratch->path, sizeof(scratch->path));
		scratch_mark(scratch->work, sizeof(scratch->work));
	}
	return scratch;
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
