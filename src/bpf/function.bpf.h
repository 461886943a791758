/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uid, gid, sid and ptrace by the kernel's functions that make them, where the kernel lets programs hang on functions:
 * the other syscalls then cost nothing. Otherwise syscall.bpf.h does it. The functions are those that no compiler can
 * have inlined into their callers.
 */
#ifndef FUNCTION_BPF_H
#define FUNCTION_BPF_H

#include "syscall.bpf.h"

#ifdef __TARGET_ARCH_x86
/* The body, which the entries of both ABIs are but names of. */
#define FUNCTION_SETSID	       "__do_sys_setsid"
#define FUNCTION_PTRACE	       "__x64_sys_ptrace"
#define FUNCTION_PTRACE_COMPAT "__ia32_compat_sys_ptrace"
#else
#define FUNCTION_SETSID	       "__arm64_sys_setsid"
#define FUNCTION_PTRACE	       "__arm64_sys_ptrace"
#define FUNCTION_PTRACE_COMPAT "__arm64_compat_sys_ptrace"
#endif

static __always_inline __u64 function_which(const struct pt_regs___kernel *regs)
{
	return syscall_which(bpf_get_current_task_btf(), regs);
}

/* By syscalls and by set-uid programs alike: the one place where a task gets other ids. */
SEC("fentry/commit_creds")
int BPF_PROG(on_creds_enter, struct cred *coming)
{
	return ids_enter(bpf_get_current_task_btf(), coming, (__u64)coming);
}

SEC("fexit/commit_creds")
int BPF_PROG(on_creds_leave, struct cred *coming)
{
	return ids_leave(bpf_get_current_task_btf(), (__u64)coming, SCRATCH_CREDS);
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
	return syscall_enter(SYSCALL_PTRACE, regs, function_which(regs));
}

SEC("fexit/" FUNCTION_PTRACE)
int BPF_PROG(on_ptrace_leave, struct pt_regs___kernel *regs, long result)
{
	return syscall_leave(SYSCALL_PTRACE, result, function_which(regs), SCRATCH_PTRACE);
}

SEC("fentry/" FUNCTION_PTRACE_COMPAT)
int BPF_PROG(on_ptrace_compat_enter, struct pt_regs___kernel *regs)
{
	return syscall_enter(SYSCALL_PTRACE, regs, function_which(regs));
}

SEC("fexit/" FUNCTION_PTRACE_COMPAT)
int BPF_PROG(on_ptrace_compat_leave, struct pt_regs___kernel *regs, long result)
{
	return syscall_leave(SYSCALL_PTRACE, result, function_which(regs), SCRATCH_PTRACE_COMPAT);
}

#endif
