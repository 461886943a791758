/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Delivery: a record goes into the ring of each listener that wants it, or is counted as lost.
 *
 * The ring itself does the wake-ups: the kernel wakes a reader when a record is committed exactly
 * at the reader's consumer position. A reader that will poll again by itself keeps that position a
 * little below what it has read (src/lib/ring.c). So a burst of events wakes no reader, the first
 * event after an idle time wakes it at once, and no code is needed here.
 */
#ifndef BPF_CORE_DELIVER_H
#define BPF_CORE_DELIVER_H

#include "core/listener_maps.h"
#include "core/scratch.h"
#include "core/sieve_maps.h"

/* Removes the lowest listener from a set that is not empty; returns its bit. */
static __always_inline __u64 listener_pop(__u64 *set)
{
	__u64 bit = *set & -*set;

	*set ^= bit;
	return bit;
}

static __always_inline struct procsieve_control *listener_control(__u32 slot)
{
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&controls, &slot);

	return map ? bpf_map_lookup_elem(map, &zero) : NULL;
}

/*
 * Counts one lost event for a listener. Totals first, then the bit in `lossy`: the program that
 * clears the bit sees the totals.
 */
__noinline int count_lost_one(__u64 bit, __u32 type, __u64 now)
{
	struct procsieve_control *control = listener_control(listener_slot(bit));

	if (!control)
		return 0;
	__sync_fetch_and_add(&control->lost[type & (PROCSIEVE_EVENT_LIMIT - 1)], 1);
	control->until_ns = now;
	if (!(sieve.lossy & bit)) {
		control->since_ns = now;
		__sync_fetch_and_or(&sieve.lossy, bit);
	}
	return 0;
}

/* An event for which no scratch area is free is lost for all listeners that want it. */
struct lost_event {
	__u64 set; /* listeners for which it has not been counted yet */
	__u32 type;
	__u64 now;
};

static long count_lost_next(__u32 turn, struct lost_event *lost)
{
	if (!lost->set)
		return 1;
	count_lost_one(listener_pop(&lost->set), lost->type, lost->now);
	return 0;
}

__noinline int count_lost(__u64 want, __u32 type)
{
	struct lost_event lost = {want, type, bpf_ktime_get_boot_ns()};

	bpf_loop(PROCSIEVE_LISTENERS, count_lost_next, &lost, 0);
	return 0;
}

/* A lost record. It is built beside the record that is being delivered. */
struct lost_record {
	struct procsieve_record header;
	struct procsieve_lost lost; /* for up to LOST_TYPES types */
};

#define LOST_TYPES PROCSIEVE_EVENT_COUNT

/*
 * Fills in the types that have lost events, and how many of each. Returns the size of the record.
 * Without branches, because the verifier would follow every combination of them.
 */
static __always_inline __u64 lost_record_fill(struct lost_record *record,
					      const struct procsieve_control *control)
{
	__u64 types = 0, count = 0;

	for (__u32 type = 0; type < LOST_TYPES; type++) {
		__u64 lost = *(volatile const __u64 *)&control->lost[type];
		__u64 any = -lost;

		/* Without this the compiler recognises the pattern and emits a branch. */
		asm volatile("" : "+r"(any));
		any = (any | lost) >> 63;
		record->lost.lost[count] = lost;
		types |= any << type;
		count += any;
	}
	record->lost.types = types;
	return sizeof(*record) + count * sizeof(record->lost.lost[0]);
}

/*
 * The ring may have space again: writes the lost record before the next good one, which is in
 * `area`. Returns 0 if that one may follow.
 */
__noinline int lost_record_emit(__u64 bit, __u64 now, __u32 area)
{
	__u32 slot = listener_slot(bit);
	struct procsieve_control *control = listener_control(slot);
	void *ring = bpf_map_lookup_elem(&rings, &slot);
	struct scratch *scratch = scratch_of(area);
	struct lost_record *record;
	__u64 size;

	if (!control || !ring || !scratch)
		return -1;
	/* If several CPUs get here, one of them writes it. */
	if (!(__sync_fetch_and_and(&sieve.lossy, ~bit) & bit))
		return 0;
	_Static_assert(sizeof(*record) + LOST_TYPES * sizeof(__u64) <= sizeof(scratch->work),
		       "there is room");
	record = (struct lost_record *)scratch->work;
	__builtin_memset(record, 0, sizeof(*record));
	record->header.boot_ns = now;
	record->header.type = PROCSIEVE_LOST;
	record->header.cpu = bpf_get_smp_processor_id();
	record->lost.since_ns = control->since_ns;
	record->lost.until_ns = control->until_ns;
	size = lost_record_fill(record, control);
	if (!bpf_ringbuf_output(ring, record, size, 0))
		return 0;
	__sync_fetch_and_or(&sieve.lossy, bit);
	return -1;
}

/* By scratch area: only the program that uses the area writes there. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch_count);
} scratch_counts SEC(".maps");

static __always_inline void count_delivered(__u32 area, __u32 slot)
{
	struct scratch_count *count = bpf_map_lookup_elem(&scratch_counts, &area);

	if (count)
		count->delivered[slot & (PROCSIEVE_LISTENERS - 1)]++;
}

/* Writes the record in the scratch area into one listener's ring, or counts it as lost. */
static __always_inline void deliver_to(struct scratch *scratch, __u64 bit, __u64 size)
{
	__u32 slot = listener_slot(bit);
	void *ring = bpf_map_lookup_elem(&rings, &slot);
	__u64 now = scratch->header.boot_ns;

	if (scratch->parent_hidden)
		scratch->header.parent_exec_id =
			scratch->parent_hidden & bit ? 0 : scratch->parent_exec_id;
	size = bounded(size, SCRATCH_RECORD_MAX);
	if ((sieve.lossy & bit && lost_record_emit(bit, now, scratch->area)) || !ring ||
	    bpf_ringbuf_output(ring, scratch->record, size, 0))
		count_lost_one(bit, scratch->header.type, now);
	else
		count_delivered(scratch->area, slot);
}

/*
 * A record that is delivered to several listeners. All members have 64 bits, so that the verifier
 * keeps its knowledge of them across bpf_loop().
 */
struct delivery {
	struct scratch *scratch;
	__u64 set; /* listeners that have not received it yet */
	__u64 size;
	__u64 size_without_argv;
};

/*
 * Delivers to the next listener; the signature is that of a bpf_loop() callback. Returns 1 when
 * none is left.
 */
static long deliver_to_next(__u32 turn, struct delivery *d)
{
	__u64 bit;

	if (!d->set)
		return 1;
	bit = listener_pop(&d->set);
	deliver_to(d->scratch, bit, sieve.args & bit ? d->size : d->size_without_argv);
	return 0;
}

/*
 * Delivers the record in the scratch area as it is; argv is its last part. Nearly always there is
 * one listener, which needs no bpf_loop(): with the mitigations of today's CPUs, each return costs
 * some 10 ns.
 */
static __always_inline void deliver_as_is(struct scratch *scratch, __u64 want, __u64 size,
					  __u64 size_without_argv)
{
	struct delivery d = {scratch, want, size, size_without_argv};

	if (want & (want - 1))
		bpf_loop(PROCSIEVE_LISTENERS, deliver_to_next, &d, 0);
	else
		deliver_to(scratch, want, sieve.args & want ? size : size_without_argv);
}

#endif
