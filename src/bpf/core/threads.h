/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iterates over the threads of a process, for the callbacks of bpf_loop(). It uses the kernel's
 * list, which may change during the iteration.
 */
#ifndef BPF_CORE_THREADS_H
#define BPF_CORE_THREADS_H

#include "core/compat.h"

/* Maximum number of threads. */
#define THREADS_MAX 32768

struct threads {
	__u64 entry, end; /* of the list in signal_struct; addresses */
};

static __always_inline struct threads threads_of(const struct signal_struct *signal)
{
	return (struct threads){
		.entry = (__u64)BPF_CORE_READ(signal, thread_head.next),
		.end = (__u64)signal + bpf_core_field_offset(struct signal_struct, thread_head),
	};
}

/* Returns the address of the next thread; 0 after the last. */
static __always_inline __u64 threads_next(struct threads *threads)
{
	__u64 entry = threads->entry;

	if (!entry || entry == threads->end)
		return 0;
	threads->entry = (__u64)BPF_CORE_READ((const struct list_head *)entry, next);
	return entry - bpf_core_field_offset(struct task_struct, thread_node);
}

#endif
