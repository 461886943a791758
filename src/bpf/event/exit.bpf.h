/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exit: a process ended, or, for listeners that want threads, one of its threads ended. The exit of
 * the process is reported once, by the last thread, with the status that the parent's wait returns:
 * the status of the group if the process ended as a whole, otherwise that of its leader. (Since
 * 6.0, threads that exit one by one also end as a whole: the code of the last one becomes the
 * group's.)
 */
#ifndef BPF_EVENT_EXIT_BPF_H
#define BPF_EVENT_EXIT_BPF_H

#include "event/cmdline_current.h"
#include "core/follow.h"
#include "core/compat.h"
#include "core/match.h"
#include "event/exec_cache.h"
#include "core/record_header.h"
#include "core/threads.h"
#include "core/tracepoint_args.h"

/*
 * Before 6.16: decides which thread of a process reports its exit. It is in the storage of the
 * leader, which is freed last.
 */
struct exit_guard {
	__u32 leader_passed; /* the leader has set its exit code */
	__u32 reported;
	__u32 saw_group_dead; /* only when an older kernel is emulated: group_dead was seen */
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct exit_guard);
} exit_guards SEC(".maps");

static __always_inline struct exit_guard *exit_guard_create(struct task_struct *leader)
{
	return bpf_task_storage_get(&exit_guards, leader, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

/*
 * Two threads may create it at the same time. The kernel then fails one of them, up to twice; after
 * that it finds the other's.
 */
static __always_inline struct exit_guard *exit_guard_of(struct task_struct *leader)
{
	struct exit_guard *guard = exit_guard_create(leader);

	if (!guard)
		guard = exit_guard_create(leader);
	return guard ? guard : exit_guard_create(leader);
}

struct exit_walk {
	struct threads threads;
	bool has_mm; /* one of the threads still has memory */
};

static long exit_walk_step(__u32 turn, struct exit_walk *walk)
{
	/* A variable of its own: inside the macro it would be relocated. */
	const struct task_struct *thread = (const struct task_struct *)threads_next(&walk->threads);

	if (!thread)
		return 1;
	walk->has_mm = BPF_CORE_READ(thread, mm) != NULL;
	return walk->has_mm;
}

/*
 * Whether the accounts of the process are final. They are when no thread has memory: each thread
 * releases its memory after it has added its share, and before it gets to the tracepoint.
 */
static __always_inline bool exit_accounts_are_final(const struct signal_struct *signal,
						    const struct exit_guard *guard)
{
	struct exit_walk walk = {.threads = threads_of(signal)};

	if (kernel_has_group_dead())
		return guard->saw_group_dead;
	bpf_loop(THREADS_MAX, exit_walk_step, &walk, 0);
	return !walk.has_mm;
}

/*
 * Without group_dead. `live` is 0 for the last thread. It can be 0 for others that exit at the same
 * moment, too, when the share of the last one is not yet in the accounts; and if another thread is
 * the last, the leader's exit code may not be set yet. So the exit is reported by the first thread
 * for which all of these hold: no thread is alive, the accounts are final, and the leader has been
 * here.
 */
static __always_inline bool exit_is_last_by_guard(struct task_struct *task, bool group_dead)
{
	const struct signal_struct *signal = task_untrusted(task)->signal;
	bool leader = task->pid == task->tgid;
	struct exit_guard *guard;

	if (leader && signal->nr_threads == 1)
		return true;
	guard = exit_guard_of(task->group_leader);
	if (!guard)
		return leader;
	/*
	 * Atomic, for the order: the leader sets leader_passed, then reads `live`; the other
	 * threads decrement `live`, then read leader_passed.
	 */
	if (leader)
		__sync_lock_test_and_set(&guard->leader_passed, 1);
	if (group_dead)
		guard->saw_group_dead = 1;
	if (signal->live.counter)
		return false;
	if (!__sync_fetch_and_or(&guard->leader_passed, 0) ||
	    !exit_accounts_are_final(signal, guard))
		return false;
	return !__sync_lock_test_and_set(&guard->reported, 1);
}

static __always_inline bool exit_is_last(struct task_struct *task, bool group_dead)
{
	if (kernel_exit_keeps_mm())
		return group_dead;
	return exit_is_last_by_guard(task, group_dead);
}

static __always_inline __u32 exit_status(const struct task_struct *task, bool process)
{
	const struct task_struct *untrusted = task_untrusted(task);
	const struct signal_struct *signal;

	if (!process)
		return task->exit_code;
	signal = untrusted->signal;
	if (signal->flags & SIGNAL_GROUP_EXIT)
		return signal->group_exit_code;
	return untrusted->group_leader->exit_code;
}

/* Starts the record, up to the program. */
static __always_inline void exit_begin(struct exit_record *record, const struct task_struct *task,
				       bool process, const struct sieve_comm *comm, __u32 status)
{
	__u64 start_ns;

	record_header(&record->header, task, PROCSIEVE_EXIT, !process, comm);
	start_ns = process ? record->header.start_ns : task->start_boottime;
	record->exit.lifetime_ns = record->header.boot_ns - start_ns;
	record->exit.status = status;
	record->exit.command.argc = 0;
	record->exit.command.filename_len = 0;
	record->exit.command.cwd_len = 0;
}

/* Reads the program from the memory, which still exists. */
static __always_inline void exit_deliver_from_mm(struct scratch *scratch,
						 const struct task_struct *task, __u64 want,
						 bool sections)
{
	const struct mm_struct *mm = task_untrusted(task)->mm;
	struct exit_record *record = (struct exit_record *)scratch->record;
	struct procsieve_command *command = &record->exit.command;
	__u32 used = EXIT_FIXED, argv = 0;

	if (mm) {
		used += command_filename(&record->header, command,
					 bpf_probe_read_user_str(command->data, PROCSIEVE_PATH_MAX,
								 (void *)mm->env_end));
		if (want & sieve.args)
			argv = command_argv(scratch->area, used);
		if (record->header.flags & PROCSIEVE_F_ARGV_CUT)
			command->argc = command_argc(mm);
	}
	deliver(scratch, task, want, used + argv, used, sections);
}

/*
 * A thread may get here after its process was removed from the pid filters: returns the listeners
 * whose pid filters contained it.
 */
static __always_inline __u64 exit_pid_accepted(const struct task_struct *task, bool process)
{
	if (process || !pid_filter_in_use())
		return 0;
	return follow_listeners(task->tgid, task_untrusted(task)->group_leader->start_boottime);
}

static __always_inline void exit_remove_pid(const struct task_struct *task)
{
	const struct task_struct *untrusted = task_untrusted(task);

	if (untrusted->signal->nr_threads > 1 && sieve.by_event[PROCSIEVE_EXIT][1])
		follow_save_exited(task->tgid, untrusted->group_leader->start_boottime);
	follow_remove(task->tgid);
}

/*
 * If the memory is gone, and with it whether the process was dumpable, the exec cache decides. If
 * there is no entry, the exit is lost for listeners that may not see all processes.
 */
static __always_inline __u64 exit_match_visible(__u64 want, const struct task_struct *task)
{
	__u64 restricted = want & ~sieve.unused[SIEVE_OWNER];

	if (kernel_exit_keeps_mm() || owner_kernel_keeps_dumpable(task) || !restricted ||
	    exec_cache_is_dumpable(task->group_leader))
		return want;
	if (exec_cache_is_missing(task->group_leader))
		count_lost(restricted, PROCSIEVE_EXIT);
	return want & ~restricted;
}

static __always_inline void exit_emit(struct task_struct *task, bool process, bool sections)
{
	__u64 want = match_event(!process, PROCSIEVE_EXIT);
	struct scratch *scratch;
	struct sieve_comm comm;
	__u32 status;

	if (!want)
		return;
	status = exit_status(task, process);
	want = match_status(want, status);
	if (!want)
		return;
	/* The name of a process is that of its first thread, whichever thread exits last. */
	task_comm(&comm, process ? task_untrusted(task)->group_leader : task);
	want = exit_match_visible(
		match_task_pid_accepted(want, task, &comm, exit_pid_accepted(task, process)), task);
	if (!want)
		return;
	scratch = scratch_claim(SCRATCH_EXIT);
	if (!scratch) {
		count_lost(want, PROCSIEVE_EXIT);
		return;
	}
	exit_begin((struct exit_record *)scratch->record, task, process, &comm, status);
	if (!process)
		deliver(scratch, task, want, EXIT_FIXED, EXIT_FIXED, sections);
	else if (kernel_exit_keeps_mm())
		exit_deliver_from_mm(scratch, task, want, sections);
	else
		exec_cache_deliver(scratch, task, want, sections);
	scratch_release(scratch, SCRATCH_EXIT);
}

/* `group_dead`: false if the tracepoint does not provide it. */
static __always_inline int exit_handle(struct task_struct *task, bool group_dead, bool sections)
{
	bool process = exit_is_last(task, group_dead);

	exit_emit(task, process, sections);
	if (process && pid_filter_in_use())
		exit_remove_pid(task);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(__u64 *ctx)
{
	return exit_handle((struct task_struct *)ctx[0], kernel_has_group_dead() && ctx[1], true);
}

SEC("?tp_btf/sched_process_exit")
int on_exit_plain(__u64 *ctx)
{
	return exit_handle((struct task_struct *)ctx[0], kernel_has_group_dead() && ctx[1], false);
}

static __always_inline int exit_from_record(struct trace_event_raw_sched_process_exit *ctx,
					    bool sections)
{
	return exit_handle(bpf_get_current_task_btf(), kernel_has_group_dead() && ctx->group_dead,
			   sections);
}

SEC("?tracepoint/sched/sched_process_exit")
int on_exit_classic(struct trace_event_raw_sched_process_exit *ctx)
{
	return exit_from_record(ctx, true);
}

SEC("?tracepoint/sched/sched_process_exit")
int on_exit_classic_plain(struct trace_event_raw_sched_process_exit *ctx)
{
	return exit_from_record(ctx, false);
}

SEC("?kprobe.multi/__traceiter_sched_process_exit")
int on_exit_kprobe(struct pt_regs___kernel *ctx)
{
	bool group_dead = kernel_has_group_dead() && (TRACEPOINT_SECOND(ctx) & 1);

	return exit_handle(bpf_get_current_task_btf(), group_dead, true);
}

#endif
