/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comm: a task got another name, by prctl(PR_SET_NAME) or by a write to /proc/PID/comm. The tracepoint also fires inside
 * execve, where the exec record tells the name: as for the proc connector, that is not a comm event.
 */
#ifndef COMM_BPF_H
#define COMM_BPF_H

#include "match.h"
#include "sections.h"
#include "task.h"

struct comm_record {
	struct procsieve_record header;
	struct procsieve_comm comm;
};

static __always_inline int comm_tell(const struct task_struct *task, const char *name,
				     bool sections)
{
	bool thread = task->pid != task->tgid;
	__u64 want = match_event(thread, PROCSIEVE_COMM);
	struct comm_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;

	if (!want || BPF_CORE_READ_BITFIELD(task, in_execve))
		return 0;
	kernel_copy_name(&comm, name);
	want = match_task(want, task, &comm);
	if (!want)
		return 0;
	scratch = scratch_claim(SCRATCH_COMM);
	if (!scratch)
		return lose(want, PROCSIEVE_COMM);
	record = (struct comm_record *)scratch->record;
	task_header(&record->header, task, PROCSIEVE_COMM, thread, &comm);
	task_comm((struct sieve_comm *)record->comm.old_comm, task);
	deliver(scratch, task, want, sizeof(*record), sizeof(*record), sections);
	scratch_release(scratch, SCRATCH_COMM);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(on_comm, struct task_struct *task, const char *name)
{
	return comm_tell(task, name, true);
}

SEC("?tp_btf/task_rename")
int BPF_PROG(on_comm_plain, struct task_struct *task, const char *name)
{
	return comm_tell(task, name, false);
}

#endif
