// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads tracefs; see tracefs.h. */
#include "engine/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A directory that every readable tracefs has. */
#define PART "events"

/* Since glibc 2.36 in <sys/mount.h>. <linux/mount.h> conflicts with that header. */
#ifndef FSOPEN_CLOEXEC
#define FSOPEN_CLOEXEC	    1
#define FSMOUNT_CLOEXEC	    1
#define FSCONFIG_CMD_CREATE 6
#endif

/* mountinfo escapes blanks and some other characters as octal, such as "\040". */
static void unescape(char *path)
{
	char *to = path;

	for (const char *from = path; *from; to++) {
		if (*from == '\\' && strlen(from) >= 4) {
			*to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + from[3] - '0');
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/*
 * Opens the mount point in a line of mountinfo if it is a readable tracefs. Returns -1 otherwise.
 */
static int open_mounted(const char *line)
{
	const char *after = strstr(line, " - ");
	char path[4096];
	int fd, part;

	if (!after || strncmp(after, " - tracefs ", 11) != 0 ||
	    sscanf(line, "%*s %*s %*s %*s %4095s", path) != 1)
		return -1;
	unescape(path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	part = fd < 0 ? -1 : openat(fd, PART, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (part >= 0)
		close(part);
	else if (fd >= 0)
		close(fd);
	return part < 0 ? -1 : fd;
}

static int find_mounted(void)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	int fd = -1;

	while (mounts && fd < 0 && getline(&line, &size, mounts) > 0)
		fd = open_mounted(line);
	free(line);
	if (mounts)
		fclose(mounts);
	return fd;
}

/* Mounts a tracefs that is not attached to any directory. */
static int mount_own(void)
{
	int context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC), fd = -1, err = 0;

	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		err = -errno;
	if (!err)
		fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (!err && fd < 0)
		err = -errno;
	close(context);
	return err ? err : fd;
}

int tracefs_open(void)
{
	int fd = find_mounted();

	return fd < 0 ? mount_own() : fd;
}

int tracefs_id(int tracefs, const char *name)
{
	char path[128], text[32];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), PART "/%s/id", name);
	fd = openat(tracefs, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return -EIO;
	text[got] = '\0';
	return atoi(text);
}
