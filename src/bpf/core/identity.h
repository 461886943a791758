/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The identity of the program that a task runs, and of the user for which it runs, so that what is
 * read belongs to what was checked. A task that is not the current one keeps running: between the
 * check and the last read it may execute a set-uid program. So the identity is saved before the
 * check and compared after the last read, and nothing is emitted before that comparison.
 *
 * An exec replaces the memory first and the credentials later. Between the two, the task looks as
 * if the new program belonged to the old one's owner. Meanwhile the kernel holds a lock, for
 * readers of both; whether the lock is held can be read.
 */
#ifndef BPF_CORE_IDENTITY_H
#define BPF_CORE_IDENTITY_H

#include "bpf/shared/task_identity.h"
#include "core/compat.h"

/* Whether the task is between two programs. All tasks in this file are untrusted pointers. */
static __always_inline bool identity_in_exec(const struct task_struct *untrusted)
{
	const struct signal_struct *signal = kernel_load(untrusted, signal);
	const struct signal_struct___rt *rt = (const void *)signal;

	if (bpf_core_field_exists(signal->exec_update_lock.count))
		return kernel_load(signal, exec_update_lock.count.counter) & RWSEM_WRITER_LOCKED;
	return BPF_CORE_READ(rt, exec_update_lock.rwbase.readers.counter) == RWBASE_WRITER_BIAS;
}

/*
 * Before the first read. The exec count is read before the lock: an exec after the read of the
 * count changes the count, or holds the lock.
 */
static __always_inline void identity_save(struct identity *identity,
					  const struct task_struct *untrusted)
{
	identity->exec_count = kernel_load(untrusted, self_exec_id);
	kernel_order_loads();
	identity->in_exec = identity_in_exec(untrusted);
	identity->mm = (__u64)kernel_load(untrusted, mm);
	identity->cred = (__u64)kernel_load(untrusted, real_cred);
	kernel_order_loads();
}

/*
 * After the last read: whether the identity was the same all the time. The lock is read before the
 * count, for the same reason.
 */
static __always_inline bool identity_unchanged(const struct identity *identity,
					       const struct task_struct *untrusted)
{
	bool in_exec;

	kernel_order_loads();
	in_exec = identity_in_exec(untrusted);
	kernel_order_loads();
	return (__u64)kernel_load(untrusted, mm) == identity->mm &&
	       (__u64)kernel_load(untrusted, real_cred) == identity->cred &&
	       kernel_load(untrusted, self_exec_id) == identity->exec_count &&
	       in_exec <= identity->in_exec;
}

#endif
