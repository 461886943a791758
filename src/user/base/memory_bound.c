// SPDX-License-Identifier: GPL-2.0-or-later
/* Computes how much memory this process may still allocate; see memory_bound.h. */
#include "base/memory_bound.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cgroup_mount.h"

/*
 * Finds the process's cgroup in the hierarchy, from a line "ID:CONTROLLERS:PATH". Returns its path,
 * which the caller frees, or NULL.
 */
static char *find_cgroup(FILE *cgroups, bool v1)
{
	char *line = NULL, *found = NULL;
	size_t size = 0;

	rewind(cgroups);
	while (!found && getline(&line, &size, cgroups) >= 0) {
		char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		if (v1 ? cgroup_list_has(list + 1, "memory") : !list[1])
			found = strdup(path);
	}
	free(line);
	return found;
}

/*
 * Joins mount point and cgroup path. The mount may show only a part of the hierarchy: then the
 * cgroup's path begins with the root of the mount.
 */
static char *join(const struct cgroup_mount *mount, const char *cgroup)
{
	size_t length = strcmp(mount->root, "/") != 0 ? strlen(mount->root) : 0;
	char *path;

	if (strncmp(cgroup, mount->root, length) != 0 || (cgroup[length] && cgroup[length] != '/'))
		return strdup(mount->point);
	return asprintf(&path, "%s%s", mount->point, cgroup + length) < 0 ? NULL : path;
}

char *memory_bound_find(FILE *mountinfo, FILE *cgroups, size_t *top, bool *v1)
{
	struct cgroup_mount mount;
	char *cgroup, *path = NULL;

	*v1 = !cgroup_mount_search(mountinfo, "memory", &mount);
	if (!*v1) {
		rewind(mountinfo);
		if (cgroup_mount_search(mountinfo, NULL, &mount))
			return NULL;
	}
	cgroup = find_cgroup(cgroups, *v1);
	if (cgroup)
		path = join(&mount, cgroup);
	*top = strlen(mount.point);
	free(cgroup);
	cgroup_mount_clear(&mount);
	return path;
}

static int open_in(const char *directory, const char *name)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	free(path);
	return fd;
}

static void open_level(struct memory_bound *bound, const char *directory, bool v1)
{
	int limit = open_in(directory, v1 ? "memory.limit_in_bytes" : "memory.max");
	int usage = open_in(directory, v1 ? "memory.usage_in_bytes" : "memory.current");

	if (limit >= 0 && usage >= 0) {
		bound->levels[bound->count].limit = limit;
		bound->levels[bound->count++].usage = usage;
		return;
	}
	/* The root cgroup of version 2 has neither file. */
	if (limit >= 0)
		close(limit);
	if (usage >= 0)
		close(usage);
}

void memory_bound_open(struct memory_bound *bound)
{
	FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	FILE *cgroups = fopen("/proc/self/cgroup", "re");
	char *path = NULL, *slash;
	size_t top = 0;
	bool v1;

	bound->count = 0;
	if (mountinfo && cgroups)
		path = memory_bound_find(mountinfo, cgroups, &top, &v1);
	while (path && bound->count < MEMORY_BOUND_LEVELS) {
		open_level(bound, path, v1);
		slash = strrchr(path, '/');
		if (strlen(path) <= top || !slash)
			break;
		*slash = '\0';
	}
	free(path);
	if (mountinfo)
		fclose(mountinfo);
	if (cgroups)
		fclose(cgroups);
}

void memory_bound_close(struct memory_bound *bound)
{
	for (size_t i = 0; i < bound->count; i++) {
		close(bound->levels[i].limit);
		close(bound->levels[i].usage);
	}
	bound->count = 0;
}

/* Returns the number in a file, or UINT64_MAX if there is none ("max"). */
static uint64_t read_number(int fd)
{
	char text[32];
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	if (got <= 0 || *text < '0' || *text > '9')
		return UINT64_MAX;
	text[got] = '\0';
	return strtoull(text, NULL, 10);
}

bool memory_bound_left(const struct memory_bound *bound, uint64_t *left, uint64_t *limit)
{
	bool bounded = false;

	*left = UINT64_MAX;
	for (size_t i = 0; i < bound->count; i++) {
		uint64_t max = read_number(bound->levels[i].limit);
		uint64_t used = read_number(bound->levels[i].usage);
		uint64_t rest = max > used ? max - used : 0;

		/*
		 * Version 1 reports "no limit" as the largest possible number of pages, in bytes.
		 */
		if (max >= 1ull << 60 || used == UINT64_MAX || rest >= *left)
			continue;
		*left = rest;
		*limit = max;
		bounded = true;
	}
	return bounded;
}
