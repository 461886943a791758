/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream that begins with the processes that live already: which of the events behind them tell again what the snapshot has
 * told? The hooks are on before it is made, so that nothing is missed; what happens meanwhile is in both.
 */
#ifndef EXISTING_H
#define EXISTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

/* Processes (and threads) that have been told, as a hash table. All zero is an empty one. */
struct existing {
	struct existing_entry *entries;
	size_t count, room; /* room: a power of two, or 0 */
	uint64_t last_ns;   /* boot time of the last that was told */
};

/* Remembers a process of the snapshot. Returns 0 or -ENOMEM. */
int existing_add(struct existing *existing, const struct procsieve_record *process);

/*
 * Is the event in what was told already? That is so for the fork of a process that was told, and for what changed a process
 * before it was looked at. Forgets everything once events are so late that this cannot be.
 */
bool existing_has(struct existing *existing, const struct procsieve_record *event, size_t size);

void existing_clear(struct existing *existing);

#endif
