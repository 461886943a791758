// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stream that begins with the existing processes: its reader always knows which processes exist.
 * The test builds its process table from the stream only, starts the stream during many forks,
 * execs and exits, and in the end compares the table with /proc.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "workload/churn.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"

#define TURNS 100
#define MOST  4096

static struct server server;
static struct churn churn;
static char uid[16];

/* The table of a reader of the stream. */
struct table {
	struct churn_task tasks[MOST];
	size_t count;
	bool threads;
	bool whole; /* the snapshot is complete */
};

static struct churn_task *find(struct table *table, int64_t tid)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->tasks[i].tid == tid)
			return &table->tasks[i];
	return NULL;
}

static void enter(struct table *table, const json_t *record, int64_t pid, int64_t tid,
		  uint64_t start_ns)
{
	struct churn_task *task = &table->tasks[table->count];

	if (find(table, tid))
		fail_msg("%ld is reported twice: %s", (long)tid, json_dumps(record, 0));
	assert_true(++table->count < MOST);
	*task = (struct churn_task){.pid = pid, .tid = tid};
	if (pid == tid)
		task->start = start_ns / (1000000000 / sysconf(_SC_CLK_TCK));
	snprintf(task->comm, sizeof(task->comm), "%s", record_text(record, "comm"));
}

static void remove_task(struct table *table, int64_t tid)
{
	struct churn_task *task = find(table, tid);

	if (task)
		*task = table->tasks[--table->count];
}

/*
 * Removes the process and, with it, its threads. A leader that exits first is kept as the
 * representative of its process.
 */
static void apply_exit(struct table *table, const json_t *record)
{
	int64_t pid = record_number(record, "pid"), tid = record_number(record, "tid");

	if (json_is_true(json_object_get(record, "thread"))) {
		if (pid != tid)
			remove_task(table, tid);
		return;
	}
	for (size_t i = 0; i < table->count;)
		if (table->tasks[i].pid == pid)
			table->tasks[i] = table->tasks[--table->count];
		else
			i++;
}

/*
 * A process that had ended before the snapshot reached it is not reported, nor is its exit; its
 * earlier events may be, and make it known. A thread that calls exec becomes the only thread, under
 * the process's ID.
 */
static void apply_comm(struct table *table, const json_t *record, int64_t tid)
{
	struct churn_task *task = find(table, tid);

	if (task)
		snprintf(task->comm, sizeof(task->comm), "%s", record_text(record, "comm"));
	else
		enter(table, record, record_number(record, "pid"), tid,
		      record_u64(record, "start_ns"));
}

static void apply(struct table *table, const json_t *record)
{
	if (record_is(record, "process"))
		enter(table, record, record_number(record, "pid"), record_number(record, "tid"),
		      record_u64(record, "start_ns"));
	else if (record_is(record, "fork"))
		enter(table, record, record_number(record, "child_pid"),
		      record_number(record, "child_tid"), record_u64(record, "child_start_ns"));
	else if (record_is(record, "exec"))
		apply_comm(table, record, record_number(record, "pid"));
	else if (record_is(record, "comm"))
		apply_comm(table, record, record_number(record, "tid"));
	else if (record_is(record, "exit"))
		apply_exit(table, record);
	else if (record_is(record, "lost"))
		table->count = 0; /* everything known is discarded */
}

/*
 * Process records come before the end of the snapshot and events after it; the end record has the
 * number of processes.
 */
static void check_order(const json_t *records)
{
	const json_t *record;
	int64_t count = 0;
	bool ended = false;

	records_each(records, record)
	{
		if (record_is(record, "process")) {
			assert_false(ended);
			count++;
		} else if (record_is(record, "snapshot_end")) {
			assert_int_equal(record_number(record, "count"), count);
			ended = true;
		} else if (record_is(record, "lost")) {
			count = 0;
			ended = false;
		} else if (!record_is(record, "start") && !record_is(record, "stop")) {
			assert_true(ended);
		}
	}
	assert_true(ended);
}

static bool is_same(const struct churn_task *one, const struct churn_task *other)
{
	return one->pid == other->pid && one->tid == other->tid && one->start == other->start &&
	       !strcmp(one->comm, other->comm);
}

static void compare(struct table *table, bool threads)
{
	static struct churn_task tasks[MOST];
	size_t count = churn_list_tasks(&churn, tasks, MOST, threads);

	qsort(table->tasks, table->count, sizeof(*table->tasks), churn_task_compare);
	for (size_t i = 0; i < count && i < table->count; i++)
		if (!is_same(&tasks[i], &table->tasks[i]))
			fail_msg("/proc has %d/%d %s (%lu), the stream %d/%d %s (%lu)",
				 tasks[i].pid, tasks[i].tid, tasks[i].comm,
				 (unsigned long)tasks[i].start, table->tasks[i].pid,
				 table->tasks[i].tid, table->tasks[i].comm,
				 (unsigned long)table->tasks[i].start);
	assert_int_equal(table->count, count);
}

/* Compares the whole stream with the processes that exist at its end. */
static void check_stream(struct tool *tool, bool threads)
{
	static struct table table;
	json_t *records = watch_finish(tool);
	const json_t *record;

	memset(&table, 0, sizeof(table));
	assert_int_equal(records_lost(records), 0);
	check_order(records);
	records_each(records, record) apply(&table, record);
	compare(&table, threads);
	json_decref(records);
	tool_clear(tool);
}

static void watch_churn(unsigned int turns, bool threads, const char *const *words)
{
	struct tool tool;

	churn_start(&churn, threads);
	for (unsigned int turn = 0; turn < turns; turn++) {
		churn_resume(&churn);
		usleep(tool_longer(20000));
		watch_start(&tool, words);
		usleep(tool_longer(turn % 5 * 10000));
		churn_pause(&churn);
		check_stream(&tool, threads);
	}
	churn_end(&churn);
}

#define EVENTS "fork,exec,exit,comm"

static void a_table_built_from_the_stream_matches_proc(void **state)
{
	(void)state;
	watch_churn(tool_fewer(TURNS), false,
		    WORDS("--socket", server.socket, "--existing", "--ring", "32M", "-e", EVENTS,
			  "-u", uid));
}

static void a_table_matches_without_a_server(void **state)
{
	(void)state;
	watch_churn(tool_fewer(TURNS / 5), false,
		    WORDS("--standalone", "--existing", "--ring", "32M", "-e", EVENTS, "-u", uid));
}

static void a_table_of_threads_matches(void **state)
{
	(void)state;
	watch_churn(tool_fewer(TURNS / 4), true,
		    WORDS("--socket", server.socket, "--existing", "--ring", "32M", "--threads",
			  "-e", EVENTS, "-u", uid));
}

/* For the first process and its descendants, which are all processes. */
static void a_table_of_descendants_matches(void **state)
{
	struct tool tool;
	char first[16];

	(void)state;
	churn_start(&churn, false);
	snprintf(first, sizeof(first), "%d", churn.pid);
	for (unsigned int turn = 0; turn < tool_fewer(TURNS / 10); turn++) {
		/*
		 * Processes whose parent has gone are no longer descendants of it: so the stream
		 * begins with the first only.
		 */
		watch_start(&tool, WORDS("--socket", server.socket, "--existing", "--ring", "32M",
					 "-e", EVENTS, "-p", first, "--follow"));
		churn_resume(&churn);
		usleep(tool_longer(50000));
		churn_pause(&churn);
		check_stream(&tool, false);
		churn_end(&churn);
		churn_start(&churn, false);
		snprintf(first, sizeof(first), "%d", churn.pid);
	}
	churn_end(&churn);
}

/* While the server was down, events were missed. So everything is reported again. */
static void a_restarted_server_reports_all_processes_again(void **state)
{
	struct tool tool;

	(void)state;
	churn_start(&churn, false);
	churn_resume(&churn);
	watch_start(&tool, WORDS("--socket", server.socket, "--existing", "--ring", "32M",
				 "--reconnect", "-e", EVENTS, "-u", uid));
	usleep(tool_longer(50000));
	server_end(&server, SIGKILL);
	usleep(tool_longer(50000));
	server_start(&server, WORDS(NULL));
	tool_wait_error(&tool, "is back");
	/* Time for the second snapshot. */
	usleep(tool_longer(1000000));
	churn_pause(&churn);
	check_stream(&tool, false);
	churn_end(&churn);
}

static int start(void **state)
{
	(void)state;
	churn_prepare(&churn);
	snprintf(uid, sizeof(uid), "%u", churn.uid);
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int end(void **state)
{
	(void)state;
	server_clear(&server);
	return 0;
}

static int end_churn(void **state)
{
	(void)state;
	churn_end(&churn);
	return 0;
}

#define TEST(function) cmocka_unit_test_teardown(function, end_churn)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_built_from_the_stream_matches_proc),
		TEST(a_table_matches_without_a_server),
		TEST(a_table_of_threads_matches),
		TEST(a_table_of_descendants_matches),
		TEST(a_restarted_server_reports_all_processes_again),
	};

	churn_main(argc, argv);
	return cmocka_run_group_tests(tests, start, end);
}
