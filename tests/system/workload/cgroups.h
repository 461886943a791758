/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups for a test, in the cgroup v2 hierarchy, wherever it is mounted. */
#ifndef TESTS_SYSTEM_WORKLOAD_CGROUPS_H
#define TESTS_SYSTEM_WORKLOAD_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>

/* The mount point, from /proc/self/mountinfo; NULL if there is none. */
const char *cgroups_mount(void);

/*
 * Makes a cgroup below the mount point ("procsieve-1234/a"); its parent must exist. Returns whether
 * that succeeded.
 */
bool cgroups_create(const char *name);

/* Removes an empty cgroup without children. */
void cgroups_remove(const char *name);

/* Moves the calling process into the cgroup. */
bool cgroups_join(const char *name);

#endif
