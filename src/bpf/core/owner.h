/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose is a process? The user and group that may see all of it: those that all its ids are of,
 * unless it has something to hide, as a set-uid program has. That is the kernel's rule for /proc
 * with hidepid=2 (ptrace_may_access()).
 */
#ifndef BPF_CORE_OWNER_H
#define BPF_CORE_OWNER_H

#include "core/compat.h"

/* The owner of what no one but root may see. */
#define OWNER_NONE (~0ull)

/* User namespaces inside each other, as the kernel has it. */
#define USER_NS_DEPTH 33

static __always_inline __u64 owner_mm_flags(struct mm_struct *mm)
{
	struct mm_struct___bitmap *bitmap = (void *)mm;
	__u64 flags = 0;

	if (bpf_core_field_exists(bitmap->flags.__mm_flags))
		bpf_core_read(&flags, sizeof(flags), &bitmap->flags.__mm_flags);
	else
		bpf_core_read(&flags, sizeof(flags), &mm->flags);
	return flags;
}

/* Does this kernel still know of a task without memory who may look at it? */
static __always_inline bool owner_outlives_memory(const struct task_struct *task)
{
	return bpf_core_field_exists(task->exec_state) ||
	       bpf_core_field_exists(task->user_dumpable);
}

/*
 * Before 6.16 an exiting task has no memory left to ask: then the exit hook asks what is remembered
 * (event/exec_cache.h). Kernel threads never have any, but they are root's.
 */
static __always_inline bool owner_may_look(struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	if (bpf_core_field_exists(task->exec_state))
		return BPF_CORE_READ(task, exec_state, dumpable) == TASK_DUMPABLE_OWNER;
	if (mm)
		return (owner_mm_flags(mm) & MMF_DUMPABLE_MASK) == SUID_DUMP_USER;
	if (bpf_core_field_exists(task->user_dumpable))
		return BPF_CORE_READ_BITFIELD_PROBED(task, user_dumpable);
	return true;
}

/*
 * Has a process with this credential (given as a number) powers that a viewer has not: of user
 * `uid`, in this user namespace at this level (0: the initial one, whatever its address), with
 * these capabilities? In the same namespace any capability more is one. In those below it has what
 * it has from the user that made the outermost of them. Of others nothing is seen.
 */
static __always_inline bool owner_exceeds(__u64 number, __u64 user_ns, int user_level,
					  __u64 capabilities, __u32 uid)
{
	const struct cred *cred = (const struct cred *)number;
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns), *parent;
	int level = BPF_CORE_READ(ns, level);
	__u64 permitted = 0;

	if (level == user_level) {
		bpf_core_read(&permitted, sizeof(permitted), &cred->cap_permitted);
		return (user_level && (__u64)ns != user_ns) || permitted & ~capabilities;
	}
	for (int i = 0; i < USER_NS_DEPTH && level > user_level + 1; i++) {
		ns = BPF_CORE_READ(ns, parent);
		level = BPF_CORE_READ(ns, level);
	}
	parent = BPF_CORE_READ(ns, parent);
	if (level < user_level || (user_level && (__u64)parent != user_ns))
		return true;
	return BPF_CORE_READ(ns, owner.val) != uid;
}

__noinline bool owner_is_above(__u64 number, __u64 user_ns, int user_level, __u64 capabilities,
			       __u32 uid)
{
	return owner_exceeds(number, user_ns, user_level, capabilities, uid);
}

/* The user and group that all ids of a credential are of, as a key of by_owner. */
static __always_inline __u64 owner_ids(const struct cred *cred)
{
	__u32 uid = BPF_CORE_READ(cred, uid.val), gid = BPF_CORE_READ(cred, gid.val);

	if (BPF_CORE_READ(cred, euid.val) != uid || BPF_CORE_READ(cred, suid.val) != uid ||
	    BPF_CORE_READ(cred, egid.val) != gid || BPF_CORE_READ(cred, sgid.val) != gid)
		return OWNER_NONE;
	return sieve_owner(uid, gid);
}

/*
 * The key of by_owner for a task, given as a number, capabilities left aside. /proc asks the leader
 * who may see a process; a thread can have ids of its own, and what it does is then for those that
 * may see both.
 */
static __always_inline __u64 owner_of(__u64 number)
{
	struct task_struct *task = (struct task_struct *)number;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	const struct cred *leaders = BPF_CORE_READ(leader, real_cred);
	__u64 owner = owner_ids(cred);

	if (owner == OWNER_NONE || (leaders != cred && owner_ids(leaders) != owner))
		return OWNER_NONE;
	/*
	 * Credentials first, as ptrace_may_access() has it: what becomes dumpable no more does so
	 * before it gets others.
	 */
	kernel_order_loads();
	return owner_may_look(task) ? owner : OWNER_NONE;
}

#endif
