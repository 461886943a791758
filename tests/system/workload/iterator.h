/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A BPF iterator of the tests' own, by bpf(2) alone: an oracle that shares nothing with the
 * program.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_ITERATOR_H
#define TESTS_SYSTEM_WORKLOAD_ITERATOR_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Does the kernel show this task to an iterator that is asked for it alone? Some hide their first
 * process.
 */
bool iterator_shows(pid_t tid);

#endif
