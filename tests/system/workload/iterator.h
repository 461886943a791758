/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BPF iterator made with plain bpf(2) calls: an oracle that shares no code with procsieve. */
#ifndef TESTS_SYSTEM_WORKLOAD_ITERATOR_H
#define TESTS_SYSTEM_WORKLOAD_ITERATOR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Returns whether the kernel shows this task to an iterator that is restricted to it. Some kernels
 * hide their first process.
 */
bool iterator_shows(pid_t tid);

#endif
