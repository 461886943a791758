/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scratch areas: memory in which records are built. Most records are too large for the stack. And
 * the verifier checks a global function once, instead of once for each path that leads to it, if
 * only numbers are passed to it: a function that gets the index of an area finds the record, and
 * the task that it describes, by itself.
 *
 * Each CPU has areas of its own. Tracepoints do not interrupt each other, so programs during which
 * the kernel does not switch to another task share one area. Where it may switch (hooks on
 * functions; raw tracepoints since Linux 7.0), another program may run on the same CPU before the
 * first has ended, so each of those programs has an area of its own. The same program does not run
 * twice on a CPU: the kernel keeps a counter for that. It is not exact on all architectures, so the
 * area is also claimed.
 */
#ifndef BPF_CORE_SCRATCH_H
#define BPF_CORE_SCRATCH_H

#include "core/prelude.h"
#include "bpf/shared/scratch_area.h"
#include "core/scratch_mark.h"

/* Not a per-CPU map: its values are limited to 32 KiB, and it has one for each CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/*
 * Set before loading (src/user/engine/scratch_plan.c); the verifier takes these for constants. The
 * default assumes that any program can be preempted, so each has an area of its own.
 */
const volatile struct scratch_plan scratch_plan = {
	.areas = SCRATCH_PROGRAMS + 1,
	.own = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
};

static __always_inline struct scratch *scratch_of(__u32 area)
{
	return bpf_map_lookup_elem(&scratches, &area);
}

/* Starts a new record in the area. */
static __always_inline void scratch_start(struct scratch *scratch, __u32 area)
{
	scratch->area = area;
	scratch_mark(scratch->record, sizeof(scratch->record));
	scratch_mark(scratch->path, sizeof(scratch->path));
	scratch_mark(scratch->work, sizeof(scratch->work));
}

/* Returns an area that no other program uses, such as one of a snapshot's streams. */
static __always_inline struct scratch *scratch_start_unshared(__u32 area)
{
	struct scratch *scratch = scratch_of(area);

	if (scratch)
		scratch_start(scratch, area);
	return scratch;
}

/* Claims the area of a program, which is a constant, on this CPU. Returns NULL if it is in use. */
static __always_inline struct scratch *scratch_claim(enum scratch_program program)
{
	__u32 own = scratch_plan.own[program];
	__u32 area = bpf_get_smp_processor_id() * scratch_plan.areas + own;
	struct scratch *scratch = scratch_of(area);

	if (!scratch || (own && __sync_lock_test_and_set(&scratch->claimed, 1)))
		return NULL;
	scratch_start(scratch, area);
	return scratch;
}

/* Releases the area. A plain store is enough, because the next claim is made on the same CPU. */
static __always_inline void scratch_release(struct scratch *scratch, enum scratch_program program)
{
	barrier();
	if (scratch_plan.own[program])
		*(volatile __u32 *)&scratch->claimed = 0;
}

/*
 * Limits a value to an upper bound. Check and use have to be of the same register: otherwise the
 * verifier does not connect them.
 */
#define bounded(value, most)                    \
	({                                      \
		if ((value) > (most))           \
			(value) = (most);       \
		asm volatile("" : "+r"(value)); \
		(value);                        \
	})

#endif
