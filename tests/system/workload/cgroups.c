// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups for tests; see cgroups.h. */
#include "workload/cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *cgroups_mount(void)
{
	static char mount[PATH_MAX];
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX];

	while (file && !*mount && fgets(line, sizeof(line), file))
		if (strstr(line, " - cgroup2 "))
			sscanf(line, "%*s %*s %*s %*s %4095s", mount);
	if (file)
		fclose(file);
	return *mount ? mount : NULL;
}

static const char *path_of(char path[PATH_MAX], const char *name, const char *file)
{
	snprintf(path, PATH_MAX, "%s/%s%s", cgroups_mount(), name, file);
	return path;
}

bool cgroups_create(const char *name)
{
	char path[PATH_MAX];

	return !mkdir(path_of(path, name, ""), 0755);
}

void cgroups_remove(const char *name)
{
	char path[PATH_MAX];

	/* A reaped process may remain in its cgroup for a moment. */
	for (int tries = 0; rmdir(path_of(path, name, "")) && errno == EBUSY && tries < 100;
	     tries++)
		poll(NULL, 0, 10);
}

bool cgroups_join(const char *name)
{
	char path[PATH_MAX];
	int fd = open(path_of(path, name, "/cgroup.procs"), O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, "0", 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}
