// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up the names of users and groups; see names.h. */
#include "base/names.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/regular_file.h"

/*
 * Minimum time between two checks of a file. It limits the checks when events have an id without a
 * name.
 */
#define CHECK_INTERVAL_NS 100000000ull

struct entry {
	uint32_t id;
	unsigned int line; /* if two lines have the same id, the first counts */
	char *name;
};

/* Reads the next line of a file. Returns its name, or NULL at the end. */
typedef const char *next_entry(FILE *file, uint32_t *id);

/* All entries of a file, sorted by id; and the stat(2) data of that file. */
struct database {
	const char *path;
	next_entry *next;
	struct entry *entries;
	unsigned int count;
	struct stat file;
	uint64_t checked_ns;
	char number[12]; /* the last id without a name, as text */
};

static const char *next_user(FILE *file, uint32_t *id)
{
	const struct passwd *user = fgetpwent(file);

	if (!user)
		return NULL;
	*id = user->pw_uid;
	return user->pw_name;
}

static const char *next_group(FILE *file, uint32_t *id)
{
	const struct group *group = fgetgrent(file);

	if (!group)
		return NULL;
	*id = group->gr_gid;
	return group->gr_name;
}

static struct database users = {.path = "/etc/passwd", .next = next_user};
static struct database groups = {.path = "/etc/group", .next = next_group};

static int compare_entries(const void *one, const void *other)
{
	const struct entry *a = one, *b = other;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static void clear(struct database *base)
{
	while (base->count)
		free(base->entries[--base->count].name);
}

/* Returns false if memory is short. */
static bool add_entry(struct database *base, uint32_t id, const char *name)
{
	struct entry *entries = base->entries;
	const unsigned int at = base->count;

	/* The array doubles its size at each power of two. */
	if (!(at & (at - 1)))
		entries = reallocarray(entries, at ? 2 * (size_t)at : 1, sizeof(*entries));
	if (!entries)
		return false;
	base->entries = entries;
	entries[at] = (struct entry){id, at, strdup(name)};
	if (!entries[at].name)
		return false;
	base->count++;
	return true;
}

static void read_entries(struct database *base, FILE *file)
{
	const char *name;
	uint32_t id;

	clear(base);
	while ((name = base->next(file, &id)) && add_entry(base, id, name))
		;
	if (base->count)
		qsort(base->entries, base->count, sizeof(*base->entries), compare_entries);
}

static bool is_unchanged(const struct stat *before, const struct stat *now)
{
	return now->st_ino == before->st_ino && now->st_dev == before->st_dev &&
	       now->st_size == before->st_size && now->st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now->st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* Reads the file again if it has changed. */
static void reload_if_changed(struct database *base)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC_COARSE);
	struct stat found;
	FILE *file;

	if (base->checked_ns && now - base->checked_ns < CHECK_INTERVAL_NS)
		return;
	base->checked_ns = now;
	if (stat(base->path, &found) || is_unchanged(&base->file, &found))
		return;
	file = regular_file_open(base->path);
	if (!file)
		return;
	fstat(fileno(file), &base->file);
	read_entries(base, file);
	fclose(file);
}

/* Returns NULL if no line has that id. */
static const struct entry *find_entry(const struct database *base, uint32_t id)
{
	const struct entry key = {.id = id};
	unsigned int from = 0, to = base->count;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (compare_entries(&base->entries[middle], &key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < base->count && base->entries[from].id == id ? &base->entries[from] : NULL;
}

static const char *name_of(struct database *base, uint32_t id)
{
	const struct entry *entry = find_entry(base, id);

	if (!entry) {
		reload_if_changed(base);
		entry = find_entry(base, id);
	}
	if (entry)
		return entry->name;
	snprintf(base->number, sizeof(base->number), "%u", id);
	return base->number;
}

const char *user_name(uint32_t uid)
{
	return name_of(&users, uid);
}

const char *group_name(uint32_t gid)
{
	return name_of(&groups, gid);
}
