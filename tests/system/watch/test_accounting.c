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
#define SWITCHES_AFTER_EVENT 8

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
	long behind = SWITCHES_AFTER_EVENT * tasks, rounded = (BLOCK - 1) * tasks;
	int64_t user = microseconds(&usage->ru_utime), system = microseconds(&usage->ru_stime);
	int64_t all = user + system, part = all / 3 + ACCOUNTING_TICK_US;

	assert_accounting_field(record, "minflt", usage->ru_minflt, usage->ru_minflt);
	assert_accounting_field(record, "majflt", usage->ru_majflt, usage->ru_majflt);
	assert_accounting_field(record, "max_rss_kb", usage->ru_maxrss, usage->ru_maxrss);
	assert_accounting_field(record, "nvcsw", usage->ru_nvcsw - behind, usage->ru_nvcsw);
	assert_accounting_field(record, "nivcsw", usage->ru_nivcsw - behind, usage->ru_nivcsw);
	assert_accounting_between(record, "utime_us + stime_us", accounting_cpu_us(record),
				  all - ACCOUNTING_TICK_US, all + 1);
	/*
	 * The kernel divides the CPU time in proportion to the ticks. With many ticks, one more
	 * after the record changes little.
	 */
	if (all > MANY_TICKS * ACCOUNTING_TICK_US) {
		assert_accounting_field(record, "utime_us", user - part, user + part);
		assert_accounting_field(record, "stime_us", system - part, system + part);
	}
	assert_accounting_field(record, "read_bytes", usage->ru_inblock * BLOCK,
				usage->ru_inblock * BLOCK + rounded);
	assert_accounting_field(record, "write_bytes", usage->ru_oublock * BLOCK,
				usage->ru_oublock * BLOCK + rounded);
}

static void compare_with_wait(unsigned int rounds)
{
	json_t *records = accounting_watch(rounds, NULL);

	for (size_t i = 0; i < accounting_worker_count; i++) {
		const json_t *record = accounting_exit(records, accounting_workers[i].pid);

		check_wait(record, &accounting_workers[i]);
		assert_accounting_floor(record, accounting_workers[i].work);
	}
	json_decref(records);
}

static void process_usage_matches_wait(void **state)
{
	(void)state;
	compare_with_wait(ROUNDS);
}

static void results_are_the_same_on_an_older_kernel(void **state)
{
	(void)state;
	tool_emulate_old_kernel();
	compare_with_wait(1);
}

/* The kernel sums up the threads whether or not a taskstats listener is registered. */
static void process_sums_need_no_taskstats_listener(void **state)
{
	json_t *records = accounting_watch(1, "--threads");
	int64_t sum = 0, tasks = 0;
	const json_t *record, *process;
	pid_t pid = 0;

	(void)state;
	for (size_t i = 0; i < accounting_worker_count; i++)
		if (!strcmp(accounting_workers[i].work->name, "threads_on_one_cpu"))
			pid = accounting_workers[i].pid;
	process = accounting_exit(records, pid);
	records_each(records, record) if (accounting_is_exit(record, pid, true))
	{
		sum += record_number(record, "cpu_delay_us");
		tasks++;
	}
	assert_int_equal(tasks, 1);
	/* The last thread's own delay is not reported; it has waited for the others. */
	assert_accounting_field(process, "cpu_delay_us", sum + 1000, INT64_MAX);
	json_decref(records);
}

static void switch_delays(bool on)
{
	if (delayacct_switch(on))
		return;
	print_message("no /proc/sys/kernel/task_delayacct here\n");
	skip();
}

static void delays_are_not_reported_while_not_counted(void **state)
{
	json_t *records;

	(void)state;
	switch_delays(false);
	records = accounting_watch(1, "--threads");
	assert_no_accounting(records, accounting_delays);
	for (size_t i = 0; i < accounting_worker_count; i++)
		assert_accounting_floor(accounting_exit(records, accounting_workers[i].pid),
					accounting_workers[i].work);
	json_decref(records);
}

static int restore_delays(void **state)
{
	(void)state;
	delayacct_restore();
	return 0;
}

static void only_exits_have_accounting(void **state)
{
	struct tool tool;
	json_t *records;
	json_t *record;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-o", "-", "-e", "fork,exec,exit", "--accounting",
			      "--", "/bin/sh", "-c", "/bin/true; exit 0"));
	records = watch_finish(&tool);
	records_each(records, record)
	{
		bool reported = record_is(record, "exit");

		for (size_t i = 0; accounting_counts[i]; i++)
			if (!json_object_get(record, accounting_counts[i]) == reported)
				fail_msg("%s: \"%s\"", record_text(record, "type"),
					 accounting_counts[i]);
	}
	assert_int_equal(records_count(records, "exit", 0), 2);
	json_decref(records);
	tool_clear(&tool);
}

static void nothing_is_reported_unless_requested(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-o", "-", "--threads", "--", "/bin/sh", "-c",
			      "/bin/true; :"));
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exit", 0), 2);
	assert_no_accounting(records, accounting_counts);
	assert_no_accounting(records, accounting_delays);
	json_decref(records);
	tool_clear(&tool);
}

static void accounting_needs_exit_events(void **state)
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
		cmocka_unit_test(process_usage_matches_wait),
		cmocka_unit_test_teardown(results_are_the_same_on_an_older_kernel,
					  tool_stop_emulation),
		cmocka_unit_test(process_sums_need_no_taskstats_listener),
		cmocka_unit_test_teardown(delays_are_not_reported_while_not_counted,
					  restore_delays),
		cmocka_unit_test(only_exits_have_accounting),
		cmocka_unit_test(nothing_is_reported_unless_requested),
		cmocka_unit_test(accounting_needs_exit_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
