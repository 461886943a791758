/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The last event of a task: the kernel frees it. If the exit hook was skipped, the process is still
 * in the pid filters, which would wait forever for its end, and mistake the next process with that
 * id for it. Attached only where that can happen, and while a listener has a pid filter.
 */
#ifndef BPF_EVENT_TASK_FREE_BPF_H
#define BPF_EVENT_TASK_FREE_BPF_H

#include "core/follow.h"
#include "core/compat.h"

static __always_inline int free_handle(__u32 pid)
{
	struct task_struct *next;

	if (!bpf_map_lookup_elem(&by_pid, &pid))
		return 0;
	/* The task is freed some time after its id: the id may belong to another process by now. */
	next = bpf_task_from_pid(pid);
	if (next)
		bpf_task_release(next);
	else
		follow_remove(pid);
	return 0;
}

SEC("?tp_btf/sched_process_free")
int BPF_PROG(on_free, struct task_struct *task)
{
	return free_handle(task->pid);
}

SEC("?tracepoint/sched/sched_process_free")
int on_free_classic(struct trace_event_raw_sched_process_template *ctx)
{
	return free_handle(ctx->pid);
}

#endif
