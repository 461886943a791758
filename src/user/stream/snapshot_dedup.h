/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For a stream that starts with a snapshot of the existing processes: finds the events that the
 * snapshot already includes. The hooks are attached before the snapshot is taken, so that nothing
 * is missed. Events during the snapshot may therefore be in both.
 */
#ifndef USER_STREAM_SNAPSHOT_DEDUP_H
#define USER_STREAM_SNAPSHOT_DEDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

/* The processes and threads that were reported, as a hash table. All zero is an empty table. */
struct dedup {
	struct dedup_entry *entries;
	size_t count, capacity;	   /* capacity: number of slots, a power of two, or 0 */
	uint64_t begin_ns, end_ns; /* clock_boot_ns(): snapshot started, completed */
};

/* Starts the table. Call it after the hooks are attached and before the first process is read. */
void dedup_begin(struct dedup *dedup, uint64_t begin_ns);

/* Adds a process of the snapshot. Returns 0 or -ENOMEM. */
int dedup_add(struct dedup *dedup, const struct procsieve_record *process);

/* Marks the snapshot as complete. */
void dedup_end(struct dedup *dedup, uint64_t end_ns);

/*
 * Returns whether to drop an event because the snapshot includes it.
 *
 * Only events that change something that a snapshot reports (`state` in the table of event.h) are
 * dropped:
 *
 * - the fork of a process that the snapshot has reported;
 * - changes of a process before the snapshot read it. After its first new name all changes are
 *   delivered, because the kernel reports a name just before it sets it;
 * - the end of a process that ended before the snapshot reached it, so it was never reported.
 *
 * Another process that is not in the table did not match the filter when the snapshot read it, or
 * its fork did not match. It is added to the table, and its events are delivered.
 *
 * The table is cleared as soon as an event is much later than the snapshot.
 */
bool dedup_covers(struct dedup *dedup, const struct procsieve_record *event, size_t size);

/* Frees the table and makes it empty. */
void dedup_clear(struct dedup *dedup);

#endif
