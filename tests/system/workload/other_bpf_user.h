/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another user of BPF, that the kernel may pass over our programs for: it updates a hash map by
 * bpf(2) on one CPU as fast as it can, and has programs of its own, raw and classic ones, on the
 * tracepoints that ours hang on.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H
#define TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H

#include <sys/types.h>

struct rival {
	pid_t pid;
};

/* Fails (cmocka) where it cannot be had. */
void rival_start(struct rival *rival, unsigned int cpu);
void rival_end(struct rival *rival);

#endif
