// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds events that a snapshot has already reported; see snapshot_dedup.h. */
#include "stream/snapshot_dedup.h"

#include <errno.h>
#include <stdlib.h>

#include <procsieve/payload.h>

/* Maximum expected delay of a hook between an event and reading the clock. */
#define MARGIN_NS  10000000000ull

#define ROOM_FIRST 1024

/*
 * A process or thread is identified by its id and the start time of its process. The id of a
 * process is that of its thread-group leader.
 */
struct existing_entry {
	uint32_t tid; /* 0: empty slot */
	uint64_t start_ns;
	uint64_t told_ns; /* when the snapshot read it, CLOCK_BOOTTIME */
};

/* Returns the entry of a process or thread, or the empty slot for it. */
static struct existing_entry *find(const struct existing *existing, uint32_t tid, uint64_t start_ns)
{
	size_t at = tid * 0x9e3779b1u;
	struct existing_entry *entry;

	for (;; at++) {
		entry = &existing->entries[at & (existing->room - 1)];
		if (!entry->tid || (entry->tid == tid && entry->start_ns == start_ns))
			return entry;
	}
}

static int grow(struct existing *existing)
{
	struct existing larger = {.room = existing->room ? 2 * existing->room : ROOM_FIRST};

	if (2 * existing->count < existing->room)
		return 0;
	larger.entries = calloc(larger.room, sizeof(*larger.entries));
	if (!larger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < existing->room; i++) {
		const struct existing_entry *entry = &existing->entries[i];

		if (entry->tid)
			*find(&larger, entry->tid, entry->start_ns) = *entry;
	}
	free(existing->entries);
	existing->entries = larger.entries;
	existing->room = larger.room;
	return 0;
}

static int add(struct existing *existing, const struct existing_entry *entry)
{
	int err = grow(existing);

	if (err)
		return err;
	*find(existing, entry->tid, entry->start_ns) = *entry;
	existing->count++;
	return 0;
}

int dedup_add(struct existing *existing, const struct procsieve_record *process)
{
	return add(existing,
		   &(struct existing_entry){process->tid, process->start_ns, process->boot_ns});
}

void dedup_begin(struct existing *existing, uint64_t begin_ns)
{
	dedup_clear(existing);
	existing->begin_ns = begin_ns;
}

void dedup_end(struct existing *existing, uint64_t end_ns)
{
	existing->end_ns = end_ns;
}

/* Returns the id of the process or thread that this event is about. */
static uint32_t subject_id(const struct procsieve_record *event)
{
	bool thread = event->type != PROCSIEVE_FORK && event->flags & PROCSIEVE_F_THREAD;

	return thread ? event->tid : event->pid;
}

/* Returns its entry, or an empty slot. */
static struct existing_entry *subject(const struct existing *existing,
				      const struct procsieve_record *event)
{
	return find(existing, subject_id(event), event->start_ns);
}

/*
 * Handles the fork of a child that the snapshot may have reported. If it did not, the child is
 * added now, so that its later events are delivered. The exception is a new thread of a process
 * that was never reported: its fork is dropped. Times cannot be compared here, because the kernel
 * makes a new task visible before its fork hook runs.
 */
static bool covers_fork(struct existing *existing, const struct procsieve_record *event,
			size_t size)
{
	const struct procsieve_fork *fork = procsieve_payload(event, size, sizeof(*fork));
	bool thread = event->flags & PROCSIEVE_F_THREAD, early = event->boot_ns < existing->end_ns;
	struct existing_entry child;

	if (!fork)
		return false;
	child.tid = fork->child_tid;
	child.start_ns = thread ? event->start_ns : fork->child_start_ns;
	child.told_ns = 0;
	if (find(existing, child.tid, child.start_ns)->tid)
		return true;
	if (thread && early && !subject(existing, event)->tid)
		return true;
	if (early)
		add(existing, &child);
	return false;
}

/*
 * Adds the process or thread of an event. For a thread it adds the process too, because the exit of
 * the last thread is reported as that of the process.
 */
static void know(struct existing *existing, const struct procsieve_record *event)
{
	struct existing_entry entry = {.tid = subject_id(event), .start_ns = event->start_ns};

	add(existing, &entry);
	entry.tid = event->pid;
	if (!find(existing, entry.tid, entry.start_ns)->tid)
		add(existing, &entry);
}

/*
 * Handles an event of a process that was not reported, while the snapshot is taken. A process that
 * ended before the snapshot reached it was never reported, and its end is dropped.
 */
static bool covers_stranger(struct existing *existing, const struct procsieve_record *event)
{
	bool ends = event->type == PROCSIEVE_EXIT || event->type == PROCSIEVE_COREDUMP;

	if (event->boot_ns >= existing->end_ns || event->start_ns >= existing->begin_ns)
		return false;
	if (!ends)
		know(existing, event);
	return ends;
}

/*
 * Returns whether a snapshot reports the state that this event type changes; false for an unknown
 * type.
 */
static bool is_state(unsigned int type)
{
#define X(NAME, name, shown, state, text) [PROCSIEVE_##NAME] = (state),
	static const bool states[PROCSIEVE_EVENT_COUNT] = {PROCSIEVE_EVENTS(X)};
#undef X

	return type < PROCSIEVE_EVENT_COUNT && states[type];
}

bool dedup_covers(struct existing *existing, const struct procsieve_record *event, size_t size)
{
	struct existing_entry *entry;

	if (!existing->room)
		return false;
	if (event->boot_ns > existing->end_ns + MARGIN_NS) {
		dedup_clear(existing);
		return false;
	}
	if (!is_state(event->type))
		return false;
	if (event->type == PROCSIEVE_FORK)
		return covers_fork(existing, event, size);
	entry = subject(existing, event);
	if (!entry->tid)
		return covers_stranger(existing, event);
	/* The snapshot contains no ended processes, so this exit is later. */
	if (event->type == PROCSIEVE_EXIT)
		return false;
	/*
	 * The snapshot may have read the process before it had the new name. Later changes, such as
	 * an exec with another name, must then be delivered too.
	 */
	if (event->type == PROCSIEVE_COMM)
		entry->told_ns = 0;
	return event->boot_ns < entry->told_ns;
}

void dedup_clear(struct existing *existing)
{
	free(existing->entries);
	*existing = (struct existing){0};
}
