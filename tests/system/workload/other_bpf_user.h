/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another user of BPF, because of which the kernel may skip procsieve's programs: it updates a hash
 * map with bpf(2) on one CPU as fast as it can, and attaches its own programs, raw and classic
 * ones, to the tracepoints that procsieve uses.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H
#define TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H

#include <sys/types.h>

struct rival {
	pid_t pid;
};

/* Fails (cmocka) if it cannot be started. */
void rival_start(struct rival *rival, unsigned int cpu);
void rival_end(struct rival *rival);

#endif
