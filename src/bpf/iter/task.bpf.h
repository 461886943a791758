/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process (or thread) that is there, as one record of the snapshot's stream. */
#ifndef BPF_ITER_TASK_BPF_H
#define BPF_ITER_TASK_BPF_H

#include "iter/prefetch.h"
#include "iter/cmdline_remote.h"
#include "iter/attempt.h"
#include "section/process_sections.h"
#include "iter/section_status.h"

struct process_record {
	struct procsieve_record header;
	struct procsieve_process process;
};

static __not_split struct attempts process_attempts;

#define PROCESS_FIXED \
	(sizeof(struct procsieve_record) + offsetof(struct procsieve_process, command.data))

/* An id that a process shares with others, as the initial namespace has it. */
#define process_id(signal, type) \
	((signal)->pids[bpf_core_enum_value(enum pid_type, type)]->numbers[0].nr)

static __always_inline void process_fill(struct procsieve_process *process,
					 const struct task_struct *untrusted)
{
	const struct signal_struct *signal = untrusted->signal;
	const struct task_struct *tracer = untrusted->parent;
	__u32 state = select_state(untrusted);

	process->pgid = process_id(signal, PIDTYPE_PGID);
	process->sid = process_id(signal, PIDTYPE_SID);
	process->tracer_pid = untrusted->ptrace ? tracer->tgid : 0;
	process->tracer_tid = untrusted->ptrace ? tracer->pid : 0;
	process->threads = signal->nr_threads;
	/*
	 * The compiler would drop a mask that it knows to be of no use; the verifier does not know.
	 */
	asm volatile("" : "+r"(state));
	process->state = PROCSIEVE_STATES[state & 15];
	__builtin_memset(process->reserved, 0, sizeof(process->reserved));
	process->command.argc = 0;
	process->command.filename_len = 0;
	process->command.cwd_len = 0;
}

/* Adds what is asked for after `used`. Returns the size of the record then. */
static __always_inline __u32 process_sections(struct scratch *scratch, __u32 used)
{
	__u32 area = scratch->area, start = used;

	if (snapshot_config.sections & PROCSIEVE_SECTION(CRED))
		used += status_cred(area, used);
	if (snapshot_config.sections & PROCSIEVE_SECTION(SCHED))
		used += status_sched(area, used);
	if (snapshot_config.sections & PROCSIEVE_SECTION(MEM))
		used += status_mem(area, used);
	used = sections_add(area, used, snapshot_config.sections, snapshot_config.listener, true);
	return sections_end(scratch, start, used);
}

/*
 * The id of a task in the pid namespace of whoever asked for the snapshot: the kernel goes through
 * them in that order.
 */
static __always_inline __u32 process_order(const struct scratch *scratch,
					   const struct task_struct *task)
{
	__u32 level = snapshot_pass.level & 31, number = 0;
	struct pid *pid;

	if (!level)
		return scratch->header.pid;
	pid = BPF_CORE_READ(task, group_leader, thread_pid);
	bpf_core_read(&number, sizeof(number), &pid->numbers[level].nr);
	return number;
}

static __always_inline void process_write(struct seq_file *seq, struct scratch *scratch, __u32 size,
					  __u32 order)
{
	struct procsieve_frame frame = {.size = size, .order = order};

	if (size > SCRATCH_RECORD_MAX - sizeof(__u64))
		return;
	size = bounded(size, SCRATCH_RECORD_MAX - sizeof(__u64));
	/* What fills it up to a multiple of 8. */
	*(__u64 *)(scratch->record + size) = 0;
	size = (size + 7) & ~7;
	size = bounded(size, SCRATCH_RECORD_MAX);
	bpf_seq_write(seq, &frame, sizeof(frame));
	bpf_seq_write(seq, scratch->record, size);
}

/* The id of a process, where there is one that may be seen; nothing else is read of it. */
static __always_inline void process_name(struct seq_file *seq, const struct task_struct *task)
{
	const struct request_pid_ns *pid_ns = &snapshot_pass.pid_ns;
	struct task_struct *reader = bpf_get_current_task_btf();
	struct snapshot_ids ids = {.pid = task->tgid};

	snapshot_pass.level = BPF_CORE_READ(reader, thread_pid, level);
	if ((__u32)task->pid != ids.pid || !attempt_is_visible(&process_attempts, task))
		return;
	if (pid_ns->ns) {
		ids.requested = visible_pid(task, pid_ns->ns, pid_ns->level);
		if (!ids.requested)
			return;
	}
	bpf_seq_write(seq, &ids, sizeof(ids));
}

/*
 * Puts the arguments behind `used`, unless they were the reason for too many attempts. Returns how
 * much that is.
 */
static __always_inline __u32 process_arguments(struct scratch *scratch, struct task_struct *task,
					       __u32 used)
{
	struct process_record *record = (struct process_record *)scratch->record;

	if (attempt_reads_arguments(&process_attempts))
		return cmdline_put(scratch, &record->process.command, task, used);
	record->header.flags |= PROCSIEVE_F_ARGV_UNREAD;
	return 0;
}

/*
 * Makes the record of a process that was asked for. `args`: in a program that may sleep. Returns
 * its size.
 */
static __always_inline __u32 process_build(struct scratch *scratch, struct task_struct *task,
					   const struct sieve_comm *comm, bool args, bool sections)
{
	struct process_record *record = (struct process_record *)scratch->record;
	const struct task_struct *untrusted = task_untrusted(task);
	__u32 used = PROCESS_FIXED;

	if (args)
		kernel_rcu_lock();
	record_header_task(&record->header, task, PROCSIEVE_PROCESS, task->pid != task->tgid, comm);
	/* By way of memory, which makes a number of the pointer. */
	scratch->subject = (__u64)task;
	if (!parent_visible_to(snapshot_config.listener, *(volatile __u64 *)&scratch->subject))
		record->header.parent_exec_id = 0;
	record->header.cpu = untrusted->thread_info.cpu;
	process_fill(&record->process, untrusted);
	if (args) {
		kernel_rcu_unlock();
		used += process_arguments(scratch, task, used);
		kernel_rcu_lock();
	}
	if (sections)
		used = process_sections(scratch, used);
	if (args)
		kernel_rcu_unlock();
	return used;
}

static __always_inline int process_emit(struct bpf_iter__task *ctx, bool args, bool sections)
{
	/*
	 * What is in every record is read in no time, and hides nothing from a caller that may see
	 * all.
	 */
	bool watched = sections || snapshot_config.restricted;
	enum attempt attempt = ATTEMPT_WRITE;
	struct task_struct *task = ctx->task;
	const struct task_struct *untrusted;
	struct identity identity = {};
	struct scratch *scratch;
	struct sieve_comm comm;
	__u32 used, order;
	__u64 now;

	if (!task)
		return 0;
	if (snapshot_pass.list_ids) {
		process_name(ctx->meta->seq, task);
		return 0;
	}
	/*
	 * Before the first look, so that whoever compares it with an event's knows which was
	 * earlier.
	 */
	now = bpf_ktime_get_boot_ns();
	untrusted = task_untrusted(task);
	if (watched)
		attempt_begin(&process_attempts, &identity, task);
	task_comm(&comm, task);
	scratch = scratch_start_unshared(PROCSIEVE_STREAM_PROCESSES);
	if (!scratch || !select_task(task, untrusted, &comm))
		return 0;
	if (watched)
		attempt = attempt_wait_for_exec(&process_attempts, &identity);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	used = process_build(scratch, task, &comm, args, sections);
	scratch->header.boot_ns = now;
	order = process_order(scratch, task);
	/* Gone meanwhile: what was read of it may be half of it. */
	if (!untrusted->thread_pid)
		return 0;
	if (watched)
		attempt = attempt_end(&process_attempts, &identity, task);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	process_write(ctx->meta->seq, scratch, used, order);
	if (!snapshot_config.threads && !args)
		prefetch_after(untrusted);
	return 0;
}

/*
 * With nothing but what is in every record: most of the others' code, which takes time to load, is
 * that of sections.
 */
SEC("?iter/task")
int snapshot_tasks_bare(struct bpf_iter__task *ctx)
{
	return process_emit(ctx, false, false);
}

SEC("?iter/task")
int snapshot_tasks(struct bpf_iter__task *ctx)
{
	return process_emit(ctx, false, true);
}

/* Reading another's memory may have to wait for it. */
SEC("?iter.s/task")
int snapshot_tasks_args(struct bpf_iter__task *ctx)
{
	return process_emit(ctx, true, true);
}

#endif
