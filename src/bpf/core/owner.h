/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner of a process: the user and group that may see all of it. All its ids have to be theirs,
 * and it has to be dumpable, which a set-uid program is not. That is the kernel's rule for /proc
 * with hidepid=2 (ptrace_may_access()).
 */
#ifndef BPF_CORE_OWNER_H
#define BPF_CORE_OWNER_H

#include "core/compat.h"

/* The owner of a process that only root may see. */
#define OWNER_NONE (~0ull)

/* The kernel's maximum nesting of user namespaces. */
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

/* Whether this kernel keeps the dumpable state of a task that has released its memory. */
static __always_inline bool owner_kernel_keeps_dumpable(const struct task_struct *task)
{
	return bpf_core_field_exists(task->exec_state) ||
	       bpf_core_field_exists(task->user_dumpable);
}

/*
 * Whether the process is dumpable, so that its owner may see it. Before 6.16 an exiting task has no
 * memory left that could be asked; the exit hook then uses the exec cache (event/exec_cache.h).
 * Kernel threads never have memory, but they belong to root.
 */
static __always_inline bool owner_is_dumpable(struct task_struct *task)
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
 * Whether a process with this credential (given by address) has privileges that the viewer does not
 * have. The viewer has user `uid`, in this user namespace at this level (0: the initial one,
 * whatever its address), with these capabilities. In the same namespace, any further capability is
 * such a privilege. In a namespace below it, the process has none if the viewer's user created the
 * outermost namespace of that chain. A process in any other namespace counts as privileged.
 */
static __always_inline bool owner_exceeds(__u64 address, __u64 user_ns, int user_level,
					  __u64 capabilities, __u32 uid)
{
	const struct cred *cred = (const struct cred *)address;
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

__noinline bool owner_exceeds_noinline(__u64 address, __u64 user_ns, int user_level,
				       __u64 capabilities, __u32 uid)
{
	return owner_exceeds(address, user_ns, user_level, capabilities, uid);
}

/* Returns the user and group that all ids of a credential have in common, as a key of by_owner. */
static __always_inline __u64 owner_of_cred(const struct cred *cred)
{
	__u32 uid = BPF_CORE_READ(cred, uid.val), gid = BPF_CORE_READ(cred, gid.val);

	if (BPF_CORE_READ(cred, euid.val) != uid || BPF_CORE_READ(cred, suid.val) != uid ||
	    BPF_CORE_READ(cred, egid.val) != gid || BPF_CORE_READ(cred, sgid.val) != gid)
		return OWNER_NONE;
	return sieve_owner(uid, gid);
}

/*
 * Returns the key of by_owner for a task, given by address; capabilities are not considered. /proc
 * decides by the group leader who may see a process. A thread can have ids of its own; its events
 * are then for listeners that may see both.
 */
static __always_inline __u64 owner_of_task(__u64 address)
{
	struct task_struct *task = (struct task_struct *)address;
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	const struct cred *leaders = BPF_CORE_READ(leader, real_cred);
	__u64 owner = owner_of_cred(cred);

	if (owner == OWNER_NONE || (leaders != cred && owner_of_cred(leaders) != owner))
		return OWNER_NONE;
	/*
	 * Credentials first, as in ptrace_may_access(): a task stops being dumpable before it gets
	 * other credentials.
	 */
	kernel_order_loads();
	return owner_is_dumpable(task) ? owner : OWNER_NONE;
}

#endif
