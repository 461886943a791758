/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a record is built: a scratch area, since most are too large for the stack, and since the
 * verifier checks a function once, and not once for each way that leads to it, where only numbers
 * are handed over: those that get the number of an area find the record, and the task that it is
 * about, by themselves.
 *
 * Each CPU has areas of its own. Tracepoints do not interrupt each other, so programs during which
 * the kernel does not switch to another task share one. Where it may (hooks on functions; raw
 * tracepoints since Linux 7.0), another program may run on the same CPU before the first is done;
 * so each of those has an area to itself. The same program does not run twice on a CPU: the kernel
 * keeps a mark for that, which is not exact on all machines, and so the area is claimed as well.
 */
#ifndef BPF_CORE_SCRATCH_H
#define BPF_CORE_SCRATCH_H

#include "core/prelude.h"
#include "bpf/shared/scratch_area.h"
#include "core/scratch_mark.h"

/* Not a per-CPU map: those end at 32 KiB a value, and have one a CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/*
 * As it is here, any program may be preempted. Set before loading: the verifier knows these
 * constants.
 */
const volatile struct scratch_plan scratch_plan = {
	.areas = SCRATCH_USERS + 1,
	.own = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
};

static __always_inline struct scratch *scratch_of(__u32 area)
{
	return bpf_map_lookup_elem(&scratches, &area);
}

/* A record begins there. */
static __always_inline void scratch_start(struct scratch *scratch, __u32 area)
{
	scratch->area = area;
	scratch_mark(scratch->record, sizeof(scratch->record));
	scratch_mark(scratch->path, sizeof(scratch->path));
	scratch_mark(scratch->work, sizeof(scratch->work));
}

/* An area that nobody else takes, as those of a snapshot's streams. */
static __always_inline struct scratch *scratch_begin(__u32 area)
{
	struct scratch *scratch = scratch_of(area);

	if (scratch)
		scratch_start(scratch, area);
	return scratch;
}

/* Takes the area of a program, a constant, on this CPU. NULL where it is taken. */
static __always_inline struct scratch *scratch_claim(enum scratch_user user)
{
	__u32 own = scratch_plan.own[user];
	__u32 area = bpf_get_smp_processor_id() * scratch_plan.areas + own;
	struct scratch *scratch = scratch_of(area);

	if (!scratch || (own && __sync_lock_test_and_set(&scratch->taken, 1)))
		return NULL;
	scratch_start(scratch, area);
	return scratch;
}

/* Gives it back: a plain store, since who takes it next does so on the same CPU. */
static __always_inline void scratch_release(struct scratch *scratch, enum scratch_user user)
{
	barrier();
	if (scratch_plan.own[user])
		*(volatile __u32 *)&scratch->taken = 0;
}

/*
 * Lowers a value to a bound. The same register for check and use: else the verifier does not
 * connect the two.
 */
#define bounded(value, most)                    \
	({                                      \
		if ((value) > (most))           \
			(value) = (most);       \
		asm volatile("" : "+r"(value)); \
		(value);                        \
	})

#endif
