// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds events that a snapshot has already reported; see snapshot_dedup.h. */
#include "stream/snapshot_dedup.h"

#include <errno.h>
#include <stdlib.h>

#include <procsieve/read_record.h>

/* Maximum expected delay of a hook between an event and reading the clock. */
#define HOOK_DELAY_MAX_NS 10000000000ull

#define CAPACITY_MIN	  1024

/*
 * A process or thread is identified by its id and the start time of its process. The id of a
 * process is that of its thread-group leader.
 */
struct dedup_entry {
	uint32_t tid; /* 0: empty slot */
	uint64_t start_ns;
	uint64_t read_ns; /* when the snapshot read it, boot time */
};

/* Returns the entry of a process or thread, or the empty slot for it. */
static struct dedup_entry *find_entry(const struct dedup *dedup, uint32_t tid, uint64_t start_ns)
{
	size_t at = tid * 0x9e3779b1u;
	struct dedup_entry *entry;

	for (;; at++) {
		entry = &dedup->entries[at & (dedup->capacity - 1)];
		if (!entry->tid || (entry->tid == tid && entry->start_ns == start_ns))
			return entry;
	}
}

static int grow_entries(struct dedup *dedup)
{
	struct dedup larger = {.capacity = dedup->capacity ? 2 * dedup->capacity : CAPACITY_MIN};

	if (2 * dedup->count < dedup->capacity)
		return 0;
	larger.entries = calloc(larger.capacity, sizeof(*larger.entries));
	if (!larger.entries)
		return -ENOMEM;
	for (size_t i = 0; i < dedup->capacity; i++) {
		const struct dedup_entry *entry = &dedup->entries[i];

		if (entry->tid)
			*find_entry(&larger, entry->tid, entry->start_ns) = *entry;
	}
	free(dedup->entries);
	dedup->entries = larger.entries;
	dedup->capacity = larger.capacity;
	return 0;
}

static int add_entry(struct dedup *dedup, const struct dedup_entry *entry)
{
	int err = grow_entries(dedup);

	if (err)
		return err;
	*find_entry(dedup, entry->tid, entry->start_ns) = *entry;
	dedup->count++;
	return 0;
}

int dedup_add(struct dedup *dedup, const struct procsieve_record *process)
{
	return add_entry(dedup,
			 &(struct dedup_entry){process->tid, process->start_ns, process->boot_ns});
}

void dedup_begin(struct dedup *dedup, uint64_t begin_ns)
{
	dedup_clear(dedup);
	dedup->begin_ns = begin_ns;
}

void dedup_end(struct dedup *dedup, uint64_t end_ns)
{
	dedup->end_ns = end_ns;
}

/* Returns the id of the process or thread that this event is about. */
static uint32_t event_task_id(const struct procsieve_record *event)
{
	bool thread = event->type != PROCSIEVE_FORK && event->flags & PROCSIEVE_F_THREAD;

	return thread ? event->tid : event->pid;
}

/* Returns its entry, or an empty slot. */
static struct dedup_entry *find_event_task(const struct dedup *dedup,
					   const struct procsieve_record *event)
{
	return find_entry(dedup, event_task_id(event), event->start_ns);
}

/*
 * Handles the fork of a child that the snapshot may have reported. If it did not, the child is
 * added now, so that its later events are delivered. The exception is a new thread of a process
 * that was never reported: its fork is dropped. Times cannot be compared here, because the kernel
 * makes a new task visible before its fork hook runs.
 */
static bool covers_fork(struct dedup *dedup, const struct procsieve_record *event, size_t size)
{
	const struct procsieve_fork *fork = procsieve_payload(event, size, sizeof(*fork));
	bool thread = event->flags & PROCSIEVE_F_THREAD, early = event->boot_ns < dedup->end_ns;
	struct dedup_entry child;

	if (!fork)
		return false;
	child.tid = fork->child_tid;
	child.start_ns = thread ? event->start_ns : fork->child_start_ns;
	child.read_ns = 0;
	if (find_entry(dedup, child.tid, child.start_ns)->tid)
		return true;
	if (thread && early && !find_event_task(dedup, event)->tid)
		return true;
	if (early)
		add_entry(dedup, &child);
	return false;
}

/*
 * Adds the process or thread of an event. For a thread it adds the process too, because the exit of
 * the last thread is reported as that of the process.
 */
static void add_event_task(struct dedup *dedup, const struct procsieve_record *event)
{
	struct dedup_entry entry = {.tid = event_task_id(event), .start_ns = event->start_ns};

	add_entry(dedup, &entry);
	entry.tid = event->pid;
	if (!find_entry(dedup, entry.tid, entry.start_ns)->tid)
		add_entry(dedup, &entry);
}

/*
 * Handles an event of a process that was not reported, while the snapshot is taken. A process that
 * ended before the snapshot reached it was never reported, and its end is dropped.
 */
static bool covers_unlisted(struct dedup *dedup, const struct procsieve_record *event)
{
	bool ends = event->type == PROCSIEVE_EXIT || event->type == PROCSIEVE_COREDUMP;

	if (event->boot_ns >= dedup->end_ns || event->start_ns >= dedup->begin_ns)
		return false;
	if (!ends)
		add_event_task(dedup, event);
	return ends;
}

/*
 * Returns whether a snapshot reports the state that this event type changes; false for an unknown
 * type.
 */
static bool is_state_change(unsigned int type)
{
#define X(NAME, name, shown, state, text) [PROCSIEVE_##NAME] = (state),
	static const bool states[PROCSIEVE_EVENT_COUNT] = {PROCSIEVE_EVENTS(X)};
#undef X

	return type < PROCSIEVE_EVENT_COUNT && states[type];
}

bool dedup_covers(struct dedup *dedup, const struct procsieve_record *event, size_t size)
{
	struct dedup_entry *entry;

	if (!dedup->capacity)
		return false;
	if (event->boot_ns > dedup->end_ns + HOOK_DELAY_MAX_NS) {
		dedup_clear(dedup);
		return false;
	}
	if (!is_state_change(event->type))
		return false;
	if (event->type == PROCSIEVE_FORK)
		return covers_fork(dedup, event, size);
	entry = find_event_task(dedup, event);
	if (!entry->tid)
		return covers_unlisted(dedup, event);
	/* The snapshot contains no ended processes, so this exit is later. */
	if (event->type == PROCSIEVE_EXIT)
		return false;
	/*
	 * The snapshot may have read the process before it had the new name. Later changes, such as
	 * an exec with another name, must then be delivered too.
	 */
	if (event->type == PROCSIEVE_COMM)
		entry->read_ns = 0;
	return event->boot_ns < entry->read_ns;
}

void dedup_clear(struct dedup *dedup)
{
	free(dedup->entries);
	*dedup = (struct dedup){0};
}
