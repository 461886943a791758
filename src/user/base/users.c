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
#define LOOK_NS 100000000ull

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
	uint64_t looked_ns;
} known;

static int compare_users(const void *one, const void *other)
{
	const struct user *a = one, *b = other;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->line < b->line ? -1 : a->line > b->line;
}

static void forget_users(void)
{
	while (known.count)
		free(known.users[--known.count].name);
}

/* Returns false if memory is short. */
static bool add_user(const struct passwd *entry)
{
	struct user *users = known.users;
	const unsigned int at = known.count;

	/* The array doubles its size at each power of two. */
	if (!(at & (at - 1)))
		users = reallocarray(users, at ? 2 * (size_t)at : 1, sizeof(*users));
	if (!users)
		return false;
	known.users = users;
	users[at] = (struct user){entry->pw_uid, at, strdup(entry->pw_name)};
	if (!users[at].name)
		return false;
	known.count++;
	return true;
}

static void read_users(FILE *file)
{
	const struct passwd *entry;

	forget_users();
	while ((entry = fgetpwent(file)) && add_user(entry))
		;
	if (known.count)
		qsort(known.users, known.count, sizeof(*known.users), compare_users);
}

static bool is_known(const struct stat *file)
{
	return file->st_ino == known.file.st_ino && file->st_dev == known.file.st_dev &&
	       file->st_size == known.file.st_size &&
	       file->st_mtim.tv_sec == known.file.st_mtim.tv_sec &&
	       file->st_mtim.tv_nsec == known.file.st_mtim.tv_nsec;
}

/* Reads the file again if it has changed. */
static void look_at_file(void)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC_COARSE);
	struct stat found;
	FILE *file;

	if (known.looked_ns && now - known.looked_ns < LOOK_NS)
		return;
	known.looked_ns = now;
	if (stat(USERS_FILE, &found) || is_known(&found))
		return;
	file = regular_file_open(USERS_FILE);
	if (!file)
		return;
	fstat(fileno(file), &known.file);
	read_users(file);
	fclose(file);
}

/* Returns NULL if there is no such user. */
static const struct user *find_user(uint32_t uid)
{
	const struct user key = {.uid = uid};
	unsigned int from = 0, to = known.count;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (compare_users(&known.users[middle], &key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < known.count && known.users[from].uid == uid ? &known.users[from] : NULL;
}

const char *user_name(uint32_t uid)
{
	static char number[12];
	const struct user *user = find_user(uid);

	if (!user) {
		look_at_file();
		user = find_user(uid);
	}
	if (user)
		return user->name;
	snprintf(number, sizeof(number), "%u", uid);
	return number;
}
