/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * comm: a task got another name, by prctl(PR_SET_NAME) or by a write to /proc/PID/comm. The
 * tracepoint also fires inside execve; the exec record has that name, so it is not a comm event, as
 * for the proc connector.
 */
#ifndef BPF_EVENT_COMM_BPF_H
#define BPF_EVENT_COMM_BPF_H

#include "core/match.h"
#include "section/deliver_sections.h"
#include "core/record_header.h"
#include "core/tracepoint_args.h"

struct comm_record {
	struct procsieve_record header;
	struct procsieve_comm comm;
};

/*
 * Whether the rename is part of an execve. A rename by another task (through /proc) is not, even
 * while this task is in an execve, which may fail.
 */
static __always_inline bool comm_is_of_exec(const struct task_struct *task)
{
	return (__u64)task == bpf_get_current_task() && BPF_CORE_READ_BITFIELD(task, in_execve);
}

static __always_inline int comm_emit(const struct task_struct *task, const char *name,
				     bool sections)
{
	bool thread = task->pid != task->tgid;
	__u64 want = match_event(thread, PROCSIEVE_COMM);
	struct comm_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;

	if (!want || comm_is_of_exec(task))
		return 0;
	kernel_copy_comm(&comm, name);
	want = match_task(want, task, &comm);
	if (!want)
		return 0;
	scratch = scratch_claim(SCRATCH_COMM);
	if (!scratch)
		return count_lost(want, PROCSIEVE_COMM);
	record = (struct comm_record *)scratch->record;
	record_header(&record->header, task, PROCSIEVE_COMM, thread, &comm);
	task_comm((struct sieve_comm *)record->comm.old_comm, task);
	deliver(scratch, task, want, sizeof(*record), sizeof(*record), sections);
	scratch_release(scratch, SCRATCH_COMM);
	return 0;
}

SEC("tp_btf/task_rename")
int BPF_PROG(on_comm, struct task_struct *task, const char *name)
{
	return comm_emit(task, name, true);
}

SEC("?tp_btf/task_rename")
int BPF_PROG(on_comm_plain, struct task_struct *task, const char *name)
{
	return comm_emit(task, name, false);
}

/*
 * A task may be renamed by another: a thread by a thread of its process, a kernel thread by the
 * task that creates it.
 */
static __always_inline int comm_from_record(struct trace_event_raw_task_rename *ctx, bool sections)
{
	const char *name =
		(void *)ctx + bpf_core_field_offset(struct trace_event_raw_task_rename, newcomm);
	struct task_struct *task = bpf_get_current_task_btf();
	int pid = ctx->pid;

	if (pid == task->pid)
		return comm_emit(task, name, sections);
	task = kernel_find_task(pid, PROCSIEVE_COMM);
	if (!task)
		return 0;
	comm_emit(task, name, sections);
	bpf_task_release(task);
	return 0;
}

SEC("?tracepoint/task/task_rename")
int on_comm_classic(struct trace_event_raw_task_rename *ctx)
{
	return comm_from_record(ctx, true);
}

SEC("?tracepoint/task/task_rename")
int on_comm_classic_plain(struct trace_event_raw_task_rename *ctx)
{
	return comm_from_record(ctx, false);
}

SEC("?kprobe.multi/__traceiter_task_rename")
int on_comm_kprobe(struct pt_regs___kernel *ctx)
{
	const char *name = (const char *)TRACEPOINT_SECOND(ctx);
	struct task_struct *task = bpf_get_current_task_btf();

	if (TRACEPOINT_FIRST(ctx) == (__u64)task)
		return comm_emit(task, name, true);
	return comm_emit(task_from_address(TRACEPOINT_FIRST(ctx)), name, true);
}

#endif
