/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the hierarchies of cgroups are mounted: version 2 at /sys/fs/cgroup on most machines, at
 * .../unified on those that still have version 1, anywhere in a container.
 */
#ifndef USER_BASE_CGROUP_MOUNT_H
#define USER_BASE_CGROUP_MOUNT_H

#include <stdbool.h>
#include <stdio.h>

/* A hierarchy: the directory `root` of it is seen at the path `point`. */
struct cgroup_mount {
	char *root, *point;
};

/*
 * Reads lines as in /proc/PID/mountinfo and finds where the hierarchy of a controller (version 1)
 * is mounted, or that of version 2, where `controller` is NULL. A mount of the whole goes before
 * one of a part. Returns 0 and *mount, to be cleared; or -1 with errno ENOENT: there is none, or
 * ENOMEM.
 */
int cgroup_mount_search(FILE *mountinfo, const char *controller, struct cgroup_mount *mount);
void cgroup_mount_clear(struct cgroup_mount *mount);

/* Does a list with commas, of controllers, hold this one? */
bool cgroup_list_has(const char *list, const char *word);

/*
 * The mount point of version 2 alone, for the caller to free. NULL: there is none (errno is
 * ENOENT), or memory is short.
 */
char *cgroup_mount_find(FILE *mountinfo);

/* The same for this process. */
char *cgroup_mount_own(void);

#endif
