// SPDX-License-Identifier: GPL-2.0-or-later
/* Looks up user names; see names.h. */
#include "base/names.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/regular_file.h"

#define USERS_FILE "/etc/passwd"

/*
 * Minimum time between two checks of the file. It limits the checks when events have a uid without
 * a name.
 */
#define CHECK_INTERVAL_NS 100000000ull

struct user {
	uint32_t uid;
	unsigned int line; /* if two lines have the same uid, the first counts */
	char *name;
};

/* All entries of the file, sorted by uid; and the stat(2) data of that file. */
static struct {
	struct user *users;
	unsigned int count;
	struct stat file;
	uint64_t checked_ns;
} cache;

static int compare_users(const void *one, const void *other)
{
	const struct user *a = one, *b = other;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static void clear_users(void)
{
	while (cache.count)
		free(cache.users[--cache.count].name);
}

/* Returns false if memory is short. */
static bool add_user(const struct passwd *entry)
{
	struct user *users = cache.users;
	const unsigned int at = cache.count;

	/* The array doubles its size at each power of two. */
	if (!(at & (at - 1)))
		users = reallocarray(users, at ? 2 * (size_t)at : 1, sizeof(*users));
	if (!users)
		return false;
	cache.users = users;
	users[at] = (struct user){entry->pw_uid, at, strdup(entry->pw_name)};
	if (!users[at].name)
		return false;
	cache.count++;
	return true;
}

static void read_users(FILE *file)
{
	const struct passwd *entry;

	clear_users();
	while ((entry = fgetpwent(file)) && add_user(entry))
		;
	if (cache.count)
		qsort(cache.users, cache.count, sizeof(*cache.users), compare_users);
}

static bool is_unchanged(const struct stat *file)
{
	return file->st_ino == cache.file.st_ino && file->st_dev == cache.file.st_dev &&
	       file->st_size == cache.file.st_size &&
	       file->st_mtim.tv_sec == cache.file.st_mtim.tv_sec &&
	       file->st_mtim.tv_nsec == cache.file.st_mtim.tv_nsec;
}

/* Reads the file again if it has changed. */
static void reload_if_changed(void)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC_COARSE);
	struct stat found;
	FILE *file;

	if (cache.checked_ns && now - cache.checked_ns < CHECK_INTERVAL_NS)
		return;
	cache.checked_ns = now;
	if (stat(USERS_FILE, &found) || is_unchanged(&found))
		return;
	file = regular_file_open(USERS_FILE);
	if (!file)
		return;
	fstat(fileno(file), &cache.file);
	read_users(file);
	fclose(file);
}

/* Returns NULL if there is no such user. */
static const struct user *find_user(uint32_t uid)
{
	const struct user key = {.uid = uid};
	unsigned int from = 0, to = cache.count;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (compare_users(&cache.users[middle], &key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < cache.count && cache.users[from].uid == uid ? &cache.users[from] : NULL;
}

const char *user_name(uint32_t uid)
{
	static char number[12];
	const struct user *user = find_user(uid);

	if (!user) {
		reload_if_changed();
		user = find_user(uid);
	}
	if (user)
		return user->name;
	snprintf(number, sizeof(number), "%u", uid);
	return number;
}
