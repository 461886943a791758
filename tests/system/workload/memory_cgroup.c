// SPDX-License-Identifier: GPL-2.0-or-later
/* A cgroup with a memory limit; see memory_cgroup.h. */
#include "workload/memory_cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload/cgroups.h"

static char directory[PATH_MAX];
static bool old; /* cgroup version 1 */

/*
 * Finds the mount point of version 1 of the controller, or of version 2 if it has the controller.
 */
static bool find_mount(char mount[PATH_MAX])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX];

	old = false;
	while (file && !old && fgets(line, sizeof(line), file))
		old = strstr(line, " - cgroup ") && strstr(line, "memory") &&
		      sscanf(line, "%*s %*s %*s %*s %4095s", mount) == 1;
	if (file)
		fclose(file);
	if (!old && cgroups_mount())
		strcpy(mount, cgroups_mount());
	return old || cgroups_mount();
}

static bool write_file(const char *above, const char *name, const char *text)
{
	char path[2 * PATH_MAX];
	bool done;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", above, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		close(fd);
	return done;
}

bool memory_cgroup_create(size_t limit)
{
	char mount[PATH_MAX], text[32];

	if (!find_mount(mount))
		return false;
	if (!old)
		write_file(mount, "cgroup.subtree_control", "+memory");
	snprintf(directory, sizeof(directory), "%.4000s/procsieve-memory-%d", mount, getpid());
	snprintf(text, sizeof(text), "%zu", limit);
	if (mkdir(directory, 0755))
		return false;
	if (write_file(directory, old ? "memory.limit_in_bytes" : "memory.max", text))
		return true;
	memory_cgroup_remove();
	return false;
}

void memory_cgroup_join(const void *context)
{
	(void)context;
	if (!write_file(directory, "cgroup.procs", "0"))
		_exit(98);
}

unsigned int memory_cgroup_kills(void)
{
	char path[2 * PATH_MAX], line[128];
	unsigned int kills = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory,
		 old ? "memory.oom_control" : "memory.events");
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "oom_kill ", strlen("oom_kill ")))
			kills = strtoul(line + strlen("oom_kill "), NULL, 10);
	if (file)
		fclose(file);
	return kills;
}

void memory_cgroup_remove(void)
{
	/* A reaped process may remain in its cgroup for a moment. */
	for (int tries = 0; rmdir(directory) && errno == EBUSY && tries < 100; tries++)
		poll(NULL, 0, 10);
}
