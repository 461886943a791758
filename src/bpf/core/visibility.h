/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which listeners may see a process: listeners that may see all processes; listeners that
 * may see the processes of its owner. A listener in a user or pid namespace has to pass a further
 * test: a /proc mounted in that namespace with hidepid=2 would show the process
 * (ptrace_may_access() of the kernel).
 */
#ifndef BPF_CORE_VISIBILITY_H
#define BPF_CORE_VISIBILITY_H

#include "core/owner.h"
#include "core/sieve_maps.h"

/* Whether the task's process has an id in a pid namespace. */
static __always_inline bool visible_has_pid(const struct task_struct *task, __u64 pid_ns,
					    __u32 level)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	struct pid_namespace *ns = NULL;

	level &= 31;
	if (BPF_CORE_READ(pid, level) < level)
		return false;
	bpf_core_read(&ns, sizeof(ns), &pid->numbers[level].ns);
	return (__u64)ns == pid_ns;
}

/* Returns the id of the task's process in a pid namespace, or 0 if it has none there. */
static __always_inline __u32 visible_pid(const struct task_struct *task, __u64 pid_ns, __u32 level)
{
	struct pid *pid = BPF_CORE_READ(task, group_leader, thread_pid);
	__u32 number = 0;

	if (visible_has_pid(task, pid_ns, level))
		bpf_core_read(&number, sizeof(number), &pid->numbers[level & 31].nr);
	return number;
}

/* Whether the task's process has an id in the listener's pid namespace. */
static __always_inline bool visible_in_pid_ns(const struct task_struct *task,
					      const struct sieve_ns_view *view)
{
	return visible_has_pid(task, view->pid_ns, view->pid_level);
}

/*
 * Whether neither the thread nor its process has privileges that the listener's user does not have.
 */
static __always_inline bool visible_by_creds(const struct task_struct *task,
					     const struct sieve_ns_view *view)
{
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	const struct cred *leaders = BPF_CORE_READ(task, group_leader, real_cred);

	if (owner_exceeds_noinline((__u64)cred, view->user_ns, view->user_level, view->capabilities,
				   view->uid))
		return false;
	return cred == leaders ||
	       !owner_exceeds_noinline((__u64)leaders, view->user_ns, view->user_level,
				       view->capabilities, view->uid);
}

/*
 * Returns, in `visible`, the listeners in namespaces that may see the task; the signature of the
 * function is that of a bpf_loop() callback.
 */
struct visible_walk {
	__u64 task, set, visible;
};

static long visible_step(__u32 slot, struct visible_walk *walk)
{
	const struct task_struct *task = (const struct task_struct *)walk->task;
	const struct sieve_ns_view *view;

	if (slot >= PROCSIEVE_LISTENERS || !(walk->set >> slot))
		return 1;
	if (!(walk->set >> slot & 1))
		return 0;
	view = &ns_views[slot];
	if (view->pid_ns && !visible_in_pid_ns(task, view))
		return 0;
	if (view->user_ns && !visible_by_creds(task, view))
		return 0;
	walk->visible |= 1ull << slot;
	return 0;
}

/*
 * Returns those of `want` that may see the owner's processes, as far as the ids and the initial
 * user namespace decide it.
 */
static __always_inline __u64 visible_by_owner(__u64 want, const struct task_struct *task)
{
	__u64 restricted = want & ~sieve.unused[SIEVE_OWNER], owner = owner_of_task((__u64)task);
	__u64 *set = owner == OWNER_NONE ? NULL : bpf_map_lookup_elem(&by_owner, &owner);
	struct sieve_ns_view initial = {};

	want &= ~restricted | (set ? *set : 0);
	initial.uid = owner;
	restricted &= want & ~sieve.confined;
	return restricted && !visible_by_creds(task, &initial) ? want & ~restricted : want;
}

/* Returns those of `want` that may not see all processes. */
static __always_inline __u64 visible_restricted(__u64 want)
{
	return want & (~sieve.unused[SIEVE_OWNER] | sieve.confined);
}

/*
 * Returns those of `want` that may see this task. Its address is passed on the stack, which makes
 * it a plain number for the verifier.
 */
__noinline __u64 visible_to_noinline(__u64 want, const __u64 *address)
{
	struct visible_walk walk = {};
	const struct task_struct *task;

	if (!address)
		return 0;
	walk.task = *address;
	task = (const struct task_struct *)walk.task;
	if (want & ~sieve.unused[SIEVE_OWNER])
		want = visible_by_owner(want, task);
	walk.set = want & sieve.confined;
	if (!walk.set)
		return want;
	bpf_loop(PROCSIEVE_LISTENERS, visible_step, &walk, 0);
	return (want & ~sieve.confined) | walk.visible;
}

/*
 * Whether this one listener may see this task. The same test again, for callers that are deep in
 * the stack: before 6.13 all functions of a call chain share 512 bytes of stack, so this one calls
 * no other function.
 */
__noinline bool visible_to_one(__u64 bit, __u64 address)
{
	const struct sieve_ns_view *view = &ns_views[listener_slot(bit)];
	bool restricted = bit & ~sieve.unused[SIEVE_OWNER], confined = bit & sieve.confined;
	struct task_struct *task = (struct task_struct *)address;
	__u64 cred, *set, owner;

	if (restricted) {
		owner = owner_of_task(address);
		set = owner == OWNER_NONE ? NULL : bpf_map_lookup_elem(&by_owner, &owner);
		if (!set || !(*set & bit))
			return false;
	}
	if (confined && view->pid_ns && !visible_in_pid_ns(task, view))
		return false;
	if (confined ? !view->user_ns : !restricted)
		return true;
	for (int i = 0; i < 2; i++) {
		cred = (__u64)(i ? BPF_CORE_READ(task, group_leader, real_cred)
				 : BPF_CORE_READ(task, real_cred));
		if (owner_exceeds(cred, confined ? view->user_ns : 0,
				  confined ? view->user_level : 0,
				  confined ? view->capabilities : 0, confined ? view->uid : owner))
			return false;
	}
	return true;
}

static __always_inline __u64 visible_to(__u64 want, __u64 address)
{
	return visible_restricted(want) ? visible_to_noinline(want, &address) : want;
}

#endif
