/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which listeners may see a process? Those of everybody's; those of its owner; and of these the
 * ones in a user or a pid namespace only where /proc mounted there with hidepid=2 would show it
 * (ptrace_may_access() of the kernel).
 */
#ifndef BPF_CORE_VISIBILITY_H
#define BPF_CORE_VISIBILITY_H

#include "core/owner.h"
#include "core/sieve_maps.h"

/* Has it a process id there? */
static __always_inline bool visible_has_id(const struct task_struct *task,
					   const struct sieve_space *space)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	/* A variable of its own: inside the macro it would be relocated. */
	__u32 level = space->pid_level & 31;
	struct pid_namespace *ns = NULL;

	if (BPF_CORE_READ(pid, level) < level)
		return false;
	bpf_core_read(&ns, sizeof(ns), &pid->numbers[level].ns);
	return (__u64)ns == space->pid_ns;
}

/* Neither the thread nor its process has powers that the user has not. */
static __always_inline bool visible_is_below(const struct task_struct *task,
					     const struct sieve_space *space)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	const struct cred *leaders = BPF_CORE_READ(task, group_leader, real_cred);

	if (owner_is_above((__u64)cred, space->user_ns, space->user_level, space->capabilities,
			   space->uid))
		return false;
	return cred == leaders || !owner_is_above((__u64)leaders, space->user_ns, space->user_level,
						  space->capabilities, space->uid);
}

/* Of the listeners in namespaces those that see it; the signature of the step is bpf_loop()'s. */
struct visible_walk {
	__u64 task, set, seen;
};

static long visible_step(__u32 slot, struct visible_walk *walk)
{
	const struct task_struct *task = (const struct task_struct *)walk->task;
	const struct sieve_space *space;

	if (slot >= PROCSIEVE_LISTENERS || !(walk->set >> slot))
		return 1;
	if (!(walk->set >> slot & 1))
		return 0;
	space = &spaces[slot];
	if (space->pid_ns && !visible_has_id(task, space))
		return 0;
	if (space->user_ns && !visible_is_below(task, space))
		return 0;
	walk->seen |= 1ull << slot;
	return 0;
}

/*
 * Which of `want` may see whose processes these are, as far as the ids and the initial namespace
 * decide it?
 */
static __always_inline __u64 visible_to_owner(__u64 want, const struct task_struct *task)
{
	__u64 restricted = want & ~sieve.any[SIEVE_OWNER], owner = owner_of((__u64)task);
	__u64 *set = owner == OWNER_NONE ? NULL : bpf_map_lookup_elem(&by_owner, &owner);
	struct sieve_space initial = {};

	want &= ~restricted | (set ? *set : 0);
	initial.uid = owner;
	restricted &= want & ~sieve.confined;
	return restricted && !visible_is_below(task, &initial) ? want & ~restricted : want;
}

/* Those of them that may not see all. */
static __always_inline __u64 visible_asked(__u64 want)
{
	return want & (~sieve.any[SIEVE_OWNER] | sieve.confined);
}

/* Which of `want` may see this task? Its address goes by the stack, which makes a number of it. */
__noinline __u64 visible_to_number(__u64 want, const __u64 *number)
{
	struct visible_walk walk = {};
	const struct task_struct *task;

	if (!number)
		return 0;
	walk.task = *number;
	task = (const struct task_struct *)walk.task;
	if (want & ~sieve.any[SIEVE_OWNER])
		want = visible_to_owner(want, task);
	walk.set = want & sieve.confined;
	if (!walk.set)
		return want;
	bpf_loop(PROCSIEVE_LISTENERS, visible_step, &walk, 0);
	return (want & ~sieve.confined) | walk.seen;
}

/*
 * May this one listener see this task? The same again for one that is far down the stack already:
 * before 6.13 all functions that call each other have 512 bytes of it together, so that this one
 * calls none.
 */
__noinline bool visible_to_one(__u64 bit, __u64 number)
{
	const struct sieve_space *space = &spaces[listener_slot(bit) & (PROCSIEVE_LISTENERS - 1)];
	bool restricted = bit & ~sieve.any[SIEVE_OWNER], confined = bit & sieve.confined;
	struct task_struct *task = (struct task_struct *)number;
	__u64 cred, *set, owner;

	if (restricted) {
		owner = owner_of(number);
		set = owner == OWNER_NONE ? NULL : bpf_map_lookup_elem(&by_owner, &owner);
		if (!set || !(*set & bit))
			return false;
	}
	if (confined && space->pid_ns && !visible_has_id(task, space))
		return false;
	if (confined ? !space->user_ns : !restricted)
		return true;
	for (int i = 0; i < 2; i++) {
		cred = (__u64)(i ? BPF_CORE_READ(task, group_leader, real_cred)
				 : BPF_CORE_READ(task, real_cred));
		if (owner_exceeds(
			    cred, confined ? space->user_ns : 0, confined ? space->user_level : 0,
			    confined ? space->capabilities : 0, confined ? space->uid : owner))
			return false;
	}
	return true;
}

static __always_inline __u64 visible_to(__u64 want, __u64 number)
{
	return visible_asked(want) ? visible_to_number(want, &number) : want;
}

#endif
