/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes in every possible state, all at rest, for a test that compares what it sees of them.
 * The test is their subreaper; they end and are reaped with static_processes_end(), or end with the
 * test.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_STATIC_PROCESSES_H
#define TESTS_SYSTEM_WORKLOAD_STATIC_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Must be called first in main(): some of the processes execute the test's own program and do not
 * return from this.
 */
void static_processes_main(int argc, char **argv);

/*
 * Starts the processes: `sleepers` that differ in everything a process can change about itself, and
 * all other roles of static_process_roles.h. Fails the test on errors.
 */
void static_processes_start(unsigned int sleepers);

/* All descendants of the test. Sorted; valid until static_processes_end(). */
const pid_t *static_process_pids(size_t *count);
bool is_static_process(pid_t pid);

/*
 * Kills and reaps all of them, and removes their files and cgroups. Does nothing if there are none.
 */
void static_processes_end(void);

/* static_processes_end() as the teardown of a group of tests. */
int static_processes_tear_down(void **state);

#endif
