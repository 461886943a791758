/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and return of every syscall: uid, gid, sid and ptrace have no tracepoint of their own.
 * Attached only while a listener wants one of these events and hooks_function.bpf.h cannot serve
 * it, because it slows down every syscall on the system.
 */
#ifndef BPF_EVENT_HOOKS_SYSCALL_BPF_H
#define BPF_EVENT_HOOKS_SYSCALL_BPF_H

#include "event/ids.bpf.h"
#include "event/sid.h"
#include "event/syscall_table.h"
#include "event/ptrace.h"

static __always_inline int syscall_enter(enum syscall_kind kind,
					 const struct pt_regs___kernel *regs, __u64 call_id)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call_state *call_state = call_state_begin(task, kind, call_id);

	if (!call_state)
		return 0;
	if (kind == SYSCALL_IDS)
		ids_read(&call_state->uids, &call_state->gids, task_untrusted(task)->cred);
	else if (kind == SYSCALL_SETSID)
		call_state->sid = sid_of(task);
	else
		ptrace_enter(call_state, task, syscall_argument1(task, regs),
			     syscall_argument2(task, regs));
	return 0;
}

static __always_inline int syscall_leave(enum syscall_kind kind, long result, __u64 call_id,
					 enum scratch_program program)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct call_state *call_state = call_state_end(task, kind, call_id);

	if (!call_state)
		return 0;
	if (kind == SYSCALL_IDS)
		ids_emit(call_state, task, program);
	else if (kind == SYSCALL_SETSID && result > 0)
		sid_emit(call_state, task, program);
	else if (kind == SYSCALL_PTRACE && !result)
		ptrace_emit(call_state, task, program);
	return 0;
}

SEC("tp_btf/sys_enter")
int BPF_PROG(on_syscall_enter, struct pt_regs___kernel *regs, long number)
{
	enum syscall_kind kind = syscall_kind(number);

	if (kind == SYSCALL_OTHER)
		return 0;
	return syscall_enter(kind, regs, syscall_call_id(bpf_get_current_task_btf(), regs));
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_syscall_leave, struct pt_regs___kernel *regs, long result)
{
	enum syscall_kind kind = syscall_kind(syscall_number(regs));

	if (kind == SYSCALL_OTHER)
		return 0;
	return syscall_leave(kind, result, syscall_call_id(bpf_get_current_task_btf(), regs),
			     SCRATCH_SYSCALL);
}

#endif
