// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares --accounting with taskstats: the same exits, of threads and processes, field by field.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "workload/delayacct.h"
#include "oracle/taskstats.h"
#include "oracle/accounting_bounds.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define ROUNDS	      3

/*
 * Taskstats are read before the tracepoint. Since Linux 6.16, only the wake-up of the taskstats
 * listener happens in between; but a busy machine may preempt the task more than once there.
 */
#define SWITCHES_BETWEEN     3
#define SWITCHES_BETWEEN_OLD 8

/* The oracle's accounts; those that match a record are marked. */
static struct taskstats_client client;
static bool *found;

static const struct task_account *account_find_and_mark(pid_t id, bool group)
{
	for (size_t i = 0; i < client.count; i++)
		if (!found[i] && client.accounts[i].id == id && client.accounts[i].group == group) {
			found[i] = true;
			return &client.accounts[i];
		}
	return NULL;
}

enum count_kind {
	FAULTS,
	SWITCHES,
	IO, /* in whole KiB */
};

enum {
	MINFLT,
	MAJFLT,
	NVCSW,
	NIVCSW,
	RCHAR,
	WCHAR,
	READ_BYTES,
	WRITE_BYTES,
};

/* Counters; for a process, the sum over its threads. */
static const struct {
	const char *key;
	size_t at;
	enum count_kind kind;
} counts[] = {
#define AT(field) offsetof(struct task_account, stats.field)
	[MINFLT] = {"minflt", AT(ac_minflt), FAULTS},
	[MAJFLT] = {"majflt", AT(ac_majflt), FAULTS},
	[NVCSW] = {"nvcsw", AT(nvcsw), SWITCHES},
	[NIVCSW] = {"nivcsw", AT(nivcsw), SWITCHES},
	[RCHAR] = {"rchar", AT(read_char), IO},
	[WCHAR] = {"wchar", AT(write_char), IO},
	[READ_BYTES] = {"read_bytes", AT(read_bytes), IO},
	[WRITE_BYTES] = {"write_bytes", AT(write_bytes), IO},
};

static int64_t switches_between(void)
{
	struct utsname name;
	int major = 0, minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 16) ? SWITCHES_BETWEEN : SWITCHES_BETWEEN_OLD;
}

/* How much more than taskstats the record of one task may have. */
static int64_t count_beyond(enum count_kind kind)
{
	if (kind == IO)
		return 1023;
	return kind == SWITCHES ? switches_between() : 0;
}

/* The sum of the accounts of some tasks. */
struct account_sum {
	int64_t tasks, counts[LENGTH(counts)], delays[TASKSTATS_DELAYS];
	int64_t runtime_us;
};

static void sum_add(struct account_sum *sum, const struct task_account *account)
{
	sum->tasks++;
	for (size_t i = 0; i < LENGTH(counts); i++)
		sum->counts[i] += taskstats_number(account, counts[i].at);
	for (size_t i = 0; i < TASKSTATS_DELAYS; i++)
		sum->delays[i] += taskstats_number(account, taskstats_delays[i].at);
	sum->runtime_us += (int64_t)account->stats.cpu_run_virtual_total / 1000;
}

static void check_count(const json_t *record, const struct account_sum *sum, size_t i)
{
	assert_accounting_field(record, counts[i].key, sum->counts[i],
				sum->counts[i] + count_beyond(counts[i].kind) * sum->tasks);
}

static void check_io(const json_t *record, const struct account_sum *sum)
{
	for (size_t i = 0; i < LENGTH(counts); i++)
		if (counts[i].kind == IO)
			check_count(record, sum, i);
}

static void check_sum(const json_t *record, const struct account_sum *sum)
{
	for (size_t i = 0; i < LENGTH(counts); i++)
		if (counts[i].kind != IO)
			check_count(record, sum, i);
	/* Both are rounded down; the threads have run on until their exit. */
	assert_accounting_between(record, "utime_us + stime_us", accounting_cpu_us(record),
				  sum->runtime_us - 1 - sum->tasks,
				  sum->runtime_us + ACCOUNTING_TICK_US * sum->tasks);
}

/* A task that was switched away from in between has a larger delay. */
static bool waits_further(const json_t *record, const struct account_sum *sum)
{
	return sum->tasks == 1 && (record_number(record, "nvcsw") != sum->counts[NVCSW] ||
				   record_number(record, "nivcsw") != sum->counts[NIVCSW]);
}

/*
 * If threads exit at the same time, some may be added after the kernel's sum, and before or after
 * the record.
 */
static void check_delays(const json_t *record, const struct task_account *account,
			 const struct account_sum *sum)
{
	for (size_t i = 0; i < TASKSTATS_DELAYS; i++) {
		int64_t least = taskstats_number(account, taskstats_delays[i].at) / 1000;
		int64_t most = sum->delays[i] / 1000;

		/* Interrupts occur at any time, and their duration is not limited. */
		if (i == TASKSTATS_IRQ_DELAY ||
		    (i == TASKSTATS_CPU_DELAY && waits_further(record, sum)))
			most = INT64_MAX;
		if (json_object_get(record, taskstats_delays[i].key))
			assert_accounting_field(record, taskstats_delays[i].key, least, most);
	}
}

static const struct task_account *account_of(const json_t *record)
{
	pid_t tid = (pid_t)record_number(record, "tid");
	const struct task_account *own = account_find_and_mark(tid, false);

	if (!own)
		fail_msg("taskstats say nothing of task %d", tid);
	return own;
}

/* Checks one thread; adds it to its process. */
static void check_thread(const json_t *record, struct account_sum *process)
{
	const struct task_account *own = account_of(record);
	struct account_sum sum = {0};

	sum_add(&sum, own);
	sum_add(process, own);
	check_sum(record, &sum);
	check_io(record, &sum);
	check_delays(record, own, &sum);
	assert_null(json_object_get(record, "max_rss_kb"));
}

/*
 * Threads come first and the process last, in the order of their exits. Returns the sum over all.
 */
static struct account_sum check_process(const json_t *records, const json_t *process)
{
	pid_t pid = (pid_t)record_number(process, "pid");
	const struct task_account *own, *group;
	struct account_sum sum = {0};
	const json_t *record;

	records_each(records, record) if (accounting_is_exit(record, pid, true))
		check_thread(record, &sum);
	own = account_of(process);
	group = account_find_and_mark(pid, true);
	sum_add(&sum, own);
	check_sum(process, &sum);
	if (sum.tasks > 1 && !group)
		fail_msg("taskstats do not sum up process %d", pid);
	check_delays(process, group ? group : own, &sum);
	return sum;
}

/* Before version 12, accounts do not contain the process ID. */
static void check_remaining(pid_t pid)
{
	for (size_t i = 0; i < client.count; i++)
		if (!found[i] && (pid_t)client.accounts[i].stats.ac_tgid == pid &&
		    !client.accounts[i].group)
			fail_msg("nothing was reported about task %d of process %d",
				 client.accounts[i].id, pid);
}

static void check_workers(const json_t *records)
{
	for (size_t i = 0; i < accounting_worker_count; i++) {
		const struct work *work = accounting_workers[i].work;
		const json_t *record = accounting_exit(records, accounting_workers[i].pid);
		struct account_sum sum = check_process(records, record);

		check_io(record, &sum);
		assert_accounting_floor(record, work);
		assert_int_equal(sum.tasks - 1, work->threads);
		check_remaining(accounting_workers[i].pid);
	}
}

/* Parents and children; with `io`, also what they have read and written. */
static void check_command(const json_t *records, bool io)
{
	const json_t *record;
	size_t processes = 0;

	records_each(records, record) if (accounting_is_exit(record, 0, false))
	{
		struct account_sum sum = check_process(records, record);

		if (io)
			check_io(record, &sum);
		check_remaining((pid_t)record_number(record, "pid"));
		processes++;
	}
	assert_true(processes > 20);
}

static json_t *watch_command(void)
{
	static const char script[] = "seq 20 | xargs -n 1 /bin/true; dd if=/dev/zero of=/dev/null "
				     "bs=64k count=1000 status=none";
	struct tool tool;
	json_t *records;

	tool_run(&tool, WORDS("watch", "-j", "-o", "-", "-e", "exit", "--accounting", "--threads",
			      "--", "/bin/sh", "-c", script));
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	tool_clear(&tool);
	return records;
}

/*
 * The records of one run, with taskstats collected at the same time. NULL if so many tasks ended on
 * this machine that taskstats lost some.
 */
static json_t *collect_once(json_t *(*run)(void))
{
	json_t *records;

	if (!taskstats_start(&client)) {
		print_message("no taskstats here\n");
		skip();
	}
	records = run();
	taskstats_stop(&client);
	if (!client.overrun) {
		found = calloc(client.count + 1, sizeof(*found));
		return records;
	}
	json_decref(records);
	taskstats_clear(&client);
	return NULL;
}

static json_t *collect_until_complete(json_t *(*run)(void))
{
	for (unsigned int tries = 0; tries < 5; tries++) {
		json_t *records = collect_once(run);

		if (records)
			return records;
	}
	print_message("taskstats have lost exits five times over\n");
	skip();
	return NULL;
}

static void remove_matched(json_t *records)
{
	json_decref(records);
	taskstats_clear(&client);
	free(found);
}

static json_t *run_works(void)
{
	return accounting_watch(ROUNDS, "--threads");
}

static void thread_usage_matches_taskstats(void **state)
{
	json_t *records = collect_until_complete(run_works);

	(void)state;
	check_workers(records);
	remove_matched(records);
}

static void a_command_matches_taskstats(void **state)
{
	json_t *records = collect_until_complete(watch_command);

	(void)state;
	check_command(records, false);
	remove_matched(records);
}

/* Only for I/O does the kernel add the values of children that were waited for to the process. */
static void io_of_children_is_not_their_parents(void **state)
{
	json_t *records = collect_until_complete(watch_command);

	(void)state;
	check_command(records, true);
	remove_matched(records);
}

static void switch_delays(bool on)
{
	if (delayacct_switch(on))
		return;
	print_message("no /proc/sys/kernel/task_delayacct here\n");
	skip();
}

static void check_delays_are_reported(const json_t *records)
{
	const json_t *record;

	records_each(records, record) if (record_is(record, "exit"))
	{
		/* Since Linux 6.5; the C library's header may be older. */
		for (size_t i = 0; strcmp(accounting_delays[i], "irq_delay_us") != 0; i++)
			assert_accounting_at_least(record, accounting_delays[i], 0);
	}
	for (size_t i = 0; i < accounting_worker_count; i++) {
		const struct work_floor *floor = &accounting_workers[i].work->floor;

		record = accounting_exit(records, accounting_workers[i].pid);
		if (floor->wpcopy)
			assert_accounting_at_least(record, "wpcopy_delay_us", 1);
		if (floor->read_bytes && work_has_storage())
			assert_accounting_at_least(record, "blkio_delay_us", 1);
	}
}

static void delays_are_reported_while_counted(void **state)
{
	json_t *records;

	(void)state;
	switch_delays(true);
	records = collect_until_complete(run_works);
	check_delays_are_reported(records);
	check_workers(records);
	remove_matched(records);
}

static int restore_delays(void **state)
{
	(void)state;
	delayacct_restore();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_usage_matches_taskstats),
		cmocka_unit_test(a_command_matches_taskstats),
		cmocka_unit_test(io_of_children_is_not_their_parents),
		cmocka_unit_test_teardown(delays_are_reported_while_counted, restore_delays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
