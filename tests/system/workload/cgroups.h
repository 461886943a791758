/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups of a test's own, in the cgroup v2 hierarchy wherever that is mounted. */
#ifndef TESTS_SYSTEM_WORKLOAD_CGROUPS_H
#define TESTS_SYSTEM_WORKLOAD_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>

/* The mount point, from /proc/self/mountinfo; NULL where there is none. */
const char *cgroups_mount(void);

/*
 * Makes a cgroup below the mount point ("procsieve-1234/a"); above first. Returns whether that
 * worked.
 */
bool cgroups_make(const char *name);

/* Removes it; below first. It must be empty. */
void cgroups_remove(const char *name);

/* Puts the calling process into it. */
bool cgroups_join(const char *name);

#endif
