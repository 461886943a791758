/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec: a process runs another program. sched_process_exec fires when the new program is in place,
 * in the thread that is now the only one of the process; old_tid is the tid that this thread had
 * before.
 */
#ifndef BPF_EVENT_EXEC_BPF_H
#define BPF_EVENT_EXEC_BPF_H

#include "event/cmdline_current.h"
#include "core/match.h"
#include "event/exec_cache.h"
#include "core/record_header.h"
#include "core/tracepoint_args.h"

struct exec_record {
	struct procsieve_record header;
	struct procsieve_exec exec;
};

/* sizeof would include the padding at the end. */
#define EXEC_FIXED offsetof(struct exec_record, exec.command.data)

static __always_inline __u64 exec_match(const struct task_struct *task,
					const struct sieve_comm *comm)
{
	__u64 want = match_event(false, PROCSIEVE_EXEC);

	return want ? match_task(want, task, comm) : 0;
}

/* What the tracepoint provides besides the task, which is the current one. */
struct exec_source {
	int old_tid;
	const struct linux_binprm *binprm; /* NULL: cannot be read here */
	const char *filename;
};

/*
 * If there is no binprm, argc is read from below argv, where the kernel puts it as a word of the
 * new program: the first four bytes contain it.
 */
static __always_inline __u32 exec_argc(const struct task_struct *task,
				       const struct exec_source *source)
{
	__s32 argc = 0;

	if (source->binprm)
		return source->binprm->argc;
	bpf_probe_read_user(&argc, sizeof(argc), (void *)task_untrusted(task)->mm->start_stack);
	return argc > 0 ? argc : 0;
}

/* What of the current task is deleted. */
static __always_inline __u32 exec_flags(struct task_struct *task)
{
	struct file *exe = BPF_CORE_READ(task, mm, exe_file);
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	return (path_is_deleted(&exe->f_path) ? PROCSIEVE_EXEC_EXE_DELETED : 0) |
	       (path_is_deleted(&fs->pwd) ? PROCSIEVE_EXEC_CWD_DELETED : 0);
}

/* Starts the record, up to the filename. Returns the number of bytes used in the scratch area. */
static __always_inline __u32 exec_begin(struct exec_record *record, const struct task_struct *task,
					const struct sieve_comm *comm,
					const struct exec_source *source)
{
	struct procsieve_command *command = &record->exec.command;

	record_header(&record->header, task, PROCSIEVE_EXEC, false, comm);
	record->exec.old_exec_id = exec_id_previous(task_untrusted(task)->group_leader);
	record->exec.old_tid = source->old_tid;
	command->argc = exec_argc(task, source);
	command->cwd_len = 0;
	return EXEC_FIXED +
	       command_filename(&record->header, command,
				bpf_probe_read_kernel_str(command->data, PROCSIEVE_PATH_MAX,
							  source->filename));
}

/* The record is complete up to the filename. */
static __always_inline void exec_deliver(struct scratch *scratch, struct task_struct *task,
					 __u64 want, __u32 used, bool sections)
{
	struct exec_record *record = (struct exec_record *)scratch->record;
	__u32 cwd = command_cwd(scratch->area, used), argv = 0;

	record->exec.command.cwd_len = cwd;
	record->exec.flags = exec_flags(task);
	used += cwd;
	if (want & sieve.args)
		argv = command_argv(scratch->area, used);
	deliver(scratch, task, want, used + argv, used, sections);
}

static __always_inline int exec_count_lost(struct task_struct *task, __u64 want)
{
	if (exec_cache_wanted())
		exec_cache_remove(task);
	return count_lost(want, PROCSIEVE_EXEC);
}

static __always_inline int exec_emit(struct task_struct *task, const struct exec_source *source,
				     bool sections)
{
	struct scratch *scratch;
	struct sieve_comm comm;
	__u64 want;
	__u32 used;

	task_comm(&comm, task);
	want = exec_match(task, &comm);
	if (!want && !exec_cache_wanted())
		return 0;
	scratch = scratch_claim(SCRATCH_EXEC);
	if (!scratch)
		return exec_count_lost(task, want);
	used = exec_begin((struct exec_record *)scratch->record, task, &comm, source);
	if (exec_cache_wanted())
		exec_cache_store(scratch, task, used);
	if (want)
		exec_deliver(scratch, task, want, used, sections);
	scratch_release(scratch, SCRATCH_EXEC);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_tid, struct linux_binprm *binprm)
{
	const struct exec_source source = {old_tid, binprm, binprm->filename};

	return exec_emit(task, &source, true);
}

SEC("?tp_btf/sched_process_exec")
int BPF_PROG(on_exec_plain, struct task_struct *task, int old_tid, struct linux_binprm *binprm)
{
	const struct exec_source source = {old_tid, binprm, binprm->filename};

	return exec_emit(task, &source, false);
}

static __always_inline int exec_from_record(struct trace_event_raw_sched_process_exec *ctx,
					    bool sections)
{
	const struct exec_source source = {
		.old_tid = ctx->old_pid,
		.filename = (void *)ctx + (__u16)ctx->__data_loc_filename,
	};

	return exec_emit(bpf_get_current_task_btf(), &source, sections);
}

SEC("?tracepoint/sched/sched_process_exec")
int on_exec_classic(struct trace_event_raw_sched_process_exec *ctx)
{
	return exec_from_record(ctx, true);
}

SEC("?tracepoint/sched/sched_process_exec")
int on_exec_classic_plain(struct trace_event_raw_sched_process_exec *ctx)
{
	return exec_from_record(ctx, false);
}

SEC("?kprobe.multi/__traceiter_sched_process_exec")
int on_exec_kprobe(struct pt_regs___kernel *ctx)
{
	const struct linux_binprm *binprm = (const void *)TRACEPOINT_THIRD(ctx);
	const struct exec_source source = {
		.old_tid = TRACEPOINT_SECOND(ctx),
		.filename = BPF_CORE_READ(binprm, filename),
	};

	return exec_emit(bpf_get_current_task_btf(), &source, true);
}

#endif
