/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that a snapshot contains: selected by the sieve, as events are; by state; by
 * descent from another process.
 */
#ifndef BPF_ITER_SELECT_H
#define BPF_ITER_SELECT_H

#include <procsieve/snapshot.h>

#include "core/match.h"
#include "bpf/shared/snapshot_config.h"
#include "core/record_header.h"

/* Maximum number of ancestors. */
#define SELECT_DEPTH (1 << 20)

const volatile struct snapshot_config snapshot_config = {};
struct snapshot_pass snapshot_pass;

/* task_struct.__state and exit_state; <linux/sched.h> of the kernel. */
#define TASK_UNINTERRUPTIBLE 0x02
#define TASK_REPORT	     0x7f
#define TASK_NOLOAD	     0x400
#define TASK_IDLE	     (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_RTLOCK_WAIT     0x1000
#define TASK_FROZEN	     0x8000 /* 6.1 */
#define STATE_IDLE	     8	    /* index of the letter I */

/* task_struct.flags: the task is exiting. */
#define PF_EXITING 0x4

/* Returns the index of a task's state letter. */
static __always_inline __u32 select_state(const struct task_struct *untrusted)
{
	__u32 state = untrusted->__state, shown = (state | untrusted->exit_state) & TASK_REPORT;
	__u32 index = 0;

	if (state & (TASK_RTLOCK_WAIT | TASK_FROZEN))
		shown = TASK_UNINTERRUPTIBLE;
	/* Other bits may be set as well (TASK_FREEZABLE), as newer kernels do for /proc. */
	else if ((state & TASK_IDLE) == TASK_IDLE)
		return STATE_IDLE;
	for (; shown; shown >>= 1)
		index++;
	return index;
}

struct select_walk {
	__u64 task;
	bool below;
};

static long select_ancestor_step(__u32 turn, struct select_walk *walk)
{
	/* A variable of its own: inside the macro it would be relocated. */
	const struct task_struct *task = (const struct task_struct *)walk->task;
	const struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	__u32 pid = BPF_CORE_READ(parent, tgid);

	walk->below = pid == snapshot_pass.root;
	walk->task = (__u64)parent;
	return walk->below || !pid;
}

static __always_inline bool select_by_descent(const struct task_struct *task,
					      const struct task_struct *untrusted)
{
	struct select_walk walk = {.task = (__u64)task};

	if (snapshot_config.strategy == PROCSIEVE_CHILDREN)
		return (__u32)untrusted->real_parent->tgid == snapshot_pass.root;
	if ((__u32)task->tgid == snapshot_pass.root)
		return true;
	bpf_loop(SELECT_DEPTH, select_ancestor_step, &walk, 0);
	return walk.below;
}

/*
 * Whether the caller may see this process, given by address. A global function, so that the
 * verifier checks it once.
 */
__noinline bool select_is_visible(__u64 address)
{
	return visible_to(snapshot_config.listener, address);
}

/*
 * Whether the process that reads is in the namespaces that the snapshot is confined to. They are
 * identified by address. When the connection that requested the snapshot is closed, only the
 * processes in them keep the addresses valid.
 */
static __always_inline bool select_reader_is_inside(void)
{
	const struct sieve_ns_view *view = &ns_views[listener_slot(snapshot_config.listener)];
	const struct task_struct *reader = (const struct task_struct *)bpf_get_current_task();

	if (!(sieve.confined & snapshot_config.listener))
		return true;
	if (view->pid_ns && !visible_in_pid_ns(reader, view))
		return false;
	return !view->user_ns || (__u64)BPF_CORE_READ(reader, cred, user_ns) == view->user_ns;
}

/* Whether its exit has not been reported: a process ends with its last thread. */
static __always_inline bool select_is_alive(const struct task_struct *untrusted, bool thread)
{
	return thread ? !(untrusted->flags & PF_EXITING) : untrusted->signal->live.counter;
}

/* By properties that stay, not by its state, which may be different at the next test. */
static __always_inline bool select_stable(const struct task_struct *task,
					  const struct task_struct *untrusted,
					  const struct sieve_comm *comm)
{
	if (!select_reader_is_inside() || !match_task(snapshot_config.listener, task, comm))
		return false;
	return snapshot_config.strategy == PROCSIEVE_ALL || select_by_descent(task, untrusted);
}

/* Cheapest test first. */
static __always_inline bool select_task(const struct task_struct *task,
					const struct task_struct *untrusted,
					const struct sieve_comm *comm)
{
	bool thread = task->pid != task->tgid;

	if (thread && !snapshot_config.threads)
		return false;
	if (snapshot_config.alive_only && !select_is_alive(untrusted, thread))
		return false;
	if (snapshot_config.states && !(snapshot_config.states >> select_state(untrusted) & 1))
		return false;
	return select_stable(task, untrusted, comm);
}

#endif
