/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fork: a task was created. task_newtask stands at the end of copy_process(), when nothing can go wrong any more and the
 * child has not run: the record comes before every other record of the child. It tells the clone flags, and fires for
 * kernel threads too, as the proc connector's fork event does.
 */
#ifndef FORK_BPF_H
#define FORK_BPF_H

#include "follow.h"
#include "match.h"
#include "remember.h"
#include "task.h"

#include <linux/sched.h>

struct fork_record {
	struct procsieve_record header;
	struct procsieve_fork fork;
};

static __always_inline void fork_report(const struct task_struct *parent,
					const struct task_struct *child, __u64 flags, bool thread)
{
	__u64 want = match_event(thread, PROCSIEVE_FORK);
	struct fork_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;

	if (!want)
		return;
	task_comm(&comm, parent);
	want = match_task(want, parent, &comm);
	if (!want)
		return;
	scratch = scratch_get();
	if (!scratch)
		return;
	record = (struct fork_record *)scratch;
	task_header(&record->header, parent, PROCSIEVE_FORK, thread, &comm);
	record->fork.child_pid = child->tgid;
	record->fork.child_tid = child->pid;
	record->fork.child_start_ns = child->start_boottime;
	record->fork.clone_flags = flags;
	deliver(scratch, want, sizeof(*record), sizeof(*record));
}

SEC("tp_btf/task_newtask")
int BPF_PROG(on_fork, struct task_struct *child, __u64 flags)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	bool thread = flags & CLONE_THREAD;

	if (!thread) {
		remember_fork(parent, child);
		follow_fork(parent->tgid, child->tgid);
	}
	fork_report(parent, child, flags, thread);
	return 0;
}

#endif
