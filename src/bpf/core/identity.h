/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which program a task runs, and for whom: so that what is read of it is what was judged. A task
 * that is not the current one runs on: between the judgement and the last read it may execute a
 * set-uid program. So this is noted before the judgement and compared after the last read, and
 * nothing leaves before that.
 *
 * An exec replaces the memory first and the credentials later. Between the two the task looks as if
 * the new program were the old one's owner's. The kernel holds a lock meanwhile, for those who read
 * both; whether it is held can be seen.
 */
#ifndef BPF_CORE_IDENTITY_H
#define BPF_CORE_IDENTITY_H

#include "bpf/shared/identity_note.h"
#include "core/compat.h"

/* Is the task between two programs? All tasks here are loose ones. */
static __always_inline bool identity_in_exec(const struct task_struct *untrusted)
{
	const struct signal_struct *signal = kernel_load(untrusted, signal);
	const struct signal_struct___rt *rt = (const void *)signal;

	if (bpf_core_field_exists(signal->exec_update_lock.count))
		return kernel_load(signal, exec_update_lock.count.counter) & RWSEM_WRITER_LOCKED;
	return BPF_CORE_READ(rt, exec_update_lock.rwbase.readers.counter) == RWBASE_WRITER_BIAS;
}

/*
 * Before the first read. The count of programs before the lock: what is executed after the look at
 * the count changes it, or holds the lock.
 */
static __always_inline void identity_note(struct identity *identity,
					  const struct task_struct *untrusted)
{
	identity->programs = kernel_load(untrusted, self_exec_id);
	kernel_order_loads();
	identity->in_exec = identity_in_exec(untrusted);
	identity->memory = (__u64)kernel_load(untrusted, mm);
	identity->cred = (__u64)kernel_load(untrusted, real_cred);
	kernel_order_loads();
}

/*
 * After the last read: has it been the same all the time? The lock before the count, for the same
 * reason.
 */
static __always_inline bool identity_holds(const struct identity *identity,
					   const struct task_struct *untrusted)
{
	bool in_exec;

	kernel_order_loads();
	in_exec = identity_in_exec(untrusted);
	kernel_order_loads();
	return (__u64)kernel_load(untrusted, mm) == identity->memory &&
	       (__u64)kernel_load(untrusted, real_cred) == identity->cred &&
	       kernel_load(untrusted, self_exec_id) == identity->programs &&
	       in_exec <= identity->in_exec;
}

#endif
