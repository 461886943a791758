// SPDX-License-Identifier: GPL-2.0-or-later
/* Cgroups that are made and removed; see cgroup_rounds.h. */
#include "harness/cgroup_rounds.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "workload/cgroups.h"

static char base[64]; /* the test's cgroup, without a slash */

const char *rounds_name(const char *name)
{
	static char text[2 * sizeof(base)];

	snprintf(text, sizeof(text), "%s%s", base, name);
	return text;
}

const char *rounds_option(const char *name)
{
	static char text[2 * sizeof(base)];

	snprintf(text, sizeof(text), "/%s%s", base, name);
	return text;
}

char *rounds_path(char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s%s", cgroups_mount(), base, name);
	return path;
}

bool rounds_begin(void)
{
	snprintf(base, sizeof(base), "procsieve-rounds-%d", getpid());
	return cgroups_create(base);
}

void rounds_end(void)
{
	char command[2 * PATH_MAX], path[PATH_MAX];

	snprintf(command, sizeof(command), "find '%s' -mindepth 1 -depth -type d -exec rmdir {} +",
		 rounds_path(path, ""));
	if (system(command))
		fprintf(stderr, "cgroups are left in %s\n", path);
	cgroups_remove(base);
}

bool rounds_make(const char *name)
{
	char path[PATH_MAX];

	return !mkdir(rounds_path(path, name), 0755);
}

bool rounds_remove(const char *name)
{
	char path[PATH_MAX];

	rounds_path(path, name);
	for (unsigned int tries = 0; rmdir(path); tries++)
		if (errno != EBUSY || tries == 1000000)
			return false;
	return true;
}

bool rounds_run(const char *name, unsigned int round, tool_prepare *prepare, const void *context)
{
	char path[PATH_MAX], number[16];
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int fd = open(rounds_path(path, name), O_PATH | O_DIRECTORY | O_CLOEXEC), status = -1;
	pid_t pid;

	if (fd < 0)
		return false;
	args.cgroup = fd;
	snprintf(number, sizeof(number), "%u", round);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!pid) {
		if (prepare)
			prepare(context);
		execl("/bin/true", "cgroup-round", number, NULL);
		_exit(99);
	}
	close(fd);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

bool rounds_live(const char *name, unsigned int round)
{
	return rounds_make(name) && rounds_run(name, round, NULL, NULL) && rounds_remove(name);
}

/* Counts the records of a type by round. */
static void count_rounds(const json_t *records, const char *type, unsigned int *counts,
			 unsigned int rounds)
{
	const json_t *record;

	records_each(records, record)
	{
		const char *number;
		unsigned int round;

		if (!record_is(record, type))
			continue;
		number = json_string_value(json_array_get(json_object_get(record, "argv"), 1));
		/* Another process has no number. */
		round = number ? strtoul(number, NULL, 10) : rounds;
		assert_in_range(round, 0, rounds - 1);
		counts[round]++;
	}
}

void rounds_check(struct tool *tool, unsigned int from, unsigned int to, unsigned int rounds)
{
	const char *const types[] = {"exec", "exit"};
	json_t *records = watch_finish(tool);

	assert_int_equal(records_lost(records), 0);
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int *counts = calloc(rounds, sizeof(*counts));

		assert_non_null(counts);
		count_rounds(records, types[i], counts, rounds);
		for (unsigned int round = 0; round < rounds; round++)
			if (counts[round] != (round >= from && round < to))
				fail_msg("round %u of %u to %u has %u %s records", round, from, to,
					 counts[round], types[i]);
		free(counts);
	}
	json_decref(records);
	tool_clear(tool);
}
