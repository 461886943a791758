// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Command lines at exit: whatever a process has made of its argv, its exit has what
 * /proc/PID/cmdline had before.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "harness/records.h"
#include "oracle/procfs.h"
#include "workload/argv_cases.h"
#include "workload/static_processes.h"

struct title {
	pid_t pid;
	char state;
	char *text;
	size_t size;
};

static struct title *titles;
static size_t title_count;

/* Copies what /proc shows of the static processes. */
static void read_titles(void)
{
	const pid_t *pids = static_process_pids(&title_count);

	titles = calloc(title_count, sizeof(*titles));
	for (size_t i = 0; i < title_count; i++) {
		struct procfs facts;

		assert_true(procfs_read(&facts, pids[i], 0));
		titles[i] = (struct title){pids[i], facts.state, NULL, facts.cmdline_size};
		titles[i].text =
			memcpy(malloc(facts.cmdline_size + 1), facts.cmdline, facts.cmdline_size);
		procfs_clear(&facts);
	}
}

static void free_titles(void)
{
	for (size_t i = 0; i < title_count; i++)
		free(titles[i].text);
	free(titles);
}

/* Joins the arguments of a record, each with its zero. Returns their size. */
static size_t join_arguments(const json_t *record, char *bytes, size_t room)
{
	size_t used = 0;

	for (size_t i = 0; i < record_items(record, "argv"); i++) {
		size_t size;
		char *word = record_item(record, "argv", i, &size);

		assert_true(used + size + 1 <= room);
		memcpy(bytes + used, word, size + 1);
		used += size + 1;
		free(word);
	}
	return used;
}

static void compare_title(const struct title *title, const json_t *record)
{
	static char bytes[1 << 20];
	size_t size = join_arguments(record, bytes, sizeof(bytes));
	bool cut = record_is_cut(record, "argv");

	/* A title that fills all of its room has no zero in /proc. */
	if (size && title->size && title->text[title->size - 1])
		size--;
	if ((cut ? size > title->size || size < 30000 : size != title->size) ||
	    memcmp(bytes, title->text, size - cut) != 0)
		fail_msg("process %d: %zu bytes at exit, %zu in /proc: \"%.60s\"", title->pid, size,
			 title->size, title->text);
}

/*
 * Before Linux 6.16 the memory is gone when the exit is reported, which then has the argv of the
 * exec.
 */
static bool memory_outlives_exit(void)
{
	unsigned int major, minor;
	struct utsname kernel;

	uname(&kernel);
	assert_int_equal(sscanf(kernel.release, "%u.%u", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 16);
}

static void the_exit_has_what_proc_had(void **state)
{
	size_t compared = 0;
	struct tool tool;
	json_t *records;

	(void)state;
	if (!memory_outlives_exit())
		skip();
	static_processes_start(1);
	read_titles();
	watch_start(&tool, WORDS("-e", "exit", "--ring", "64M", "--max-line", "1048576"));
	for (size_t i = 0; i < title_count; i++)
		kill(titles[i].pid, SIGKILL);
	for (size_t i = 0; i < title_count; i++)
		WAIT_UNTIL(strchr("ZX", procfs_state(titles[i].pid)));
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	for (size_t i = 0; i < title_count; i++) {
		const struct title *title = &titles[i];

		/*
		 * A zombie has ended before. /proc does not read an argv that a process has moved
		 * into a file mapping or unmapped.
		 */
		if (title->state == 'Z' || !title->size)
			continue;
		compare_title(title, records_only(records, "exit", title->pid));
		compared++;
	}
	assert_true(compared >= ARGV_CASES);
	json_decref(records);
	tool_clear(&tool);
	free_titles();
}

/* Daemons fill what a title leaves of argv with zeros, which would be dozens of empty words. */
static void text_leaves_out_empty_arguments_at_the_end(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "-e", "exec", "-o", "-", "--", "echo", "", "a", "", ""));
	assert_non_null(strstr(tool.out_text, " echo '' a\n"));
	tool_clear(&tool);
	tool_run(&tool, WORDS("watch", "-e", "exec", "-o", "-", "--", "true", "", ""));
	assert_non_null(strstr(tool.out_text, " true\n"));
	tool_clear(&tool);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_exit_has_what_proc_had),
		cmocka_unit_test(text_leaves_out_empty_arguments_at_the_end),
	};

	static_processes_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, static_processes_tear_down);
}
