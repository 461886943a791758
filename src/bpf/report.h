/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How most hooks begin: who wants this event of this task, and the record with its header filled. */
#ifndef REPORT_H
#define REPORT_H

#include "match.h"
#include "sections.h"
#include "task.h"

/* Returns the scratch area with the header of the record, and who is to get it; NULL where nobody is. */
static __always_inline struct scratch *report_begin(const struct task_struct *task,
						    enum procsieve_type type, bool thread,
						    __u64 *want)
{
	struct scratch *scratch;
	struct sieve_comm comm;

	*want = match_event(thread, type);
	if (!*want)
		return NULL;
	task_comm(&comm, task);
	*want = match_task(*want, task, &comm);
	if (!*want)
		return NULL;
	scratch = scratch_get();
	if (scratch)
		task_header(&scratch->header, task, type, thread, &comm);
	return scratch;
}

#endif
