/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The id of a process between two execs (procsieve_record.exec_id). It is computed from what the
 * kernel keeps in every task: the start time of the process, its pid, and the number of execs that
 * it and its ancestors had made (task_struct.self_exec_id, which a fork copies and an exec
 * increments in begin_new_exec(), before any hook sees the new program). All threads of a process
 * use those of the group leader. So every program, on every kernel, computes the same id at any
 * time, and none is stored.
 *
 * Two ids of one boot always differ if the two have the same start time (each step below is
 * one-to-one for pids up to 2^22, the kernel's maximum, and for 2^42 execs), or the same pid and
 * count. So the programs of one process differ, and a process that reuses a pid differs from the
 * first. Any other two are equal with a probability of 1 in 2^64: for a million programs in one
 * boot, the probability that any two are equal is 1 in 37 million.
 */
#ifndef BPF_CORE_EXEC_ID_H
#define BPF_CORE_EXEC_ID_H

#include "core/compat.h"
#include "core/visibility.h"

/* The id after this number of execs. */
static __always_inline __u64 exec_id_compute(const struct task_struct *leader, __u64 execs)
{
	__u64 id = (__u64)leader->tgid << 42 ^ execs;

	id *= 0x9e3779b97f4a7c15;
	id ^= id >> 32;
	id += leader->start_boottime;
	id *= 0xbf58476d1ce4e5b9;
	id ^= id >> 29;
	id *= 0x94d049bb133111eb;
	return id ^ id >> 32;
}

/* The id of the process of this group leader; 0 for the idle task, which belongs to no process. */
static __always_inline __u64 exec_id(const struct task_struct *leader)
{
	return exec_id_compute(leader, leader->self_exec_id);
}

/* The id that it had before its last exec. */
static __always_inline __u64 exec_id_previous(const struct task_struct *leader)
{
	return exec_id_compute(leader, leader->self_exec_id - 1);
}

/* Returns the group leader of a task's parent process. */
static __always_inline const struct task_struct *parent_leader(const struct task_struct *untrusted)
{
	return untrusted->real_parent->group_leader;
}

/* Returns the listeners of `set` that may see the parent of a task, given by address. */
__noinline __u64 parent_visible_to(__u64 set, __u64 task)
{
	const struct task_struct *child = (const struct task_struct *)task;
	const struct task_struct *parent;
	__u64 restricted = visible_restricted(set);

	if (!restricted)
		return set;
	parent = BPF_CORE_READ(child, real_parent, group_leader);
	/*
	 * The parent is exiting: without its memory, the kernel no longer knows whether it was
	 * dumpable.
	 */
	if (!BPF_CORE_READ(parent, mm))
		return set & ~restricted;
	return visible_to(set, (__u64)parent);
}

#endif
