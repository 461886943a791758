// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds the cgroup v2 hierarchy among the mounts; see cgroup_mount.h. Called by the --cgroup
 * option's parser.
 */
#include "cgroup_mount.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What we need of a line; points into it. */
struct mount {
	char *root;  /* the directory of the filesystem that is seen at... */
	char *point; /* this path */
	char *type;
};

/*
 * The n-th field from here on, from 0, or NULL. Fields have one blank between them; a blank inside
 * is escaped.
 */
static char *take_field(char **rest, unsigned int n)
{
	char *field;

	do
		field = strsep(rest, " \n");
	while (field && n--);
	return field;
}

/*
 * A line is "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS"; see proc(5).
 */
static bool split_line(char *line, struct mount *mount)
{
	char *tail = strstr(line, " - ");

	if (!tail)
		return false;
	*tail = '\0';
	tail += strlen(" - ");
	mount->root = take_field(&line, 3);
	mount->point = take_field(&line, 0);
	mount->type = take_field(&tail, 0);
	return mount->root && mount->point && mount->type;
}

static bool is_octal(char byte)
{
	return byte >= '0' && byte <= '7';
}

/* Turns "\040" and the like back into the bytes that the kernel escaped, in place. */
static void unescape(char *text)
{
	char *out = text;

	while (*text) {
		if (text[0] == '\\' && is_octal(text[1]) && is_octal(text[2]) &&
		    is_octal(text[3])) {
			*out++ = (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 |
					(text[3] - '0'));
			text += 4;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
}

/*
 * Looks at one line; replaces *best by its mount point where that is better. Returns true when
 * nothing can be.
 */
static bool consider(char *line, char **best)
{
	struct mount mount;
	bool whole;

	if (!split_line(line, &mount) || strcmp(mount.type, "cgroup2") != 0)
		return false;
	whole = !strcmp(mount.root, "/");
	if (*best && !whole)
		return false;
	unescape(mount.point);
	free(*best);
	*best = strdup(mount.point);
	return whole;
}

char *cgroup_mount_find(FILE *mountinfo)
{
	char *line = NULL, *best = NULL;
	size_t size = 0;

	errno = 0;
	while (getline(&line, &size, mountinfo) >= 0)
		if (consider(line, &best))
			break;
	free(line);
	if (!best && !errno)
		errno = ENOENT;
	return best;
}

char *cgroup_mount_own(void)
{
	FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	char *point;

	if (!mountinfo)
		return NULL;
	point = cgroup_mount_find(mountinfo);
	fclose(mountinfo);
	return point;
}
