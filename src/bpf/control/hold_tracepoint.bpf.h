/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does nothing. Attached twice to a tracepoint, it makes the kernel call the tracepoint's programs
 * from a function that kprobe.multi can hook (src/user/engine/tracepoint_hold.h).
 */
#ifndef BPF_CONTROL_HOLD_TRACEPOINT_BPF_H
#define BPF_CONTROL_HOLD_TRACEPOINT_BPF_H

#include "core/prelude.h"

SEC("?raw_tp")
int hold_tracepoint(void *ctx)
{
	return 0;
}

#endif
