/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How most hooks begin: which listeners want this event of this task, and the record's header. */
#ifndef BPF_EVENT_BEGIN_H
#define BPF_EVENT_BEGIN_H

#include "core/match.h"
#include "section/deliver_sections.h"
#include "core/record_header.h"

/*
 * Returns the listeners that want this event of this task. If there are any, *comm is the name that
 * was matched.
 */
static __always_inline __u64 event_match(const struct task_struct *task, enum procsieve_type type,
					 bool thread, struct sieve_comm *comm)
{
	__u64 want = match_event(thread, type);

	if (!want)
		return 0;
	task_comm(comm, task);
	return match_task(want, task, comm);
}

/* The same, and fills the header if there are any. */
static __always_inline __u64 event_header(struct procsieve_record *header,
					  const struct task_struct *task, enum procsieve_type type,
					  bool thread)
{
	struct sieve_comm comm;
	__u64 want = event_match(task, type, thread, &comm);

	if (want)
		record_header(header, task, type, thread, &comm);
	return want;
}

/*
 * Returns the scratch area of `program`, with the header of the record; the caller releases it.
 * *want is set to the listeners that are to receive the record. Returns NULL if there are none, or
 * if no area is free; then the event is counted as lost.
 */
static __always_inline struct scratch *event_begin(const struct task_struct *task,
						   enum procsieve_type type, bool thread,
						   enum scratch_program program, __u64 *want)
{
	struct scratch *scratch;
	struct sieve_comm comm;

	*want = event_match(task, type, thread, &comm);
	if (!*want)
		return NULL;
	scratch = scratch_claim(program);
	if (scratch)
		record_header(&scratch->header, task, type, thread, &comm);
	else
		count_lost(*want, type);
	return scratch;
}

#endif
