// SPDX-License-Identifier: GPL-2.0-or-later
/* Maps names to numbers and back; see names.h. */
#include "base/names.h"

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/regular_file.h"

/*
 * SIGRTMIN of the C library, which shells and systemd use too. The C library reserves the kernel's
 * first two real-time signals.
 */
#define FIRST_REALTIME 34
#define LAST_SIGNAL    64

const char *event_name(unsigned int type)
{
	static const char *const names[PROCSIEVE_EVENT_COUNT] = {
#define X(NAME, name, shown, state, text) [PROCSIEVE_##NAME] = #name,
		PROCSIEVE_EVENTS(X)
#undef X
	};

	if (type == PROCSIEVE_PROCESS)
		return "process";
	if (type == PROCSIEVE_MAPPING)
		return "mapping";
	if (type == PROCSIEVE_FD)
		return "fd";
	return type < PROCSIEVE_EVENT_COUNT ? names[type] : NULL;
}

int event_find(const char *name)
{
	for (int type = 0; type < PROCSIEVE_EVENT_COUNT; type++)
		if (!strcmp(name, event_name(type)))
			return type;
	return -1;
}

const char *policy_name(uint32_t policy)
{
	static const char *const names[] = {"OTHER", "FIFO", "RR",	 "BATCH",
					    NULL,    "IDLE", "DEADLINE", "EXT"};

	return policy < sizeof(names) / sizeof(names[0]) && names[policy] ? names[policy] : "?";
}

const char *perms_name(uint32_t flags)
{
	static const char *const names[] = {"---p", "r--p", "-w-p", "rw-p", "--xp", "r-xp",
					    "-wxp", "rwxp", "---s", "r--s", "-w-s", "rw-s",
					    "--xs", "r-xs", "-wxs", "rwxs"};

	return names[flags & 15];
}

static void write_signal_name(char *name, size_t size, unsigned int number)
{
	const char *abbreviation = sigabbrev_np(number);

	if (abbreviation)
		snprintf(name, size, "SIG%s", abbreviation);
	else if (number == FIRST_REALTIME)
		snprintf(name, size, "SIGRTMIN");
	else if (number == LAST_SIGNAL)
		snprintf(name, size, "SIGRTMAX");
	else if (number > FIRST_REALTIME)
		snprintf(name, size, "SIGRTMIN+%u", number - FIRST_REALTIME);
	else
		snprintf(name, size, "SIG%u", number);
}

const char *signal_name(unsigned int number)
{
	static char names[LAST_SIGNAL + 1][16];

	if (!number || number > LAST_SIGNAL)
		return NULL;
	if (!names[number][0])
		write_signal_name(names[number], sizeof(names[number]), number);
	return names[number];
}

int signal_find(const char *name)
{
	for (unsigned int number = 1; number <= LAST_SIGNAL; number++) {
		const char *known = signal_name(number);

		if (!strcasecmp(name, known) || !strcasecmp(name, known + strlen("SIG")))
			return (int)number;
	}
	return -1;
}

void signal_suggest(struct nearest *nearest)
{
	for (unsigned int number = 1; number <= LAST_SIGNAL; number++) {
		nearest_try(nearest, signal_name(number));
		nearest_try(nearest, signal_name(number) + strlen("SIG"));
	}
}

bool user_find(const char *name, uint32_t *uid)
{
	FILE *file = regular_file_open("/etc/passwd");
	const struct passwd *entry = NULL;

	while (file && (entry = fgetpwent(file)) && strcmp(entry->pw_name, name) != 0)
		;
	if (entry)
		*uid = entry->pw_uid;
	if (file)
		fclose(file);
	return entry;
}

bool group_find(const char *name, uint32_t *gid)
{
	FILE *file = regular_file_open("/etc/group");
	const struct group *entry = NULL;

	while (file && (entry = fgetgrent(file)) && strcmp(entry->gr_name, name) != 0)
		;
	if (entry)
		*gid = entry->gr_gid;
	if (file)
		fclose(file);
	return entry;
}

void user_suggest(struct nearest *nearest)
{
	FILE *file = regular_file_open("/etc/passwd");
	const struct passwd *entry;

	while (file && (entry = fgetpwent(file)))
		nearest_try(nearest, entry->pw_name);
	if (file)
		fclose(file);
}

void group_suggest(struct nearest *nearest)
{
	FILE *file = regular_file_open("/etc/group");
	const struct group *entry;

	while (file && (entry = fgetgrent(file)))
		nearest_try(nearest, entry->gr_name);
	if (file)
		fclose(file);
}
