// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups of version 1 for tests; see cgroups_v1.h. */
#include "workload/cgroups_v1.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char mount_point[] = "/tmp/procsieve-cgroup-XXXXXX";
static char hierarchy[64];

static bool mount_hierarchy(void)
{
	char options[80];

	snprintf(options, sizeof(options), "none,%s", hierarchy);
	return !mount("none", mount_point, "cgroup", 0, options);
}

const char *cgroups_v1_mount(const char **name)
{
	snprintf(hierarchy, sizeof(hierarchy), "name=procsieve-%d", getpid());
	*name = hierarchy;
	if (!mkdtemp(mount_point))
		return NULL;
	if (!unshare(CLONE_NEWNS) && !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    mount_hierarchy())
		return mount_point;
	rmdir(mount_point);
	return NULL;
}

static bool hierarchy_exists(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, hierarchy);
	if (file)
		fclose(file);
	return found;
}

/*
 * A hierarchy outlives its mount if cgroups in it still exist, and the kernel frees a removed
 * cgroup some time later: so the hierarchy is mounted again until none is left.
 */
void cgroups_v1_unmount(void)
{
	umount2(mount_point, MNT_DETACH);
	for (int tries = 0; hierarchy_exists() && tries < 100; tries++) {
		poll(NULL, 0, 10);
		if (mount_hierarchy())
			umount2(mount_point, MNT_DETACH);
	}
	rmdir(mount_point);
}

bool cgroups_v1_find(const char *controller, char mount[CGROUPS_V1_PATH])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX], end[32];
	bool found = false;

	snprintf(end, sizeof(end), ",%s\n", controller);
	while (file && !found && fgets(line, sizeof(line), file))
		found = strstr(line, " - cgroup ") && strlen(line) > strlen(end) &&
			!strcmp(line + strlen(line) - strlen(end), end) &&
			sscanf(line, "%*s %*s %*s %*s %4095s", mount) == 1;
	if (file)
		fclose(file);
	return found;
}

void cgroups_v1_create(const char *mount, char *path)
{
	for (char *at = path + strlen(mount) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(path, 0755);
		*at = '/';
	}
	mkdir(path, 0755);
}

void cgroups_v1_remove(const char *mount, char *path)
{
	for (char *end; strlen(path) > strlen(mount); *end = '\0') {
		end = strrchr(path, '/');
		/* A reaped process may remain in its cgroup for a moment. */
		for (int tries = 0; rmdir(path) && errno == EBUSY && tries < 100; tries++)
			poll(NULL, 0, 10);
	}
}

bool cgroups_v1_join(const char *path)
{
	char file[CGROUPS_V1_PATH + 16];
	int fd;
	bool done;

	snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, "0", 1) == 1;
	close(fd);
	return done;
}
