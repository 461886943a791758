/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The id of a process between two execs (procsieve_record.exec_id), made of what the kernel keeps
 * in every task: when the process began, its pid, and how many execs it and the processes that it
 * descends from had made (task_struct.self_exec_id, which a fork copies and an exec increments in
 * begin_new_exec(), before any hook sees the new program). All threads of a process have these from
 * its leader. So every program, on every kernel, finds the same id at any time, and none is stored.
 *
 * Two of a boot are never the same where they have the start in common (each step below is
 * one-to-one for pids up to 2^22, which is the most that the kernel gives, and 2^42 execs), or both
 * the pid and the count: the programs of one process differ, and so does a process whose pid is
 * used again. Any other two are the same with a chance of 1 in 2^64: for a million programs in one
 * boot that is 1 in 37 million that any two are.
 */
#ifndef BPF_CORE_EXEC_ID_H
#define BPF_CORE_EXEC_ID_H

#include "core/compat.h"
#include "core/visibility.h"

/* After so many execs. */
static __always_inline __u64 exec_id_after(const struct task_struct *leader, __u64 execs)
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

/* Of the process of this leader; 0 for the idle task, which is nobody's process. */
static __always_inline __u64 exec_id(const struct task_struct *leader)
{
	return exec_id_after(leader, leader->self_exec_id);
}

/* The one that it had before its last exec. */
static __always_inline __u64 exec_id_before(const struct task_struct *leader)
{
	return exec_id_after(leader, leader->self_exec_id - 1);
}

/* The process that is the parent of a task. */
static __always_inline const struct task_struct *exec_id_parent(const struct task_struct *untrusted)
{
	return untrusted->real_parent->group_leader;
}

/* The listeners of `set` that may see the parent of a task, which is given as a number. */
__noinline __u64 exec_id_parent_shown(__u64 set, __u64 task)
{
	const struct task_struct *child = (const struct task_struct *)task;
	const struct task_struct *parent;
	__u64 asked = visible_asked(set);

	if (!asked)
		return set;
	parent = BPF_CORE_READ(child, real_parent, group_leader);
	/* It ends, and what its memory said about who may look is gone. */
	if (!BPF_CORE_READ(parent, mm))
		return set & ~asked;
	return visible_to(set, (__u64)parent);
}

#endif
