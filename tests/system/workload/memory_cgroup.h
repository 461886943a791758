/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cgroup with a limit of memory, of version 1 or 2, whichever this machine has. */
#ifndef TESTS_SYSTEM_WORKLOAD_MEMORY_CGROUP_H
#define TESTS_SYSTEM_WORKLOAD_MEMORY_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Makes it, for the test that calls; false: that cannot be. */
bool memory_cgroup_make(size_t limit);

/*
 * Puts the calling process into it: as tool_start_after() wants it. Ends the process where that
 * fails.
 */
void memory_cgroup_join(const void *context);

/* How many processes the kernel has killed there for want of memory. */
unsigned int memory_cgroup_kills(void);

/* Removes it, once it is empty. */
void memory_cgroup_remove(void);

#endif
