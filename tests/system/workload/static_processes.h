/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes in every state there is, brought to rest, for a test that looks at them and compares.
 * The test is the subreaper of all of them, so that they end and are reaped with crowd_dismiss(),
 * or end with the test.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_STATIC_PROCESSES_H
#define TESTS_SYSTEM_WORKLOAD_STATIC_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* To be called first in main(): some members execute the test's own program, and are made here. */
void crowd_take_part(int argc, char **argv);

/*
 * Makes it: `sleepers` that differ in what a process can set of itself, and the others in
 * members.h. Fails the test.
 */
void crowd_gather(unsigned int sleepers);

/* All that is the test's own, itself not. Sorted; the crowd's. */
const pid_t *crowd_pids(size_t *count);
bool crowd_has(pid_t pid);

/* Kills and reaps all, and removes what they worked on. Harmless if there is none. */
void crowd_dismiss(void);

/* The same, as the teardown of a group of tests. */
int crowd_tear_down(void **state);

#endif
