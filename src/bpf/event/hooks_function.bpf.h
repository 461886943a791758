/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uid, gid, sid and ptrace by hooks on kernel functions, if the kernel can attach programs to
 * functions: other syscalls then cost nothing. Otherwise hooks_syscall.bpf.h does it. These are
 * functions that no compiler can have inlined into their callers.
 *
 * There are two kinds. fentry and fexit cost least. But the kernel may switch to another task
 * during such a program, and then skips the program for all other tasks until it ends. Where that
 * can happen, and raw tracepoints have the same problem, kprobe.multi is used: it disables
 * preemption, and its programs get the registers.
 */
#ifndef BPF_EVENT_HOOKS_FUNCTION_BPF_H
#define BPF_EVENT_HOOKS_FUNCTION_BPF_H

#include "event/hooks_syscall.bpf.h"

#ifdef __TARGET_ARCH_x86
/* The function with the code; __x64_sys_setsid and __ia32_sys_setsid are aliases. */
#define FUNCTION_SETSID	       "__do_sys_setsid"
#define FUNCTION_PTRACE	       "__x64_sys_ptrace"
#define FUNCTION_PTRACE_COMPAT "__ia32_compat_sys_ptrace"
#else
#define FUNCTION_SETSID	       "__arm64_sys_setsid"
#define FUNCTION_PTRACE	       "__arm64_sys_ptrace"
#define FUNCTION_PTRACE_COMPAT "__arm64_compat_sys_ptrace"
#endif

static __always_inline __u64 function_call_id(const struct pt_regs___kernel *regs)
{
	return syscall_call_id(bpf_get_current_task_btf(), regs);
}

/* Every change of a task's ids, by a syscall or by a set-uid exec, calls commit_creds(). */
SEC("fentry/commit_creds")
int BPF_PROG(on_creds_enter, struct cred *new_cred)
{
	return ids_enter(bpf_get_current_task_btf(), new_cred, (__u64)new_cred);
}

SEC("fexit/commit_creds")
int BPF_PROG(on_creds_leave, struct cred *new_cred)
{
	return ids_leave(bpf_get_current_task_btf(), (__u64)new_cred, SCRATCH_CREDS);
}

SEC("fentry/" FUNCTION_SETSID)
int BPF_PROG(on_setsid_enter, struct pt_regs___kernel *regs)
{
	return syscall_enter(SYSCALL_SETSID, regs, 0);
}

SEC("fexit/" FUNCTION_SETSID)
int BPF_PROG(on_setsid_leave, struct pt_regs___kernel *regs, long result)
{
	return syscall_leave(SYSCALL_SETSID, result, 0, SCRATCH_SETSID);
}

SEC("fentry/" FUNCTION_PTRACE)
int BPF_PROG(on_ptrace_enter, struct pt_regs___kernel *regs)
{
	return syscall_enter(SYSCALL_PTRACE, regs, function_call_id(regs));
}

SEC("fexit/" FUNCTION_PTRACE)
int BPF_PROG(on_ptrace_leave, struct pt_regs___kernel *regs, long result)
{
	return syscall_leave(SYSCALL_PTRACE, result, function_call_id(regs), SCRATCH_PTRACE);
}

SEC("fentry/" FUNCTION_PTRACE_COMPAT)
int BPF_PROG(on_ptrace_compat_enter, struct pt_regs___kernel *regs)
{
	return syscall_enter(SYSCALL_PTRACE, regs, function_call_id(regs));
}

SEC("fexit/" FUNCTION_PTRACE_COMPAT)
int BPF_PROG(on_ptrace_compat_leave, struct pt_regs___kernel *regs, long result)
{
	return syscall_leave(SYSCALL_PTRACE, result, function_call_id(regs), SCRATCH_PTRACE_COMPAT);
}

/* The first argument of a function at its entry, and its result at its return. */
#ifdef __TARGET_ARCH_x86
#define FUNCTION_ARGUMENT(registers) ((registers)->di)
#define FUNCTION_RESULT(registers)   ((registers)->ax)
#else
#define FUNCTION_ARGUMENT(registers) ((registers)->regs[0])
#define FUNCTION_RESULT(registers)   ((registers)->regs[0])
#endif

SEC("?kprobe.multi/commit_creds")
int on_creds_enter_kprobe(struct pt_regs___kernel *ctx)
{
	__u64 new_cred = FUNCTION_ARGUMENT(ctx);

	return ids_enter(bpf_get_current_task_btf(), cred_from_address(new_cred), new_cred);
}

/* task->cred is now the new credentials. */
SEC("?kretprobe.multi/commit_creds")
int on_creds_leave_kprobe(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return ids_leave(task, (__u64)task_untrusted(task)->cred, SCRATCH_CREDS);
}

SEC("?kprobe.multi/" FUNCTION_SETSID)
int on_setsid_enter_kprobe(void *ctx)
{
	return syscall_enter(SYSCALL_SETSID, NULL, 0);
}

SEC("?kretprobe.multi/" FUNCTION_SETSID)
int on_setsid_leave_kprobe(struct pt_regs___kernel *ctx)
{
	return syscall_leave(SYSCALL_SETSID, FUNCTION_RESULT(ctx), 0, SCRATCH_SETSID);
}

/* The registers of the syscall's caller, at its entry and its return. */
static __always_inline const struct pt_regs___kernel *function_caller_regs(void)
{
	return (const struct pt_regs___kernel *)bpf_task_pt_regs(bpf_get_current_task_btf());
}

static __always_inline int function_enter_ptrace(void)
{
	return syscall_enter(SYSCALL_PTRACE, function_caller_regs(),
			     function_call_id(function_caller_regs()));
}

static __always_inline int function_leave_ptrace(const struct pt_regs___kernel *ctx,
						 enum scratch_program program)
{
	return syscall_leave(SYSCALL_PTRACE, FUNCTION_RESULT(ctx),
			     function_call_id(function_caller_regs()), program);
}

SEC("?kprobe.multi/" FUNCTION_PTRACE)
int on_ptrace_enter_kprobe(void *ctx)
{
	return function_enter_ptrace();
}

SEC("?kretprobe.multi/" FUNCTION_PTRACE)
int on_ptrace_leave_kprobe(struct pt_regs___kernel *ctx)
{
	return function_leave_ptrace(ctx, SCRATCH_PTRACE);
}

SEC("?kprobe.multi/" FUNCTION_PTRACE_COMPAT)
int on_ptrace_compat_enter_kprobe(void *ctx)
{
	return function_enter_ptrace();
}

SEC("?kretprobe.multi/" FUNCTION_PTRACE_COMPAT)
int on_ptrace_compat_leave_kprobe(struct pt_regs___kernel *ctx)
{
	return function_leave_ptrace(ctx, SCRATCH_PTRACE_COMPAT);
}

#endif
