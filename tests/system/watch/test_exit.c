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
#define EXITED_MAX (TURNS * EXIT_MODE_CHILDREN_MAX)

struct exited_list {
	struct exited_child exited[EXITED_MAX];
	const char *mode[EXITED_MAX];
	size_t count;
};

static struct exited_list list;
static struct exit_run runs[TURNS];

/* Runs all of them and records how each child ended. */
static void run_children(size_t count, unsigned int seed)
{
	struct exited_child exited[EXIT_MODE_CHILDREN_MAX];

	list.count = 0;
	exit_runs_shuffle(runs, count, seed);
	for (size_t i = 0; i < tool_fewer(count); i++) {
		const struct exit_run *run = &runs[i];
		int children = exit_mode_run(run->mode, run->variant, exited);

		if (children < 0)
			fail_msg("%s %d: %s", run->mode->name, run->variant, strerror(-children));
		if (!exit_mode_fits(run->mode, run->variant, exited[0].status))
			fail_msg("the generator is broken: %s %d ended with %#x", run->mode->name,
				 run->variant, exited[0].status);
		for (int c = 0; c < children; c++) {
			list.mode[list.count] = run->mode->name;
			list.exited[list.count++] = exited[c];
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
	size_t reported = 0;

	memset(from, 0, sizeof(from));
	assert_int_equal(records_lost(records), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct exited_child *exited = &list.exited[i];
		json_t *record = next_exit_of(records, exited->pid, &from[exited->pid]);

		if (!record)
			fail_msg("%s: no exit of process %d", list.mode[i], exited->pid);
		if (record_status(record) != exited->status)
			fail_msg("%s: process %d: wait(2) said %#x, the record says %#x",
				 list.mode[i], exited->pid, exited->status, record_status(record));
		reported++;
	}
	for (size_t i = 0; i < list.count; i++)
		if (next_exit_of(records, list.exited[i].pid, &from[list.exited[i].pid]))
			fail_msg("%s: more than one exit of process %d", list.mode[i],
				 list.exited[i].pid);
	assert_int_equal(reported, list.count);
}

static void watch_rounds(size_t count, unsigned int seed)
{
	char self[16];
	struct tool tool;
	json_t *records;

	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "--ring", "16M"));
	run_children(count, seed);
	records = watch_finish(&tool);
	check_all(records);
	json_decref(records);
	tool_clear(&tool);
}

static void every_exit_is_reported_once_with_the_status_of_wait(void **state)
{
	(void)state;
	watch_rounds(TURNS, 1);
}

static void results_are_the_same_on_an_older_kernel(void **state)
{
	(void)state;
	tool_emulate_old_kernel();
	watch_rounds(TURNS_MORE, 2);
}

/* The leader and a thread exit at the same time: both are reported, in either order. */
static void check_pairs(void)
{
	const unsigned int pairs = tool_fewer(TURNS_MORE);
	const struct exit_mode *mode = exit_modes;
	struct exited_child exited[EXIT_MODE_CHILDREN_MAX];
	struct tool tool;
	json_t *records;
	char self[16];

	while (strcmp(mode->name, "two_threads_at_once") != 0)
		mode++;
	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "--threads", "-p", self, "--follow"));
	for (unsigned int i = 0; i < pairs; i++)
		assert_int_equal(exit_mode_run(mode, (int)i % mode->variants, exited), 1);
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "exit", 0), 2 * pairs);
	json_decref(records);
	tool_clear(&tool);
}

static void threads_that_exit_together_are_all_reported(void **state)
{
	(void)state;
	check_pairs();
	tool_emulate_old_kernel();
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
		expected += selected(list.exited[i].status);
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
		run_children(TURNS_MORE, 3 + i);
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

static void a_process_has_the_comm_of_its_leader(void **state)
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
		cmocka_unit_test(every_exit_is_reported_once_with_the_status_of_wait),
		cmocka_unit_test_teardown(results_are_the_same_on_an_older_kernel,
					  tool_stop_emulation),
		cmocka_unit_test_teardown(threads_that_exit_together_are_all_reported,
					  tool_stop_emulation),
		cmocka_unit_test(statuses_are_selected_in_the_kernel),
		cmocka_unit_test(a_process_has_the_comm_of_its_leader),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
