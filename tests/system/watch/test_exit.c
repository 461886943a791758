// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Exit events against wait(2): some thousand children that end in every possible way. Each has
 * exactly one exit record, with the status that its parent got. Both implementations are tested:
 * this kernel's, and that for kernels before 6.16 if it works here.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/exit_children.h"
#include "oracle/procfs.h"
#include "harness/records.h"

#define TURNS	   3000
#define TURNS_MORE 1000
#define ENDED_MAX  (TURNS * WAY_CHILDREN_MAX)

struct ended_list {
	struct ended ended[ENDED_MAX];
	const char *way[ENDED_MAX];
	size_t count;
};

static struct ended_list list;
static struct turn turns[TURNS];

/* Runs all of them and records how each child ended. */
static void run_turns(size_t count, unsigned int seed)
{
	struct ended ended[WAY_CHILDREN_MAX];

	list.count = 0;
	turns_shuffle(turns, count, seed);
	for (size_t i = 0; i < tool_fewer(count); i++) {
		const struct turn *turn = &turns[i];
		int children = way_run(turn->way, turn->variant, ended);

		if (children < 0)
			fail_msg("%s %d: %s", turn->way->name, turn->variant, strerror(-children));
		if (!way_fits(turn->way, turn->variant, ended[0].status))
			fail_msg("the generator is broken: %s %d ended with %#x", turn->way->name,
				 turn->variant, ended[0].status);
		for (int c = 0; c < children; c++) {
			list.way[list.count] = turn->way->name;
			list.ended[list.count++] = ended[c];
		}
	}
}

/* Process IDs are reused: the records of one ID come in the order of the waits. */
static json_t *next_exit_of(const json_t *records, pid_t pid, size_t *from)
{
	for (size_t i = *from; i < json_array_size(records); i++) {
		json_t *record = json_array_get(records, i);

		if (record_is(record, "exit") && record_number(record, "pid") == pid) {
			*from = i + 1;
			return record;
		}
	}
	return NULL;
}

static void check_all(const json_t *records)
{
	static size_t from[1 << 22];
	size_t told = 0;

	memset(from, 0, sizeof(from));
	assert_int_equal(records_lost(records), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct ended *ended = &list.ended[i];
		json_t *record = next_exit_of(records, ended->pid, &from[ended->pid]);

		if (!record)
			fail_msg("%s: no exit of process %d", list.way[i], ended->pid);
		if (record_status(record) != ended->status)
			fail_msg("%s: process %d: wait(2) said %#x, the record says %#x",
				 list.way[i], ended->pid, ended->status, record_status(record));
		told++;
	}
	for (size_t i = 0; i < list.count; i++)
		if (next_exit_of(records, list.ended[i].pid, &from[list.ended[i].pid]))
			fail_msg("%s: more than one exit of process %d", list.way[i],
				 list.ended[i].pid);
	assert_int_equal(told, list.count);
}

static void watch_turns(size_t count, unsigned int seed)
{
	char self[16];
	struct tool tool;
	json_t *records;

	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "--ring", "16M"));
	run_turns(count, seed);
	records = watch_finish(&tool);
	check_all(records);
	json_decref(records);
	tool_clear(&tool);
}

static void every_end_is_told_once_with_the_status_of_wait(void **state)
{
	(void)state;
	watch_turns(TURNS, 1);
}

static void so_it_is_where_the_kernel_does_not_tell_the_last_thread(void **state)
{
	(void)state;
	tool_act_older();
	watch_turns(TURNS_MORE, 2);
}

/* The leader and a thread exit at the same time: both are reported, in either order. */
static void check_pairs(void)
{
	const unsigned int pairs = tool_fewer(TURNS_MORE);
	const struct way *way = ways;
	struct ended ended[WAY_CHILDREN_MAX];
	struct tool tool;
	json_t *records;
	char self[16];

	while (strcmp(way->name, "two_threads_at_once") != 0)
		way++;
	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "--threads", "-p", self, "--follow"));
	for (unsigned int i = 0; i < pairs; i++)
		assert_int_equal(way_run(way, (int)i % way->variants, ended), 1);
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "exit", 0), 2 * pairs);
	json_decref(records);
	tool_clear(&tool);
}

static void threads_that_end_at_once_are_all_told(void **state)
{
	(void)state;
	check_pairs();
	tool_act_older();
	check_pairs();
}

/*
 * --exit-status and --failed: the filter passes exactly the exits that have such a status in
 * wait(2).
 */
static void check_selected(const json_t *records, bool (*selected)(int status))
{
	size_t expected = 0;
	json_t *record;

	for (size_t i = 0; i < list.count; i++)
		expected += selected(list.ended[i].status);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "exit", 0), expected);
	records_each(records,
		     record) if (record_is(record, "exit") && !selected(record_status(record)))
		fail_msg("let through: %#x", record_status(record));
}

static bool is_failed(int status)
{
	return status;
}

static bool is_core(int status)
{
	return status & 0x80;
}

static bool is_signal(int status)
{
	return status & 0x7f;
}

static bool is_one_of_some(int status)
{
	int code = status >> 8, number = status & 0x7f;

	return number ? number == 11 || number == 40 : code == 0 || (code >= 126 && code <= 130);
}

static void statuses_are_selected_in_the_kernel(void **state)
{
	static const struct {
		const char *words[3];
		bool (*selected)(int status);
	} cases[] = {
		{{"--failed"}, is_failed},
		{{"--exit-status", "core"}, is_core},
		{{"--exit-status", "signal"}, is_signal},
		{{"--exit-status", "0,126-130,SIGSEGV,SIGRTMIN+6"}, is_one_of_some},
	};
	char self[16];

	(void)state;
	snprintf(self, sizeof(self), "%d", getpid());
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tool tool;
		json_t *records;

		watch_start(&tool,
			    WORDS("-p", self, "--follow", cases[i].words[0], cases[i].words[1]));
		run_turns(TURNS_MORE, 3 + i);
		records = watch_finish(&tool);
		check_selected(records, cases[i].selected);
		json_decref(records);
		tool_clear(&tool);
	}
}

static void *outlive_first_thread(void *argument)
{
	(void)argument;
	prctl(PR_SET_NAME, "second");
	/* Waits until the leader has ended: it is a zombie while other threads exist. */
	while (procfs_state(getpid()) != 'Z')
		usleep(1000);
	_exit(3);
}

static _Noreturn void end_first_thread_first(void)
{
	pthread_t thread;

	prctl(PR_SET_NAME, "first");
	pthread_create(&thread, NULL, outlive_first_thread, NULL);
	pthread_exit(NULL);
}

static void a_process_is_called_what_its_first_thread_is(void **state)
{
	char self[16];
	struct tool tool;
	json_t *records;
	pid_t pid;

	(void)state;
	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "--comm", "first"));
	pid = fork();
	if (!pid)
		end_first_thread_first();
	waitpid(pid, NULL, 0);
	records = watch_finish(&tool);
	assert_string_equal(record_text(records_only(records, "exit", pid), "comm"), "first");
	json_decref(records);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_end_is_told_once_with_the_status_of_wait),
		cmocka_unit_test_teardown(so_it_is_where_the_kernel_does_not_tell_the_last_thread,
					  tool_act_as_is),
		cmocka_unit_test_teardown(threads_that_end_at_once_are_all_told, tool_act_as_is),
		cmocka_unit_test(statuses_are_selected_in_the_kernel),
		cmocka_unit_test(a_process_is_called_what_its_first_thread_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
