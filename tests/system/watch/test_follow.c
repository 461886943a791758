// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --pid and --follow, for process trees whose members write their own IDs: the listener receives
 * every process of the tree, from its fork to its exit, and no other.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

#define BRANCHES     4
#define FOLLOWED_MAX 2000

/* The members of a tree write their IDs to this pipe. */
static int reports[2];

/* The root of a tree waits for a byte from this pipe. */
static int gate[2];

static void report_self(void)
{
	pid_t self = getpid();

	if (write(reports[1], &self, sizeof(self)) != sizeof(self))
		_exit(99);
}

static void reap_all(void)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

/* A member: makes its children, waits for them, and exits with its level as the code. */
static int grow(int level, int levels)
{
	report_self();
	for (int i = 0; level < levels && i < BRANCHES; i++) {
		pid_t pid = fork();

		if (pid < 0)
			_exit(99);
		if (!pid)
			_exit(grow(level + 1, levels));
	}
	reap_all();
	return level;
}

static void wait_at_gate(void)
{
	char word;

	/* Closes it, so that the child ends if the test fails. */
	close(gate[1]);
	if (read(gate[0], &word, 1) != 1)
		_exit(99);
}

static void open_gate(void)
{
	assert_int_equal(write(gate[1], "", 1), 1);
}

/* Reads up to `most` IDs, or until end of file. Returns their count. */
static size_t read_some(pid_t *pids, size_t most)
{
	size_t size = 0;
	ssize_t got;

	while (size < most * sizeof(*pids) &&
	       (got = read(reports[0], (char *)pids + size, most * sizeof(*pids) - size)) > 0)
		size += got;
	return size / sizeof(*pids);
}

static size_t read_reports(pid_t *pids)
{
	size_t count;

	close(reports[1]);
	count = read_some(pids, FOLLOWED_MAX);
	close(reports[0]);
	close(gate[0]);
	close(gate[1]);
	return count;
}

static void open_pipes(void)
{
	assert_int_equal(pipe2(reports, O_CLOEXEC), 0);
	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
}

static const char *text_of(char text[16], pid_t pid)
{
	snprintf(text, 16, "%d", pid);
	return text;
}

static bool is_one_of(const pid_t *pids, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

/* Processes outside the tree, at the same time. */
static pid_t start_other_processes(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (int i = 0; i < 300; i++) {
		pid = fork();
		if (!pid)
			_exit(3);
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

static void check_tree(const json_t *records, const pid_t *pids, size_t count, pid_t root)
{
	const json_t *record;

	for (size_t i = 0; i < count; i++)
		records_only(records, "exit", pids[i]);
	assert_int_equal(records_count(records, "exit", 0), count);
	/* Every member except the root has a fork record. */
	assert_int_equal(records_count(records, "fork", 0), count - 1);
	records_each(records, record)
	{
		if (!record_is(record, "fork"))
			continue;
		assert_true(is_one_of(pids, count, (pid_t)record_number(record, "pid")));
		assert_true(is_one_of(pids, count, (pid_t)record_number(record, "child_pid")));
		assert_int_not_equal(record_number(record, "child_pid"), root);
	}
}

/* The fork of a process comes before its exit and before the forks of its children. */
static void check_order(const json_t *records)
{
	static bool born[1 << 22];
	const json_t *record;

	memset(born, 0, sizeof(born));
	records_each(records, record)
	{
		if (record_is(record, "fork"))
			born[record_number(record, "child_pid")] = true;
		else if (record_is(record, "exit") && record_number(record, "exit_code") > 0)
			assert_true(born[record_number(record, "pid")]);
	}
}

static void a_large_tree_is_followed_to_its_end(void **state)
{
	static pid_t pids[FOLLOWED_MAX];
	pid_t root, others;
	struct tool tool;
	json_t *records;
	size_t count, size = 1;
	char text[16];

	/* 1365 processes, or 341. */
	const int levels = tool_longer(1) > 1 ? 4 : 5;

	(void)state;
	for (int level = 0; level < levels; level++)
		size = size * BRANCHES + 1;
	open_pipes();
	root = fork();
	if (!root) {
		wait_at_gate();
		_exit(grow(0, levels));
	}
	watch_start(&tool, WORDS("-e", "fork,exit", "--follow", "-p", text_of(text, root)));
	others = start_other_processes();
	open_gate();
	count = read_reports(pids);
	assert_int_equal(count, size);
	waitpid(root, NULL, 0);
	waitpid(others, NULL, 0);
	/* It ends by itself, since no process of the tree is left. */
	tool_wait(&tool);
	records = watch_finish(&tool);
	check_tree(records, pids, count, root);
	check_order(records);
	json_decref(records);
	tool_clear(&tool);
}

#define LINES 3

/* A child and a grandchild of the root, which wait. With `gone`, the child exits. */
static _Noreturn void be_line(bool gone)
{
	pid_t parent = getpid();

	if (!fork()) {
		/* Waits until the parent has been reaped and the child has a new parent. */
		while (gone && !kill(parent, 0))
			usleep(1000);
		report_self();
		wait_at_gate();
		_exit(2);
	}
	if (gone)
		_exit(1);
	report_self();
	wait_at_gate();
	reap_all();
	_exit(1);
}

static pid_t start_lines(void)
{
	pid_t root = fork();

	if (root)
		return root;
	/* A process that loses its parent remains a descendant. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	close(gate[1]);
	report_self();
	for (int i = 0; i < LINES; i++)
		if (!fork())
			be_line(i == 1);
	reap_all();
	_exit(0);
}

/*
 * The tree exists before the listener: three generations wait, and with `gone` the middle one has
 * exited.
 */
static void descendants_that_were_there_are_found(void **state)
{
	static pid_t pids[2 * LINES + FOLLOWED_MAX];
	const size_t count = 2 * LINES;
	struct tool tool;
	json_t *records;
	char text[16];
	pid_t root;

	(void)state;
	open_pipes();
	root = start_lines();
	assert_int_equal(read_some(pids, count), count);
	watch_start(&tool, WORDS("-e", "fork,exit", "--follow", "-p", text_of(text, root)));
	for (size_t i = 1; i < count; i++)
		open_gate();
	assert_int_equal(read_reports(pids + count), 0);
	waitpid(root, NULL, 0);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "fork", 0), 0);
	assert_int_equal(records_count(records, "exit", 0), count);
	for (size_t i = 0; i < count; i++)
		records_only(records, "exit", pids[i]);
	json_decref(records);
	tool_clear(&tool);
}

/* A process that was forked inside the tree remains followed after it is reparented. */
static void orphans_stay_followed(void **state)
{
	static pid_t pids[FOLLOWED_MAX];
	struct tool tool;
	json_t *records;
	char text[16];
	pid_t root;

	(void)state;
	open_pipes();
	root = fork();
	if (!root) {
		pid_t parent = getpid();

		wait_at_gate();
		report_self();
		if (!fork()) {
			report_self();
			/* Waits until the parent is gone. */
			while (getppid() == parent)
				usleep(1000);
			if (!fork()) {
				report_self();
				_exit(5);
			}
			reap_all();
			_exit(4);
		}
		_exit(0);
	}
	watch_start(&tool, WORDS("-e", "exit", "--follow", "-p", text_of(text, root)));
	open_gate();
	waitpid(root, NULL, 0);
	assert_int_equal(read_reports(pids), 3);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exit", 0), 3);
	assert_int_equal(record_status(records_only(records, "exit", pids[2])), 5 << 8);
	json_decref(records);
	tool_clear(&tool);
}

/*
 * Without --follow: only the listed processes, not their children. The stream ends when the last of
 * them exits.
 */
static void a_list_of_processes_is_just_these(void **state)
{
	static pid_t pids[FOLLOWED_MAX];
	pid_t first, second;
	struct tool tool;
	json_t *records;
	char list[40];

	(void)state;
	open_pipes();
	first = fork();
	if (!first) {
		wait_at_gate();
		_exit(grow(0, 1));
	}
	second = fork();
	if (!second) {
		wait_at_gate();
		_exit(9);
	}
	snprintf(list, sizeof(list), "%d,%d", first, second);
	watch_start(&tool, WORDS("-p", list));
	open_gate();
	open_gate();
	waitpid(first, NULL, 0);
	waitpid(second, NULL, 0);
	assert_int_equal(read_reports(pids), 1 + BRANCHES);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exit", 0), 2);
	assert_int_equal(records_count(records, "fork", first), BRANCHES);
	assert_int_equal(records_count(records, "fork", 0), BRANCHES);
	assert_int_equal(record_status(records_only(records, "exit", second)), 9 << 8);
	json_decref(records);
	tool_clear(&tool);
}

static void a_process_that_does_not_live_is_refused(void **state)
{
	pid_t gone = fork();
	struct tool tool;
	char text[16], expected[100];

	(void)state;
	if (!gone)
		_exit(0);
	waitpid(gone, NULL, 0);
	tool_run(&tool, WORDS("watch", "-p", text_of(text, gone)));
	snprintf(expected, sizeof(expected), "procsieve: no process has the id %d\n", gone);
	assert_string_equal(tool.err_text, expected);
	assert_string_equal(tool.out_text, "");
	assert_int_equal(tool_status(&tool), 1);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_tree_is_followed_to_its_end),
		cmocka_unit_test(descendants_that_were_there_are_found),
		cmocka_unit_test(orphans_stay_followed),
		cmocka_unit_test(a_list_of_processes_is_just_these),
		cmocka_unit_test(a_process_that_does_not_live_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
