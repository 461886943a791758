/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Detects kernel features with the same tests that the other programs use, for user space. Never
 * attached: run once after loading.
 */
#ifndef BPF_CONTROL_KERNEL_PROBE_BPF_H
#define BPF_CONTROL_KERNEL_PROBE_BPF_H

#include "core/compat.h"
#include "bpf/shared/kernel_probe.h"
#include "event/ptrace.h"

struct kernel_probe kernel_probe;

SEC("raw_tp")
int probe_kernel(void *ctx)
{
	kernel_probe.exit_keeps_mm = kernel_exit_keeps_mm();
	kernel_probe.has_rdonly_cast = ptrace_is_supported();
	return 0;
}

#endif
