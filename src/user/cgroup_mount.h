/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the cgroup v2 hierarchy is mounted: at /sys/fs/cgroup on most machines, at .../unified on
 * those that still have version 1, anywhere in a container.
 */
#ifndef CGROUP_MOUNT_H
#define CGROUP_MOUNT_H

#include <stdio.h>

/*
 * Reads lines as in /proc/PID/mountinfo and returns the mount point of the cgroup v2 hierarchy, for
 * the caller to free. A mount of the whole hierarchy goes before one of a part of it. NULL: there
 * is none (errno is ENOENT), or memory is short.
 */
char *cgroup_mount_find(FILE *mountinfo);

/* The same for this process. */
char *cgroup_mount_own(void);

#endif
