/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Iterator over processes (or threads): each is one record of a stream of the snapshot. */
#ifndef BPF_ITER_TASK_BPF_H
#define BPF_ITER_TASK_BPF_H

#include "iter/cache_prefetch.h"
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

/* An id that a process shares with others, in the initial pid namespace. */
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
	/* The compiler would remove the mask below, which only the verifier needs. */
	asm volatile("" : "+r"(state));
	process->state = PROCSIEVE_STATES[state & 15];
	__builtin_memset(process->reserved, 0, sizeof(process->reserved));
	process->command.argc = 0;
	process->command.filename_len = 0;
	process->command.cwd_len = 0;
}

/* Appends the requested sections to the record of `used` bytes. Returns its new size. */
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
 * Returns the id of a task in the pid namespace of the requester: the kernel iterates in the order
 * of these ids.
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
	/* Padding up to a multiple of 8. */
	*(__u64 *)(scratch->record + size) = 0;
	size = (size + 7) & ~7;
	size = bounded(size, SCRATCH_RECORD_MAX);
	bpf_seq_write(seq, &frame, sizeof(frame));
	bpf_seq_write(seq, scratch->record, size);
}

/* Writes the id of a process that the requester may see, and nothing else of it. */
static __always_inline void process_write_id(struct seq_file *seq, const struct task_struct *task)
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
 * Appends the arguments, unless reading them has made too many attempts fail. Returns the number of
 * bytes added.
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
 * Builds the record of a process that was selected. `args`: a constant, true in a program that may
 * sleep. Returns the size of the record.
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
	/* Through memory, which turns the pointer into a number for the verifier. */
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
	 * The fields of every record are read at once. For a requester that may see everything,
	 * they need no check that the process has not changed meanwhile.
	 */
	bool checked = sections || snapshot_config.restricted;
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
		process_write_id(ctx->meta->seq, task);
		return 0;
	}
	/*
	 * Before anything is read, so that a comparison with the time of an event shows which was
	 * earlier.
	 */
	now = bpf_ktime_get_boot_ns();
	untrusted = task_untrusted(task);
	if (checked)
		attempt_begin(&process_attempts, &identity, task);
	task_comm(&comm, task);
	scratch = scratch_start_unshared(PROCSIEVE_STREAM_PROCESSES);
	if (!scratch || !select_task(task, untrusted, &comm))
		return 0;
	if (checked)
		attempt = attempt_wait_for_exec(&process_attempts, &identity);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	used = process_build(scratch, task, &comm, args, sections);
	scratch->header.boot_ns = now;
	order = process_order(scratch, task);
	/* The task has been released meanwhile: what was read may be incomplete. */
	if (!untrusted->thread_pid)
		return 0;
	if (checked)
		attempt = attempt_end(&process_attempts, &identity, task);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	process_write(ctx->meta->seq, scratch, used, order);
	if (!snapshot_config.threads && !args)
		prefetch_after(untrusted);
	return 0;
}

/*
 * Without sections: they are most of the code of the other programs, and take most of the time to
 * load.
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

/* Reading the memory of another process may sleep. */
SEC("?iter.s/task")
int snapshot_tasks_args(struct bpf_iter__task *ctx)
{
	return process_emit(ctx, true, true);
}

#endif
