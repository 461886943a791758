/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptrace: a tracer attached or detached. The record describes the tracee. The tracee is found in
 * the tracer's list: one that is detached is still there on entry, a new one is there on return.
 * (Following that list needs bpf_rdonly_cast(), 6.2.)
 */
#ifndef BPF_EVENT_PTRACE_H
#define BPF_EVENT_PTRACE_H

#include "event/call_state.h"

#include <linux/ptrace.h>

/* Maximum number of tracees of one tracer. */
#define PTRACE_TRACEES_MAX 4096

static __always_inline bool ptrace_is_supported(void)
{
	return bpf_core_enum_value_exists(enum special_kfunc_type, KF_bpf_rdonly_cast);
}

/* Returns the task of an entry in a tracer's list. */
static __always_inline const struct task_struct *ptrace_tracee(__u64 entry)
{
	entry -= bpf_core_field_offset(struct task_struct, ptrace_entry);
	return bpf_rdonly_cast((void *)entry, kernel_task_btf_id());
}

/* Finds a tracee by its pid in the tracer's pid namespace. */
struct tracee_walk {
	__u64 entry;
	__u64 end;   /* the head of the list */
	__u32 level; /* of the tracer's pid namespace */
	__u32 tracee_pid;
	bool found;
};

static long ptrace_tracee_step(__u32 turn, struct tracee_walk *walk)
{
	struct list_head *entry = (struct list_head *)walk->entry;
	struct task_struct *task;
	struct pid *pid;
	/* A variable of its own: inside the macro it would be relocated. */
	__u32 level = walk->level & 31, pid_nr = 0;

	if (walk->entry == walk->end)
		return 1;
	task = (void *)entry - bpf_core_field_offset(struct task_struct, ptrace_entry);
	pid = BPF_CORE_READ(task, thread_pid);
	bpf_core_read(&pid_nr, sizeof(pid_nr), &pid->numbers[level].nr);
	if (pid_nr == walk->tracee_pid) {
		walk->found = true;
		return 1;
	}
	walk->entry = (__u64)BPF_CORE_READ(entry, next);
	return 0;
}

/* sizeof would include the padding at the end. */
#define PTRACE_SIZE (sizeof(struct procsieve_record) + sizeof(struct procsieve_ptrace))

/*
 * Number of times that a tracee is matched. It is unlikely to execute a program twice in that time.
 */
#define PTRACE_MATCH_TRIES 2

/*
 * Returns the listeners that want an event of this tracee. Fills the header, except the time. The
 * tracee may be running: between two programs only root may see it, and what is read while it
 * executes a program is read again.
 */
static __always_inline __u64 ptrace_match(struct call_state *call_state,
					  const struct task_struct *tracee)
{
	__u64 want = 0;

	call_state->tracee = (__u64)tracee;
#pragma unroll
	for (int turn = 0; turn < PTRACE_MATCH_TRIES; turn++) {
		identity_save(&call_state->identity, tracee);
		want = event_header(&call_state->header, tracee, PROCSIEVE_PTRACE,
				    tracee->pid != tracee->tgid);
		if (!call_state->identity.in_exec &&
		    identity_unchanged(&call_state->identity, tracee))
			return want;
	}
	return want & sieve.unused[SIEVE_OWNER];
}

static __always_inline void ptrace_deliver(struct call_state *call_state, __u64 want,
					   const struct task_struct *tracer, bool attached,
					   enum scratch_program program)
{
	struct ptrace_record *record = &call_state->ptrace_record;

	record->header.boot_ns = bpf_ktime_get_boot_ns();
	record->ptrace.tracer_pid = tracer->tgid;
	record->ptrace.tracer_tid = tracer->pid;
	record->ptrace.attached = attached;
	call_state_deliver(&record->header, (struct task_struct *)call_state->tracee, want,
			   PTRACE_SIZE, &call_state->identity, program);
}

/* Returns the tracee with that pid, or NULL. */
static __always_inline const struct task_struct *ptrace_find_tracee(
	const struct task_struct *tracer, __u32 tracee_pid)
{
	struct tracee_walk walk = {.tracee_pid = tracee_pid};

	walk.end = (__u64)tracer + bpf_core_field_offset(struct task_struct, ptraced);
	walk.entry = (__u64)BPF_CORE_READ(tracer, ptraced.next);
	walk.level = BPF_CORE_READ(tracer, thread_pid, level);
	bpf_loop(PTRACE_TRACEES_MAX, ptrace_tracee_step, &walk, 0);
	return walk.found ? ptrace_tracee(walk.entry) : NULL;
}

/* On entry. */
static __always_inline void ptrace_enter(struct call_state *call_state,
					 const struct task_struct *task, __u32 request,
					 __u32 tracee_pid)
{
	const struct task_struct *tracee;

	call_state->request = request;
	call_state->tracee_pid = tracee_pid;
	call_state->want = 0;
	if (request != PTRACE_DETACH || !ptrace_is_supported())
		return;
	tracee = ptrace_find_tracee(task, tracee_pid);
	if (tracee)
		call_state->want = ptrace_match(call_state, tracee);
}

/* On return, if the call succeeded. */
static __always_inline void ptrace_emit(struct call_state *call_state,
					const struct task_struct *task,
					enum scratch_program program)
{
	const struct task_struct *tracer = task, *tracee = NULL;
	__u64 want;

	if (!ptrace_is_supported())
		return;
	if (call_state->request == PTRACE_DETACH) {
		if (call_state->want)
			ptrace_deliver(call_state, call_state->want, task, false, program);
		return;
	}
	if (call_state->request == PTRACE_TRACEME) {
		tracee = task;
		tracer = task_untrusted(task)->real_parent;
	} else if (call_state->request == PTRACE_ATTACH || call_state->request == PTRACE_SEIZE) {
		/*
		 * It may have ended already, and a new child of another tracee may have been added
		 * since: so it is searched by its pid.
		 */
		tracee = ptrace_find_tracee(task, call_state->tracee_pid);
	}
	want = tracee ? ptrace_match(call_state, tracee) : 0;
	if (want)
		ptrace_deliver(call_state, want, tracer, true, program);
}

#endif
