/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments of a tracepoint, for kprobe.multi programs on the function that calls the tracepoint's
 * programs (src/user/engine/tracepoint_hold.h). The function's first argument is its own, so the
 * tracepoint's first argument is its second.
 */
#ifndef BPF_CORE_TRACEPOINT_ARGS_H
#define BPF_CORE_TRACEPOINT_ARGS_H

#include "core/prelude.h"

#ifdef __TARGET_ARCH_x86
#define TRACEPOINT_FIRST(registers)  ((registers)->si)
#define TRACEPOINT_SECOND(registers) ((registers)->dx)
#define TRACEPOINT_THIRD(registers)  ((registers)->cx)
#else
#define TRACEPOINT_FIRST(registers)  ((registers)->regs[1])
#define TRACEPOINT_SECOND(registers) ((registers)->regs[2])
#define TRACEPOINT_THIRD(registers)  ((registers)->regs[3])
#endif

#endif
