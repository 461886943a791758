/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looking ahead. A walk over all processes waits for memory most of the time: what a record tells
 * of one is spread over some fifteen cache lines that nobody has touched for long, and the kernel's
 * own walk touches more. So while one process is told, what will be read of the next two is
 * touched, all at once rather than one after the other.
 *
 * Which ones come next? The walk is in the order of ids, the kernel's list of processes in that of
 * their beginnings, which are nearly the same. It is a guess: where the last one was wrong nothing
 * is touched, until one is right again.
 */
#ifndef BPF_ITER_PREFETCH_H
#define BPF_ITER_PREFETCH_H

#include "core/compat.h"

/* The address of who comes next, if the list is right; as a number. */
__u64 ahead_guess;

/* A load that nobody needs the value of. */
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
 * What is reached by pointers in the task, which have been touched already where this was the
 * second before.
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

/* A member of each cache line of the task. */
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
 * Behind each process that has been told, in a program that does not sleep: then the next ones stay
 * as long as it runs. Without casts each load would be the call of a helper, which takes longer.
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
