/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds where the cgroup hierarchies are mounted. Version 2 is usually at /sys/fs/cgroup, at
 * .../unified on machines that still use version 1, and anywhere in a container.
 */
#ifndef USER_BASE_CGROUP_MOUNT_H
#define USER_BASE_CGROUP_MOUNT_H

#include <stdbool.h>
#include <stdio.h>

/* One mounted hierarchy: its directory `root` is visible at the path `point`. */
struct cgroup_mount {
	char *root, *point;
};

/*
 * Reads lines in the format of /proc/PID/mountinfo. Finds where the v1 hierarchy of `controller` is
 * mounted, or the v2 hierarchy if `controller` is NULL. A mount of the whole hierarchy is preferred
 * to a mount of a part. Returns 0 and fills *mount, which the caller clears; or returns -1 with
 * errno ENOENT (not mounted) or ENOMEM.
 */
int cgroup_mount_search(FILE *mountinfo, const char *controller, struct cgroup_mount *mount);
/*
 * Calls `visit` for each mount of the v2 hierarchy, until it returns true. The mount belongs to
 * this function.
 */
typedef bool cgroup_mount_function(void *context, const struct cgroup_mount *mount);
void cgroup_mount_for_each(FILE *mountinfo, cgroup_mount_function *function, void *context);

/* Frees both paths and sets them to NULL. */
void cgroup_mount_clear(struct cgroup_mount *mount);

/* Returns whether `word` is in a comma-separated list, such as a list of controllers. */
bool cgroup_list_has(const char *list, const char *word);

/*
 * Returns the mount point of the v2 hierarchy, which the caller frees. Returns NULL with errno
 * ENOENT if it is not mounted, or ENOMEM.
 */
char *cgroup_mount_find(FILE *mountinfo);

/* The same, from the mounts of this process. */
char *cgroup_mount_own(void);

#endif
