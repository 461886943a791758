/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A cgroup with a memory limit, version 1 or 2, whichever this machine has. */
#ifndef TESTS_SYSTEM_WORKLOAD_MEMORY_CGROUP_H
#define TESTS_SYSTEM_WORKLOAD_MEMORY_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

/* Makes it for the calling test. Returns false if that is not possible. */
bool memory_cgroup_create(size_t limit);

/*
 * Moves the calling process into it; a tool_prepare for tool_start_after(). Ends the process on
 * errors.
 */
void memory_cgroup_join(const void *context);

/* The number of processes that the kernel's OOM killer has killed in it. */
unsigned int memory_cgroup_kills(void);

/* Removes it, once it is empty. */
void memory_cgroup_remove(void);

#endif
