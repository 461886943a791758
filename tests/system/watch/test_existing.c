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
static struct herd herd;
static char uid[16];

/* The table of a reader of the stream. */
struct table {
	struct member members[MOST];
	size_t count;
	bool threads;
	bool whole; /* the snapshot is complete */
};

static struct member *find(struct table *table, int64_t tid)
{
	for (size_t i = 0; i < table->count; i++)
		if (table->members[i].tid == tid)
			return &table->members[i];
	return NULL;
}

static void enter(struct table *table, const json_t *record, int64_t pid, int64_t tid,
		  uint64_t start_ns)
{
	struct member *member = &table->members[table->count];

	if (find(table, tid))
		fail_msg("%ld is told twice: %s", (long)tid, json_dumps(record, 0));
	assert_true(++table->count < MOST);
	*member = (struct member){.pid = pid, .tid = tid};
	if (pid == tid)
		member->start = start_ns / (1000000000 / sysconf(_SC_CLK_TCK));
	snprintf(member->comm, sizeof(member->comm), "%s", record_text(record, "comm"));
}

static void take_out(struct table *table, int64_t tid)
{
	struct member *member = find(table, tid);

	if (member)
		*member = table->members[--table->count];
}

/*
 * Removes the process and, with it, its threads. A leader that exits first is kept as the
 * representative of its process.
 */
static void take_exit(struct table *table, const json_t *record)
{
	int64_t pid = record_number(record, "pid"), tid = record_number(record, "tid");

	if (json_is_true(json_object_get(record, "thread"))) {
		if (pid != tid)
			take_out(table, tid);
		return;
	}
	for (size_t i = 0; i < table->count;)
		if (table->members[i].pid == pid)
			table->members[i] = table->members[--table->count];
		else
			i++;
}

/*
 * A process that had ended before the snapshot reached it is not reported, nor is its exit; its
 * earlier events may be, and make it known. A thread that calls exec becomes the only thread, under
 * the process's ID.
 */
static void take_name(struct table *table, const json_t *record, int64_t tid)
{
	struct member *member = find(table, tid);

	if (member)
		snprintf(member->comm, sizeof(member->comm), "%s", record_text(record, "comm"));
	else
		enter(table, record, record_number(record, "pid"), tid,
		      record_wide(record, "start_ns"));
}

static void take(struct table *table, const json_t *record)
{
	if (record_is(record, "process"))
		enter(table, record, record_number(record, "pid"), record_number(record, "tid"),
		      record_wide(record, "start_ns"));
	else if (record_is(record, "fork"))
		enter(table, record, record_number(record, "child_pid"),
		      record_number(record, "child_tid"), record_wide(record, "child_start_ns"));
	else if (record_is(record, "exec"))
		take_name(table, record, record_number(record, "pid"));
	else if (record_is(record, "comm"))
		take_name(table, record, record_number(record, "tid"));
	else if (record_is(record, "exit"))
		take_exit(table, record);
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

static bool is_same(const struct member *one, const struct member *other)
{
	return one->pid == other->pid && one->tid == other->tid && one->start == other->start &&
	       !strcmp(one->comm, other->comm);
}

static void compare(struct table *table, bool threads)
{
	static struct member members[MOST];
	size_t count = herd_members(&herd, members, MOST, threads);

	qsort(table->members, table->count, sizeof(*table->members), member_compare);
	for (size_t i = 0; i < count && i < table->count; i++)
		if (!is_same(&members[i], &table->members[i]))
			fail_msg("/proc has %d/%d %s (%lu), the stream %d/%d %s (%lu)",
				 members[i].pid, members[i].tid, members[i].comm,
				 (unsigned long)members[i].start, table->members[i].pid,
				 table->members[i].tid, table->members[i].comm,
				 (unsigned long)table->members[i].start);
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
	records_each(records, record) take(&table, record);
	compare(&table, threads);
	json_decref(records);
	tool_clear(tool);
}

static void watch_herd(unsigned int turns, bool threads, const char *const *words)
{
	struct tool tool;

	herd_start(&herd, threads);
	for (unsigned int turn = 0; turn < turns; turn++) {
		herd_go(&herd);
		usleep(tool_longer(20000));
		watch_start(&tool, words);
		usleep(tool_longer(turn % 5 * 10000));
		herd_hold(&herd);
		check_stream(&tool, threads);
	}
	herd_end(&herd);
}

#define EVENTS "fork,exec,exit,comm"

static void the_table_is_complete_every_time(void **state)
{
	(void)state;
	watch_herd(tool_fewer(TURNS), false,
		   WORDS("--socket", server.socket, "--existing", "--ring", "32M", "-e", EVENTS,
			 "-u", uid));
}

static void so_it_is_without_a_server(void **state)
{
	(void)state;
	watch_herd(tool_fewer(TURNS / 5), false,
		   WORDS("--standalone", "--existing", "--ring", "32M", "-e", EVENTS, "-u", uid));
}

static void so_it_is_with_threads(void **state)
{
	(void)state;
	watch_herd(tool_fewer(TURNS / 4), true,
		   WORDS("--socket", server.socket, "--existing", "--ring", "32M", "--threads",
			 "-e", EVENTS, "-u", uid));
}

/* For the first process and its descendants, which are all processes. */
static void so_it_is_of_descendants(void **state)
{
	struct tool tool;
	char first[16];

	(void)state;
	herd_start(&herd, false);
	snprintf(first, sizeof(first), "%d", herd.pid);
	for (unsigned int turn = 0; turn < tool_fewer(TURNS / 10); turn++) {
		/*
		 * Processes whose parent has gone are no longer descendants of it: so the stream
		 * begins with the first only.
		 */
		watch_start(&tool, WORDS("--socket", server.socket, "--existing", "--ring", "32M",
					 "-e", EVENTS, "-p", first, "--follow"));
		herd_go(&herd);
		usleep(tool_longer(50000));
		herd_hold(&herd);
		check_stream(&tool, false);
		herd_end(&herd);
		herd_start(&herd, false);
		snprintf(first, sizeof(first), "%d", herd.pid);
	}
	herd_end(&herd);
}

/* While the server was down, events were missed. So everything is reported again. */
static void a_server_that_returns_tells_all_again(void **state)
{
	struct tool tool;

	(void)state;
	herd_start(&herd, false);
	herd_go(&herd);
	watch_start(&tool, WORDS("--socket", server.socket, "--existing", "--ring", "32M",
				 "--reconnect", "-e", EVENTS, "-u", uid));
	usleep(tool_longer(50000));
	server_end(&server, SIGKILL);
	usleep(tool_longer(50000));
	server_start(&server, WORDS(NULL));
	tool_wait_error(&tool, "is back");
	/* Time for the second snapshot. */
	usleep(tool_longer(1000000));
	herd_hold(&herd);
	check_stream(&tool, false);
	herd_end(&herd);
}

static int start(void **state)
{
	(void)state;
	herd_prepare(&herd);
	snprintf(uid, sizeof(uid), "%u", herd.uid);
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

static int end_herd(void **state)
{
	(void)state;
	herd_end(&herd);
	return 0;
}

#define TEST(function) cmocka_unit_test_teardown(function, end_herd)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_table_is_complete_every_time),
		TEST(so_it_is_without_a_server),
		TEST(so_it_is_with_threads),
		TEST(so_it_is_of_descendants),
		TEST(a_server_that_returns_tells_all_again),
	};

	herd_main(argc, argv);
	return cmocka_run_group_tests(tests, start, end);
}
