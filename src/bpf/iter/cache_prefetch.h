/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prefetches tasks into the CPU's cache. An iteration over all processes waits for memory most of
 * the time: the contents of a record are spread over some fifteen cache lines that have not been
 * used for long, and the kernel's own iteration uses more. So while the record of one process is
 * built, the data of the next two is touched, all at once instead of one after the other.
 *
 * Which tasks come next is a guess: the iteration is in the order of ids, and the kernel's list of
 * processes in that of their start times, which is nearly the same. After a wrong guess nothing is
 * touched, until a guess is right again.
 */
#ifndef BPF_ITER_CACHE_PREFETCH_H
#define BPF_ITER_CACHE_PREFETCH_H

#include "core/compat.h"

/* The address of the next task, if the guess is right. */
__u64 prefetch_guess;

/* A load whose value is not used. */
#define prefetch_touch(value)                      \
	do {                                       \
		__u64 touched = (__u64)(value);    \
		asm volatile("" : : "r"(touched)); \
	} while (0)

static __always_inline __u64 prefetch_next(const struct task_struct *untrusted)
{
	return (__u64)untrusted->tasks.next - bpf_core_field_offset(struct task_struct, tasks);
}

static __always_inline const struct task_struct *prefetch_task(__u64 address)
{
	return bpf_rdonly_cast((const void *)address, kernel_task_btf_id());
}

/*
 * The data that is reached by pointers in the task. If this task was the second before, the
 * pointers are in the cache already.
 */
static __always_inline void prefetch_members(const struct task_struct *next)
{
	const struct signal_struct *signal = next->signal;
	const struct pid *pid = next->thread_pid;

	prefetch_touch(signal->nr_threads);
	prefetch_touch(signal->pids[bpf_core_enum_value(enum pid_type, PIDTYPE_PGID)]);
	prefetch_touch(signal->pids[bpf_core_enum_value(enum pid_type, PIDTYPE_SID)]);
	prefetch_touch(pid->level);
	prefetch_touch(pid->numbers[0].nr);
	prefetch_touch(next->cred->uid.val);
}

/* A member in each cache line of the task. */
static __always_inline void prefetch_task_lines(const struct task_struct *second)
{
	prefetch_touch(second->flags);
	prefetch_touch(second->tasks.next);
	prefetch_touch(second->exit_state);
	prefetch_touch(second->pid);
	prefetch_touch(second->thread_pid);
	prefetch_touch(second->start_boottime);
	prefetch_touch(second->comm[0]);
	prefetch_touch(second->signal);
	prefetch_touch(second->self_exec_id);
	prefetch_touch(second->cgroups);
}

/*
 * After each process's record, in a program that does not sleep: then the next tasks are not freed
 * while it runs. Without casts each load would be the call of a helper, which takes longer.
 */
static __always_inline void prefetch_after(const struct task_struct *untrusted)
{
	bool right = prefetch_guess == (__u64)untrusted;
	const struct task_struct *next;

	if (!kernel_has_rdonly_cast())
		return;
	prefetch_guess = prefetch_next(untrusted);
	if (!right)
		return;
	next = prefetch_task(prefetch_guess);
	prefetch_members(next);
	prefetch_task_lines(prefetch_task(prefetch_next(next)));
}

#endif
