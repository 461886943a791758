/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cgroups for a test, in hierarchies of version 1. */
#ifndef TESTS_SYSTEM_WORKLOAD_CGROUPS_V1_H
#define TESTS_SYSTEM_WORKLOAD_CGROUPS_V1_H

#include <limits.h>
#include <stdbool.h>

/* Room for the path of a cgroup's directory. */
#define CGROUPS_V1_PATH (PATH_MAX + 256)

/*
 * Mounts a new hierarchy without controllers, as systemd has one. The mount is private to the
 * caller, and ends with it at the latest. Returns the mount point, or NULL if it cannot be mounted;
 * stores its name as in /proc/PID/cgroup in *name.
 */
const char *cgroups_v1_mount(const char **name);
void cgroups_v1_unmount(void);

/* Finds where the hierarchy with this controller is mounted. */
bool cgroups_v1_find(const char *controller, char mount[CGROUPS_V1_PATH]);

/*
 * Make and remove a cgroup, with its parents below the mount point. cgroups_v1_remove() changes
 * `path`.
 */
void cgroups_v1_create(const char *mount, char *path);
void cgroups_v1_remove(const char *mount, char *path);

/* Moves the calling process into the cgroup. */
bool cgroups_v1_join(const char *path);

#endif
