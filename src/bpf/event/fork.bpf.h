/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fork: a task was created. task_newtask is at the end of copy_process(), when nothing can fail any
 * more and the child has not run: the record comes before every other record of the child. It
 * contains the clone flags. It fires for kernel threads too, as the proc connector's fork event
 * does.
 */
#ifndef BPF_EVENT_FORK_BPF_H
#define BPF_EVENT_FORK_BPF_H

#include "core/follow.h"
#include "core/tracepoint_args.h"
#include "event/exec_cache.h"
#include "event/begin.h"

#include <linux/sched.h>

struct fork_record {
	struct procsieve_record header;
	struct procsieve_fork fork;
};

static __always_inline void fork_emit(const struct task_struct *parent,
				      const struct task_struct *child, __u64 flags, bool thread,
				      bool sections)
{
	__u64 want;
	struct scratch *scratch = event_begin(parent, PROCSIEVE_FORK, thread, SCRATCH_FORK, &want);
	struct fork_record *record;

	if (!scratch)
		return;
	record = (struct fork_record *)scratch->record;
	record->fork.child_pid = child->tgid;
	record->fork.child_tid = child->pid;
	record->fork.child_start_ns = child->start_boottime;
	record->fork.child_exec_id = exec_id(task_untrusted(child)->group_leader);
	record->fork.clone_flags = flags;
	deliver(scratch, parent, want, sizeof(*record), sizeof(*record), sections);
	scratch_release(scratch, SCRATCH_FORK);
}

static __always_inline int fork_handle(struct task_struct *child, __u64 flags, bool sections)
{
	struct task_struct *parent = bpf_get_current_task_btf();
	bool thread = flags & CLONE_THREAD;

	if (!thread) {
		exec_cache_fork(parent, child);
		follow_fork(parent, child->tgid);
	}
	fork_emit(parent, child, flags, thread, sections);
	return 0;
}

SEC("tp_btf/task_newtask")
int BPF_PROG(on_fork, struct task_struct *child, __u64 flags)
{
	return fork_handle(child, flags, true);
}

SEC("?tp_btf/task_newtask")
int BPF_PROG(on_fork_plain, struct task_struct *child, __u64 flags)
{
	return fork_handle(child, flags, false);
}

static __always_inline int fork_from_record(struct trace_event_raw_task_newtask *ctx, bool sections)
{
	struct task_struct *child = kernel_find_task(ctx->pid, PROCSIEVE_FORK);

	if (!child)
		return 0;
	fork_handle(child, ctx->clone_flags, sections);
	bpf_task_release(child);
	return 0;
}

SEC("?tracepoint/task/task_newtask")
int on_fork_classic(struct trace_event_raw_task_newtask *ctx)
{
	return fork_from_record(ctx, true);
}

SEC("?tracepoint/task/task_newtask")
int on_fork_classic_plain(struct trace_event_raw_task_newtask *ctx)
{
	return fork_from_record(ctx, false);
}

SEC("?kprobe.multi/__traceiter_task_newtask")
int on_fork_kprobe(struct pt_regs___kernel *ctx)
{
	return fork_handle(task_from_address(TRACEPOINT_FIRST(ctx)), TRACEPOINT_SECOND(ctx), true);
}

#endif
