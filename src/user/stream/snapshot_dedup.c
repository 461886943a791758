// SPDX-License-Identifier: GPL-2.0-or-later
/* What a snapshot has told already; see existing.h. */
#include "stream/snapshot_dedup.h"

#include <errno.h>
#include <stdlib.h>

#include <procsieve/payload.h>

/*
 * A hook that was held up longer between what it tells of and its look at the clock is not to be
 * expected.
 */
#define MARGIN_NS  10000000000ull

#define ROOM_FIRST 1024

/*
 * An id and the start of its process tell one from another. For processes the id is that of the
 * first thread.
 */
struct existing_entry {
	uint32_t tid; /* 0: none */
	uint64_t start_ns;
	uint64_t told_ns; /* when it was looked at */
};

/* The place of a process, or the empty one where it would be. */
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

/* The process or thread that this event is about. */
static uint32_t subject_id(const struct procsieve_record *event)
{
	bool thread = event->type != PROCSIEVE_FORK && event->flags & PROCSIEVE_F_THREAD;

	return thread ? event->tid : event->pid;
}

/* What is told of it, or an empty entry. */
static struct existing_entry *subject(const struct existing *existing,
				      const struct procsieve_record *event)
{
	return find(existing, subject_id(event), event->start_ns);
}

/*
 * A child that was not told is known from now on; but for a new thread of a process that nobody has
 * heard of. The kernel shows a new task before its fork hook runs: the times say nothing.
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

/* A thread makes its process known: the end of the last one is told as that of the process. */
static void know(struct existing *existing, const struct procsieve_record *event)
{
	struct existing_entry entry = {.tid = subject_id(event), .start_ns = event->start_ns};

	add(existing, &entry);
	entry.tid = event->pid;
	if (!find(existing, entry.tid, entry.start_ns)->tid)
		add(existing, &entry);
}

/* Of whom nothing has been told, with an event that comes while the snapshot is made. */
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
 * Does a snapshot report what this event changes? A type that is not known here is nothing that it
 * could.
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
	/* Who has ended was not there any more. */
	if (event->type == PROCSIEVE_EXIT)
		return false;
	/*
	 * It may not have had the name yet. What came behind that, as an exec with another name,
	 * has to follow.
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
