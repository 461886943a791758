/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream that begins with the processes that live already: which of the events behind them are in
 * what the snapshot has told? The hooks are on before it is made, so that nothing is missed; what
 * happens meanwhile is in both.
 */
#ifndef USER_STREAM_SNAPSHOT_DEDUP_H
#define USER_STREAM_SNAPSHOT_DEDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

/* Processes (and threads) that have been told, as a hash table. All zero is an empty one. */
struct existing {
	struct existing_entry *entries;
	size_t count, room;	   /* room: a power of two, or 0 */
	uint64_t begin_ns, end_ns; /* boot time: before the first look, after the last */
};

/* The hooks are on, and nobody has been looked at. */
void dedup_begin(struct existing *existing, uint64_t begin_ns);

/* Remembers a process of the snapshot. Returns 0 or -ENOMEM. */
int dedup_add(struct existing *existing, const struct procsieve_record *process);

/* All have been looked at. */
void dedup_end(struct existing *existing, uint64_t end_ns);

/*
 * Is the event to be left out? Only one that changes what a snapshot reports (`state` in the table
 * of event.h), whatever its age. That is so for the fork of a process that was told; for what
 * changed a process before it was looked at, up to its first new name: the kernel tells of a name
 * just before it is there; and for the end of those who had ended before their turn came: nobody
 * has heard of them. Whoever else is not known was not accepted by the filter when it was looked
 * at, or its fork was not: it is known from now on. Forgets everything once events are so late that
 * none of this can be.
 */
bool dedup_covers(struct existing *existing, const struct procsieve_record *event, size_t size);

void dedup_clear(struct existing *existing);

#endif
