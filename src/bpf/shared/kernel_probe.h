/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between kernels, as user space gets to know it. Shared by both sides of the engine.
 */
#ifndef BPF_SHARED_KERNEL_PROBE_H
#define BPF_SHARED_KERNEL_PROBE_H

#include <linux/types.h>

struct probe {
	/* sched_process_exit comes before the memory goes, and knows the last thread (6.16) */
	__u32 exit_keeps_mm;
	__u32 follows_pointers; /* bpf_rdonly_cast() is there (6.2) */
};

#endif
