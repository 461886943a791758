/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Another user of BPF, because of which the kernel may skip procsieve's programs: it updates a hash
 * map with bpf(2) on one CPU as fast as it can, and attaches its own programs, raw and classic
 * ones, to the tracepoints that procsieve uses.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H
#define TESTS_SYSTEM_WORKLOAD_OTHER_BPF_USER_H

#include <sys/types.h>

struct other_bpf_user {
	pid_t pid;
};

/* Fails (cmocka) if it cannot be started. */
void other_bpf_user_start(struct other_bpf_user *other_bpf_user, unsigned int cpu);
void other_bpf_user_end(struct other_bpf_user *other_bpf_user);

#endif
