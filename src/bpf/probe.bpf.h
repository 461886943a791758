/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells user space what this kernel has, by the same tests that the other programs use. Never attached: run once after
 * loading.
 */
#ifndef PROBE_BPF_H
#define PROBE_BPF_H

#include "kernel.h"
#include "probe.h"
#include "tracer.h"

struct probe probe;

SEC("raw_tp")
int probe_kernel(void *ctx)
{
	probe.exit_keeps_mm = kernel_exit_keeps_mm();
	probe.follows_pointers = tracer_can_tell();
	return 0;
}

#endif
