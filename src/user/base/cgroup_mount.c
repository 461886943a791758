// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds mounted cgroup hierarchies; see cgroup_mount.h. */
#include "base/cgroup_mount.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The fields of a mountinfo line that are used. They point into the line. */
struct mount {
	char *root;  /* directory of the filesystem that is the root of this mount */
	char *point; /* mount point */
	char *type;
	char *options; /* superblock options; for cgroup v1 they name the controllers */
};

/*
 * Skips n fields, then cuts off the next one and returns it, or NULL if there is none. Fields are
 * separated by one space; a space inside a field is escaped.
 */
static char *next_field(char **rest, unsigned int n)
{
	char *field;

	do
		field = strsep(rest, " \n");
	while (field && n--);
	return field;
}

/*
 * Splits a line "ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS"; see
 * proc(5).
 */
static bool split_line(char *line, struct mount *mount)
{
	char *tail = strstr(line, " - ");

	if (!tail)
		return false;
	*tail = '\0';
	tail += strlen(" - ");
	mount->root = next_field(&line, 3);
	mount->point = next_field(&line, 0);
	mount->type = next_field(&tail, 0);
	mount->options = next_field(&tail, 1);
	return mount->root && mount->point && mount->type && mount->options;
}

static bool is_octal(char byte)
{
	return byte >= '0' && byte <= '7';
}

/* Decodes the kernel's octal escapes ("\040" and the like) in place. */
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

bool cgroup_list_has(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (!strncmp(at, word, length) && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

/* Returns whether this is the mount of `controller` (v1), or of v2 if `controller` is NULL. */
static bool is_wanted(const struct mount *mount, const char *controller)
{
	if (!controller)
		return !strcmp(mount->type, "cgroup2");
	return !strcmp(mount->type, "cgroup") && cgroup_list_has(mount->options, controller);
}

/*
 * Parses one line and stores its mount in *best if it is a better match. Returns true if no better
 * match is possible.
 */
static bool update_best(char *line, const char *controller, struct cgroup_mount *best)
{
	struct mount mount;
	bool whole;

	if (!split_line(line, &mount) || !is_wanted(&mount, controller))
		return false;
	unescape(mount.root);
	whole = !strcmp(mount.root, "/");
	if (best->point && !whole)
		return false;
	unescape(mount.point);
	cgroup_mount_clear(best);
	best->root = strdup(mount.root);
	best->point = strdup(mount.point);
	return whole;
}

int cgroup_mount_search(FILE *mountinfo, const char *controller, struct cgroup_mount *mount)
{
	char *line = NULL;
	size_t size = 0;

	*mount = (struct cgroup_mount){0};
	errno = 0;
	while (getline(&line, &size, mountinfo) >= 0)
		if (update_best(line, controller, mount))
			break;
	free(line);
	if (mount->point && mount->root)
		return 0;
	cgroup_mount_clear(mount);
	if (!errno)
		errno = ENOENT;
	return -1;
}

void cgroup_mount_for_each(FILE *mountinfo, cgroup_mount_function *function, void *context)
{
	char *line = NULL;
	size_t size = 0;
	bool done = false;

	while (!done && getline(&line, &size, mountinfo) >= 0) {
		struct mount mount;

		if (!split_line(line, &mount) || !is_wanted(&mount, NULL))
			continue;
		unescape(mount.root);
		unescape(mount.point);
		done = function(context, &(struct cgroup_mount){mount.root, mount.point});
	}
	free(line);
}

void cgroup_mount_clear(struct cgroup_mount *mount)
{
	free(mount->root);
	free(mount->point);
	*mount = (struct cgroup_mount){0};
}

char *cgroup_mount_find(FILE *mountinfo)
{
	struct cgroup_mount mount;

	if (cgroup_mount_search(mountinfo, NULL, &mount))
		return NULL;
	free(mount.root);
	return mount.point;
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
