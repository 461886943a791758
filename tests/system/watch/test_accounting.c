// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --accounting: the resource usage in exit records, compared with wait4(2); and which records do
 * not have these fields.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload/delayacct.h"
#include "oracle/accounting_bounds.h"

#define ROUNDS 3

/*
 * The number of context switches that a task may still make after the tracepoint: while it frees
 * its memory and files, notifies its parent, and is switched away for the last time. wait4(2)
 * counts those that happen before it reads the sums.
 */
#define SWITCHES_BEHIND 8

/* The unit in which wait4(2) counts bytes; each thread's count is rounded down. */
#define BLOCK	   512

#define MANY_TICKS 10

static int64_t microseconds(const struct timeval *time)
{
	return time->tv_sec * 1000000 + time->tv_usec;
}

static void check_wait(const json_t *record, const struct worker *worker)
{
	const struct rusage *usage = &worker->usage;
	long tasks = 1 + worker->work->threads;
	long behind = SWITCHES_BEHIND * tasks, rounded = (BLOCK - 1) * tasks;
	int64_t user = microseconds(&usage->ru_utime), system = microseconds(&usage->ru_stime);
	int64_t all = user + system, part = all / 3 + USED_TICK_US;

	used_number(record, "minflt", usage->ru_minflt, usage->ru_minflt);
	used_number(record, "majflt", usage->ru_majflt, usage->ru_majflt);
	used_number(record, "max_rss_kb", usage->ru_maxrss, usage->ru_maxrss);
	used_number(record, "nvcsw", usage->ru_nvcsw - behind, usage->ru_nvcsw);
	used_number(record, "nivcsw", usage->ru_nivcsw - behind, usage->ru_nivcsw);
	used_between(record, "utime_us + stime_us", used_cpu_us(record), all - USED_TICK_US,
		     all + 1);
	/*
	 * The kernel divides the CPU time in proportion to the ticks. With many ticks, one more
	 * after the record changes little.
	 */
	if (all > MANY_TICKS * USED_TICK_US) {
		used_number(record, "utime_us", user - part, user + part);
		used_number(record, "stime_us", system - part, system + part);
	}
	used_number(record, "read_bytes", usage->ru_inblock * BLOCK,
		    usage->ru_inblock * BLOCK + rounded);
	used_number(record, "write_bytes", usage->ru_oublock * BLOCK,
		    usage->ru_oublock * BLOCK + rounded);
}

static void compare_with_wait(unsigned int rounds)
{
	json_t *records = used_watch(rounds, NULL);

	for (size_t i = 0; i < used_worker_count; i++) {
		const json_t *record = used_exit(records, used_workers[i].pid);

		check_wait(record, &used_workers[i]);
		used_floor_check(record, used_workers[i].work);
	}
	json_decref(records);
}

static void processes_used_what_wait_says(void **state)
{
	(void)state;
	compare_with_wait(ROUNDS);
}

static void so_it_is_where_the_kernel_does_not_tell_the_last_thread(void **state)
{
	(void)state;
	tool_act_older();
	compare_with_wait(1);
}

/* The kernel sums up the threads whether or not a taskstats listener is registered. */
static void nobody_needs_to_listen_to_taskstats(void **state)
{
	json_t *records = used_watch(1, "--threads");
	int64_t sum = 0, tasks = 0;
	const json_t *record, *crowd;
	pid_t pid = 0;

	(void)state;
	for (size_t i = 0; i < used_worker_count; i++)
		if (!strcmp(used_workers[i].work->name, "crowd"))
			pid = used_workers[i].pid;
	crowd = used_exit(records, pid);
	records_each(records, record) if (used_is_exit(record, pid, true))
	{
		sum += record_number(record, "cpu_delay_us");
		tasks++;
	}
	assert_int_equal(tasks, 1);
	/* The last thread's own delay is not reported; it has waited for the others. */
	used_number(crowd, "cpu_delay_us", sum + 1000, INT64_MAX);
	json_decref(records);
}

static void switch_delays(bool on)
{
	if (delayacct_switch(on))
		return;
	print_message("no /proc/sys/kernel/task_delayacct here\n");
	skip();
}

static void delays_are_not_told_while_they_are_not_kept(void **state)
{
	json_t *records;

	(void)state;
	switch_delays(false);
	records = used_watch(1, "--threads");
	used_none(records, used_delays);
	for (size_t i = 0; i < used_worker_count; i++)
		used_floor_check(used_exit(records, used_workers[i].pid), used_workers[i].work);
	json_decref(records);
}

static int restore_delays(void **state)
{
	(void)state;
	delayacct_restore();
	return 0;
}

static void only_exits_have_them(void **state)
{
	struct tool tool;
	json_t *records;
	json_t *record;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-e", "fork,exec,exit", "--accounting", "--",
			      "/bin/sh", "-c", "/bin/true; exit 0"));
	records = watch_finish(&tool);
	records_each(records, record)
	{
		bool told = record_is(record, "exit");

		for (size_t i = 0; used_counts[i]; i++)
			if (!json_object_get(record, used_counts[i]) == told)
				fail_msg("%s: \"%s\"", record_text(record, "type"), used_counts[i]);
	}
	assert_int_equal(records_count(records, "exit", 0), 2);
	json_decref(records);
	tool_clear(&tool);
}

static void nothing_is_told_unasked(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "--threads", "--", "/bin/sh", "-c", "/bin/true; :"));
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exit", 0), 2);
	used_none(records, used_counts);
	used_none(records, used_delays);
	json_decref(records);
	tool_clear(&tool);
}

static void without_exits_there_is_nothing_to_add(void **state)
{
	struct tool tool;
	const char *end;

	(void)state;
	tool_run(&tool, WORDS("watch", "-e", "fork", "--accounting"));
	end = strchr(tool.err_text, '\n');
	assert_int_equal(tool_status(&tool), 2);
	assert_string_equal(tool.out_text, "");
	assert_non_null(strstr(tool.err_text, "--accounting"));
	assert_true(end && !end[1]);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_used_what_wait_says),
		cmocka_unit_test_teardown(so_it_is_where_the_kernel_does_not_tell_the_last_thread,
					  tool_act_as_is),
		cmocka_unit_test(nobody_needs_to_listen_to_taskstats),
		cmocka_unit_test_teardown(delays_are_not_told_while_they_are_not_kept,
					  restore_delays),
		cmocka_unit_test(only_exits_have_them),
		cmocka_unit_test(nothing_is_told_unasked),
		cmocka_unit_test(without_exits_there_is_nothing_to_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
