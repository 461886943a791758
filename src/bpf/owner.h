/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose is a process? The user and group that may see all of it: those that all its ids are of, unless it has something to
 * hide, as a set-uid program has. That is the kernel's rule for /proc with hidepid=2 (ptrace_may_access()).
 */
#ifndef OWNER_H
#define OWNER_H

#include "kernel.h"

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
 * Before 6.16 an exiting task has no memory left to ask: then the exit hook asks what is remembered (remember.h). Kernel
 * threads never have any, but they are root's.
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
 * Does a process with this credential (given as a number) have powers that its user has not? In the initial user namespace
 * any capability is one. In others it has what it has from whoever made the outermost of them.
 */
__noinline bool owner_is_above(__u64 number, __u32 uid)
{
	const struct cred *cred = (const struct cred *)number;
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);
	int level = BPF_CORE_READ(ns, level);
	__u64 capabilities = 0;

	if (!level) {
		bpf_core_read(&capabilities, sizeof(capabilities), &cred->cap_permitted);
		return capabilities;
	}
	for (int i = 0; i < USER_NS_DEPTH && level > 1; i++) {
		ns = BPF_CORE_READ(ns, parent);
		level = BPF_CORE_READ(ns, level);
	}
	return BPF_CORE_READ(ns, owner.val) != uid;
}

/* The key of by_owner for a task, given as a number. */
static __always_inline __u64 owner_of(__u64 number)
{
	struct task_struct *task = (struct task_struct *)number;
	const struct cred *cred = BPF_CORE_READ(task, real_cred);
	__u32 uid = BPF_CORE_READ(cred, uid.val), gid = BPF_CORE_READ(cred, gid.val);

	if (BPF_CORE_READ(cred, euid.val) != uid || BPF_CORE_READ(cred, suid.val) != uid ||
	    BPF_CORE_READ(cred, egid.val) != gid || BPF_CORE_READ(cred, sgid.val) != gid)
		return OWNER_NONE;
	if (owner_is_above((__u64)cred, uid))
		return OWNER_NONE;
	/* Credentials first, as ptrace_may_access() has it: what becomes dumpable no more does so before it gets others. */
	kernel_order_loads();
	return owner_may_look(task) ? sieve_owner(uid, gid) : OWNER_NONE;
}

#endif
