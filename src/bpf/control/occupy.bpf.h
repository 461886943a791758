/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does nothing. Attached twice to a tracepoint, it makes the kernel call the tracepoint's programs
 * from a function that kprobe.multi can hook (src/user/engine/traceiter.h).
 */
#ifndef BPF_CONTROL_OCCUPY_BPF_H
#define BPF_CONTROL_OCCUPY_BPF_H

#include "core/prelude.h"

SEC("?raw_tp")
int occupy_tracepoint(void *ctx)
{
	return 0;
}

#endif
