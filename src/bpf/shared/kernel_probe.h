/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernel features that the programs detect and user space reads. Shared by both sides of the
 * engine.
 */
#ifndef BPF_SHARED_KERNEL_PROBE_H
#define BPF_SHARED_KERNEL_PROBE_H

#include <linux/types.h>

struct kernel_probe {
	/* sched_process_exit fires before the memory is released, and has group_dead (6.16) */
	__u32 exit_keeps_mm;
	__u32 has_rdonly_cast; /* bpf_rdonly_cast() exists (6.2) */
};

#endif
