/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syscalls that change ids, sessions and tracers, for which the kernel has no tracepoint of
 * their own. The hooks on entry and return of every syscall look up its number here: one load.
 */
#ifndef BPF_EVENT_SYSCALL_TABLE_H
#define BPF_EVENT_SYSCALL_TABLE_H

#include "core/compat.h"

enum syscall_kind {
	SYSCALL_OTHER,
	SYSCALL_IDS,
	SYSCALL_SETSID,
	SYSCALL_PTRACE,
};

#define SYSCALL_NUMBERS 512

/* By the architecture's own syscall numbers. */
static const __u8 syscall_kinds[SYSCALL_NUMBERS] = {
#ifdef __TARGET_ARCH_x86
	[101] = SYSCALL_PTRACE, /* ptrace */
	[105] = SYSCALL_IDS,	/* setuid */
	[106] = SYSCALL_IDS,	/* setgid */
	[112] = SYSCALL_SETSID, /* setsid */
	[113] = SYSCALL_IDS,	/* setreuid */
	[114] = SYSCALL_IDS,	/* setregid */
	[117] = SYSCALL_IDS,	/* setresuid */
	[119] = SYSCALL_IDS,	/* setresgid */
	[122] = SYSCALL_IDS,	/* setfsuid */
	[123] = SYSCALL_IDS,	/* setfsgid */
#else
	[117] = SYSCALL_PTRACE,			  /* ptrace */
	[143] = SYSCALL_IDS,			  /* setregid */
	[144] = SYSCALL_IDS,			  /* setgid */
	[145] = SYSCALL_IDS,			  /* setreuid */
	[146] = SYSCALL_IDS,			  /* setuid */
	[147] = SYSCALL_IDS,			  /* setresuid */
	[149] = SYSCALL_IDS,			  /* setresgid */
	[151] = SYSCALL_IDS,			  /* setfsuid */
	[152] = SYSCALL_IDS,			  /* setfsgid */
	[157] = SYSCALL_SETSID,			  /* setsid */
#endif
};

/* By the numbers of 32-bit programs: for these syscalls, i386 and ARM EABI have the same. */
static const __u8 syscall_kinds_compat[SYSCALL_NUMBERS] = {
	[23] = SYSCALL_IDS,    /* setuid */
	[26] = SYSCALL_PTRACE, /* ptrace */
	[46] = SYSCALL_IDS,    /* setgid */
	[66] = SYSCALL_SETSID, /* setsid */
	[70] = SYSCALL_IDS,    /* setreuid */
	[71] = SYSCALL_IDS,    /* setregid */
	[138] = SYSCALL_IDS,   /* setfsuid */
	[139] = SYSCALL_IDS,   /* setfsgid */
	[164] = SYSCALL_IDS,   /* setresuid */
	[170] = SYSCALL_IDS,   /* setresgid */
	[203] = SYSCALL_IDS,   /* setreuid32 */
	[204] = SYSCALL_IDS,   /* setregid32 */
	[208] = SYSCALL_IDS,   /* setresuid32 */
	[210] = SYSCALL_IDS,   /* setresgid32 */
	[213] = SYSCALL_IDS,   /* setuid32 */
	[214] = SYSCALL_IDS,   /* setgid32 */
	[215] = SYSCALL_IDS,   /* setfsuid32 */
	[216] = SYSCALL_IDS,   /* setfsgid32 */
};

static __always_inline bool syscall_is_compat(const struct task_struct *task)
{
#ifdef __TARGET_ARCH_x86
	return task->thread_info.status & 0x0002; /* TS_COMPAT */
#else
	return task->thread_info.flags & 1 << 22; /* TIF_32BIT */
#endif
}

/*
 * Returns the kind of a syscall of the current task. The task's ABI is tested only for numbers that
 * a table contains.
 */
static __always_inline enum syscall_kind syscall_kind(__u64 number)
{
	enum syscall_kind native, compat;

	if (number >= SYSCALL_NUMBERS)
		return SYSCALL_OTHER;
	/*
	 * Keeps the compiler from dropping the mask. The verifier needs it: it may not connect the
	 * check to the index, because the number has fewer bits on some architectures.
	 */
	asm volatile("" : "+r"(number));
	number &= SYSCALL_NUMBERS - 1;
	native = syscall_kinds[number];
	compat = syscall_kinds_compat[number];
	if (!(native | compat))
		return SYSCALL_OTHER;
	return syscall_is_compat(bpf_get_current_task_btf()) ? compat : native;
}

static __always_inline __u64 syscall_number(const struct pt_regs___kernel *regs)
{
#ifdef __TARGET_ARCH_x86
	return regs->orig_ax;
#else
	return regs->syscallno;
#endif
}

/* The first two arguments, on entry. */
static __always_inline __u64 syscall_argument1(const struct task_struct *task,
					       const struct pt_regs___kernel *regs)
{
#ifdef __TARGET_ARCH_x86
	return syscall_is_compat(task) ? regs->bx : regs->di;
#else
	return regs->regs[0];
#endif
}

static __always_inline __u64 syscall_argument2(const struct task_struct *task,
					       const struct pt_regs___kernel *regs)
{
#ifdef __TARGET_ARCH_x86
	return syscall_is_compat(task) ? regs->cx : regs->si;
#else
	return regs->regs[1];
#endif
}

/* Identifies a call by its arguments, on entry and on return. */
static __always_inline __u64 syscall_call_id(const struct task_struct *task,
					     const struct pt_regs___kernel *regs)
{
	const __u64 hash_multiplier = 0x9e3779b97f4a7c15;
#ifdef __TARGET_ARCH_x86
	__u64 first = syscall_argument1(task, regs), third = regs->dx;
#else
	__u64 first = regs->orig_x0, third = regs->regs[2];
#endif

	return ((syscall_number(regs) * hash_multiplier + first) * hash_multiplier +
		syscall_argument2(task, regs)) *
		       hash_multiplier +
	       third;
}

#endif
