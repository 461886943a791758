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
#ifndef BPF_ITER_PREFETCH_H
#define BPF_ITER_PREFETCH_H

#include "core/compat.h"

/* The address of the next task, if the guess is right. */
__u64 ahead_guess;

/* A load whose value is not used. */
#define ahead_touch(value)                         \
	do {                                       \
		__u64 touched = (__u64)(value);    \
		asm volatile("" : : "r"(touched)); \
	} while (0)

static __always_inline __u64 prefetch_number(const struct task_struct *untrusted)
{
	return (__u64)untrusted->tasks.next - bpf_core_field_offset(struct task_struct, tasks);
}

static __always_inline const struct task_struct *prefetch_task(__u64 number)
{
	return bpf_rdonly_cast((const void *)number, kernel_task_id());
}

/*
 * The data that is reached by pointers in the task. If this task was the second before, the
 * pointers are in the cache already.
 */
static __always_inline void prefetch_reach(const struct task_struct *next)
{
	const struct signal_struct *signal = next->signal;
	const struct pid *pid = next->thread_pid;

	ahead_touch(signal->nr_threads);
	ahead_touch(signal->pids[bpf_core_enum_value(enum pid_type, PIDTYPE_PGID)]);
	ahead_touch(signal->pids[bpf_core_enum_value(enum pid_type, PIDTYPE_SID)]);
	ahead_touch(pid->level);
	ahead_touch(pid->numbers[0].nr);
	ahead_touch(next->cred->uid.val);
}

/* A member in each cache line of the task. */
static __always_inline void prefetch_look(const struct task_struct *second)
{
	ahead_touch(second->flags);
	ahead_touch(second->tasks.next);
	ahead_touch(second->exit_state);
	ahead_touch(second->pid);
	ahead_touch(second->thread_pid);
	ahead_touch(second->start_boottime);
	ahead_touch(second->comm[0]);
	ahead_touch(second->signal);
	ahead_touch(second->self_exec_id);
	ahead_touch(second->cgroups);
}

/*
 * After each process's record, in a program that does not sleep: then the next tasks are not freed
 * while it runs. Without casts each load would be the call of a helper, which takes longer.
 */
static __always_inline void prefetch_of(const struct task_struct *untrusted)
{
	bool right = ahead_guess == (__u64)untrusted;
	const struct task_struct *next;

	if (!kernel_casts())
		return;
	ahead_guess = prefetch_number(untrusted);
	if (!right)
		return;
	next = prefetch_task(ahead_guess);
	prefetch_reach(next);
	prefetch_look(prefetch_task(prefetch_number(next)));
}

#endif
