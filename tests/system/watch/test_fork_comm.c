// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fork and comm events, compared with the system calls' results: parent, child and flags; threads
 * only if requested; old and new name.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char self[16];

/* The flag combinations under test, with their names in clone(2). */
static const struct {
	unsigned long flags;
	const char *names[4];
} clones[] = {
	{SIGCHLD, {NULL}},
	{0, {NULL}},
	{SIGUSR1, {NULL}},
	{SIGCHLD | CLONE_FILES, {"CLONE_FILES"}},
	{SIGCHLD | CLONE_FS | CLONE_IO, {"CLONE_FS", "CLONE_IO"}},
	{SIGCHLD | CLONE_NEWUTS | CLONE_NEWNS, {"CLONE_NEWNS", "CLONE_NEWUTS"}},
	{SIGCHLD | CLONE_VM | CLONE_VFORK, {"CLONE_VM", "CLONE_VFORK"}},
	{CLONE_PARENT | SIGCHLD | CLONE_UNTRACED, {"CLONE_PARENT", "CLONE_UNTRACED"}},
};

static pid_t clone_child(unsigned long flags)
{
	pid_t pid;

	/* With shared memory and stack, the C library's function is required. */
	if (flags & CLONE_VM)
		pid = vfork();
	else
		pid = (pid_t)syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (!pid)
		_exit(0);
	assert_true(pid > 0);
	return pid;
}

static const json_t *fork_of(const json_t *records, pid_t child)
{
	const json_t *record, *found = NULL;

	records_each(records, record)
	{
		if (!record_is(record, "fork") || record_number(record, "child_tid") != child)
			continue;
		if (found)
			fail_msg("two forks of %d", child);
		found = record;
	}
	if (!found)
		fail_msg("no fork of %d", child);
	return found;
}

/* The start time of a process in clock ticks, from /proc. */
static uint64_t start_ticks(pid_t pid)
{
	char path[64], text[1024] = "";
	unsigned long long ticks = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "re");
	if (file && fgets(text, sizeof(text), file))
		sscanf(strrchr(text, ')') + 2,
		       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
		       "%*d %llu",
		       &ticks);
	if (file)
		fclose(file);
	return ticks;
}

static void clone_reports_child_and_flags(void **state)
{
	pid_t pids[LENGTH(clones)];
	uint64_t ticks[LENGTH(clones)];
	struct tool tool;
	json_t *records;

	(void)state;
	signal(SIGUSR1, SIG_IGN);
	watch_start(&tool, WORDS("-e", "fork", "-p", self));
	for (size_t i = 0; i < LENGTH(clones); i++) {
		pids[i] = clone_child(clones[i].flags);
		ticks[i] = start_ticks(pids[i]);
		waitpid(pids[i], NULL, __WALL);
	}
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "fork", 0), LENGTH(clones));
	for (size_t i = 0; i < LENGTH(clones); i++) {
		const json_t *record = fork_of(records, pids[i]);
		const json_t *names = json_object_get(record, "clone_flags");
		size_t count = 0;

		assert_int_equal(record_number(record, "pid"), getpid());
		assert_int_equal(record_number(record, "ppid"), getppid());
		assert_int_equal(record_number(record, "child_pid"), pids[i]);
		/*
		 * With CLONE_PARENT, the child may already be reaped; then /proc does not show it.
		 */
		if (ticks[i])
			assert_int_equal(record_u64(record, "child_start_ns") /
						 (1000000000 / sysconf(_SC_CLK_TCK)),
					 ticks[i]);
		for (; count < 4 && clones[i].names[count]; count++)
			assert_string_equal(json_string_value(json_array_get(names, count)),
					    clones[i].names[count]);
		assert_int_equal(json_array_size(names), count);
	}
	json_decref(records);
	tool_clear(&tool);
}

static void *thread_body(void *tid)
{
	*(pid_t *)tid = (pid_t)syscall(SYS_gettid);
	prctl(PR_SET_NAME, "a thread");
	return NULL;
}

static pid_t run_thread(void)
{
	pthread_t thread;
	pid_t tid;

	char path[64];

	assert_int_equal(pthread_create(&thread, NULL, thread_body, &tid), 0);
	pthread_join(thread, NULL);
	/*
	 * A joined thread may still exist: before Linux 6.16 its exit event comes after the wake-up
	 * of the joining thread.
	 */
	snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
	while (!access(path, F_OK))
		usleep(1000);
	return tid;
}

static void threads_are_reported_only_on_request(void **state)
{
	struct tool tool;
	json_t *records;
	const json_t *record;
	pid_t tid;

	(void)state;
	watch_start(&tool, WORDS("-e", "fork,exit,comm", "-p", self));
	run_thread();
	records = watch_finish(&tool);
	assert_int_equal(json_array_size(records), 2);
	json_decref(records);
	tool_clear(&tool);

	watch_start(&tool, WORDS("-e", "fork,exit,comm", "-p", self, "--threads"));
	tid = run_thread();
	records = watch_finish(&tool);
	assert_int_equal(json_array_size(records), 5);
	record = fork_of(records, tid);
	assert_true(json_is_true(json_object_get(record, "thread")));
	assert_int_equal(record_number(record, "child_pid"), getpid());
	record = records_only(records, "comm", getpid());
	assert_int_equal(record_number(record, "tid"), tid);
	assert_string_equal(record_text(record, "comm"), "a thread");
	record = records_only(records, "exit", getpid());
	assert_int_equal(record_number(record, "tid"), tid);
	assert_true(json_is_true(json_object_get(record, "thread")));
	json_decref(records);
	tool_clear(&tool);
}

static void comm_reports_old_and_new_name(void **state)
{
	static const char *const names[] = {
		"first",    "",		"fifteen-letters", "longer than fifteen letters",
		"\x1b[31m", "\xff\xfe", "\xc3\xa4",	   "with \"quotes\""};
	char expected[16] = "";
	struct tool tool;
	json_t *records;
	size_t at = 0;
	const json_t *record;

	(void)state;
	prctl(PR_SET_NAME, "before");
	watch_start(&tool, WORDS("-e", "comm", "-p", self));
	for (size_t i = 0; i < LENGTH(names); i++)
		prctl(PR_SET_NAME, names[i]);
	records = watch_finish(&tool);
	strcpy(expected, "before");
	records_each(records, record)
	{
		size_t size;
		char *bytes;

		if (!record_is(record, "comm"))
			continue;
		bytes = record_bytes(record, "old_comm", &size);
		assert_string_equal(bytes, expected);
		free(bytes);
		snprintf(expected, sizeof(expected), "%s", names[at++]);
		bytes = record_bytes(record, "comm", &size);
		assert_string_equal(bytes, expected);
		free(bytes);
	}
	assert_int_equal(at, LENGTH(names));
	json_decref(records);
	tool_clear(&tool);
}

/* The common fields, compared with the system calls that return a process's own IDs and times. */
static void every_event_has_its_process_and_time(void **state)
{
	struct timespec before, after;
	struct tool tool;
	json_t *records;
	const json_t *record;
	int64_t ns;

	(void)state;
	watch_start(&tool, WORDS("-e", "comm", "-p", self));
	clock_gettime(CLOCK_BOOTTIME, &before);
	prctl(PR_SET_NAME, "now");
	clock_gettime(CLOCK_BOOTTIME, &after);
	records = watch_finish(&tool);
	record = records_only(records, "comm", getpid());
	assert_int_equal(record_number(record, "tid"), getpid());
	assert_int_equal(record_number(record, "ppid"), getppid());
	assert_int_equal(record_number(record, "uid"), getuid());
	assert_int_equal(record_number(record, "gid"), getgid());
	assert_int_equal(record_u64(record, "start_ns") / (1000000000 / sysconf(_SC_CLK_TCK)),
			 start_ticks(getpid()));
	ns = (int64_t)record_u64(record, "boot_ns");
	assert_true(ns >= before.tv_sec * 1000000000ll + before.tv_nsec);
	assert_true(ns <= after.tv_sec * 1000000000ll + after.tv_nsec);
	json_decref(records);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clone_reports_child_and_flags),
		cmocka_unit_test(threads_are_reported_only_on_request),
		cmocka_unit_test(comm_reports_old_and_new_name),
		cmocka_unit_test(every_event_has_its_process_and_time),
	};

	snprintf(self, sizeof(self), "%d", getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
