// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What belongs to the run itself is not reported as the user's: the start of the command, a command
 * that cannot be run, and the command that reads the output. The oracles are the clock that a
 * command reads itself, wait(2), and pids that a shell writes down.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/records.h"

static uint64_t boot_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* When the duration of an exit began. Durations are rounded down to microseconds. */
static uint64_t counted_from(const json_t *exit)
{
	return record_u64(exit, "boot_ns") - record_number(exit, "duration_us") * 1000;
}

/* This program, as the command, writes the time of its start to standard output. */
static void the_duration_of_the_command_counts_from_its_exec(void **state)
{
	char self[4096] = {0};

	(void)state;
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	for (unsigned int i = 0; i < tool_fewer(10); i++) {
		json_t *records, *exit;
		uint64_t own_clock, from;
		struct tool tool;

		tool_run(&tool, WORDS("watch", "-j", "-q", "-e", "exit", "--", self, "--clock"));
		assert_int_equal(tool_status(&tool), 3);
		own_clock = strtoull(tool.out_text, NULL, 10);
		records = records_load(tool.err_text);
		exit = json_array_get(records, 1);
		from = counted_from(exit);
		/* It was released after the run's first line, long after its fork. */
		assert_true(record_u64(exit, "start_ns") < from);
		assert_true(record_u64(json_array_get(records, 0), "boot_ns") <= from);
		if (from > own_clock + 1000)
			fail_msg("counted from %" PRIu64 ", but it ran at %" PRIu64, from,
				 own_clock);
		json_decref(records);
		tool_clear(&tool);
	}
}

static void other_durations_count_from_the_start(void **state)
{
	struct tool tool;
	json_t *records;
	const json_t *record;
	unsigned int count = 0;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-q", "-e", "exit", "--", "/bin/sh", "-c",
			      "sleep 0.01; (exit 1); /bin/true; exit 0"));
	records = records_load(tool.err_text);
	records_each(records, record)
	{
		uint64_t start;

		if (!record_is(record, "exit"))
			continue;
		start = record_u64(record, "start_ns");
		if (start < record_u64(json_array_get(records, 0), "boot_ns"))
			continue; /* the command */
		assert_in_range(counted_from(record), start, start + 999);
		count++;
	}
	assert_true(count >= 2);
	json_decref(records);
	tool_clear(&tool);
}

static void a_command_that_cannot_be_run_has_no_events(void **state)
{
	static const struct {
		const char *command;
		int status;
	} cases[] = {{"/no/such/command", 127}, {"no-such-command", 127}, {"/etc/passwd", 126}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tool tool;
		json_t *records;

		tool_run(&tool, WORDS("watch", "-j", "-o", "-", "-e", "all", "--threads", "--",
				      cases[i].command));
		assert_int_equal(tool_status(&tool), cases[i].status);
		records = records_load(tool.out_text);
		/* The lines of the run itself: start and stop. */
		assert_int_equal(json_array_size(records), 2);
		assert_int_equal(record_number(json_array_get(records, 1), "events"), 0);
		json_decref(records);
		tool_clear(&tool);
	}
}

/* Forks without a pause until it is killed. */
static pid_t start_churn(void)
{
	pid_t churn = fork();

	while (!churn) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	return churn;
}

static void end_churn(pid_t churn)
{
	kill(churn, SIGKILL);
	waitpid(churn, NULL, 0);
}

static void no_event_is_older_than_the_start_line(void **state)
{
	const pid_t churn = start_churn();

	(void)state;
	for (unsigned int i = 0; i < tool_fewer(5); i++) {
		struct tool tool;
		json_t *records;
		const json_t *record;

		tool_run(&tool, WORDS("watch", "-j", "-n", "20"));
		records = records_load(tool.out_text);
		assert_int_equal(json_array_size(records), 22);
		records_each(records, record)
			assert_true(record_u64(record, "boot_ns") >=
				    record_u64(json_array_get(records, 0), "boot_ns"));
		json_decref(records);
		tool_clear(&tool);
	}
	end_churn(churn);
}

static char *read_text(const char *path)
{
	static char text[4 << 20];
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

/* The reader is a shell that writes its pid down and starts other programs. */
static void the_command_of_the_output_is_not_reported(void **state)
{
	char directory[] = "/tmp/procsieve-own-XXXXXX", command[256], path[64];
	struct tool tool;
	json_t *records;
	const json_t *record;
	pid_t churn;
	int64_t reader;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(command, sizeof(command), "|echo $$ >%s/pid; /bin/true; cat >%s/lines; /bin/true",
		 directory, directory);
	churn = start_churn();
	tool_run(&tool, WORDS("watch", "-j", "-q", "-n", "2000", "-o", command));
	end_churn(churn);
	assert_int_equal(tool_status(&tool), 0);
	snprintf(path, sizeof(path), "%s/pid", directory);
	reader = strtoll(read_text(path), NULL, 10);
	assert_true(reader > 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s/lines", directory);
	records = records_load(read_text(path));
	unlink(path);
	rmdir(directory);
	/* The others are there. */
	assert_true(records_count(records, "fork", churn) > 10);
	records_each(records, record)
	{
		if (!json_object_get(record, "pid"))
			continue;
		assert_int_not_equal(record_number(record, "pid"), reader);
		assert_int_not_equal(record_number(record, "ppid"), reader);
		if (record_is(record, "fork"))
			assert_int_not_equal(record_number(record, "child_pid"), reader);
	}
	json_decref(records);
	tool_clear(&tool);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_duration_of_the_command_counts_from_its_exec),
		cmocka_unit_test(other_durations_count_from_the_start),
		cmocka_unit_test(a_command_that_cannot_be_run_has_no_events),
		cmocka_unit_test(no_event_is_older_than_the_start_line),
		cmocka_unit_test(the_command_of_the_output_is_not_reported),
	};

	if (argc == 2 && !strcmp(argv[1], "--clock")) {
		printf("%" PRIu64 "\n", boot_ns());
		return 3;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
