// SPDX-License-Identifier: GPL-2.0-or-later
/* `procsieve ps`: a snapshot of processes in every possible state, compared with /proc. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/static_processes.h"
#include "oracle/compare_procfs.h"
#include "harness/run_ps.h"

#define SLEEPERS 1400

/* Kernel threads are compared too; other processes of the machine are not, because they change. */
static bool is_ours(const struct procfs *facts)
{
	return facts->ppid == 2 || facts->pid == 2 || is_static_process(facts->pid);
}

/* Reads /proc for all existing processes. Returns the count; the caller frees them. */
static size_t read_processes(struct procfs **facts)
{
	size_t count, kept = 0;
	pid_t *pids;

	count = procfs_list("/proc", &pids);
	*facts = calloc(count + 1, sizeof(**facts));
	for (size_t i = 0; i < count; i++) {
		if (procfs_read(&(*facts)[kept], pids[i], 0) && is_ours(&(*facts)[kept]))
			kept++;
		else
			procfs_clear(&(*facts)[kept]);
	}
	free(pids);
	return kept;
}

/*
 * Adds what /proc has only per thread: a process's values are the sums. An exited thread may have
 * waited for a CPU after its values were summed up; `dead_too` decides whether that is included
 * (test_delays compares the exact sum with taskstats).
 */
static void add_threads(struct procfs *facts, bool dead_too)
{
	static const enum procfs_number kinds[] = {PROCFS_VOLUNTARY, PROCFS_INVOLUNTARY,
						   PROCFS_RUN_DELAY};
	char directory[64];
	size_t count;
	pid_t *tids;

	if (facts->threads < 2)
		return;
	snprintf(directory, sizeof(directory), "/proc/%d/task", facts->pid);
	count = procfs_list(directory, &tids);
	for (size_t kind = 0; kind < 3; kind++)
		facts->numbers[kinds[kind]] = 0;
	for (size_t i = 0; i < count; i++) {
		struct procfs thread;
		bool there = procfs_read(&thread, facts->pid, tids[i]);

		if (thread.state == 'Z' && !dead_too)
			thread.numbers[PROCFS_RUN_DELAY] = 0;
		for (size_t kind = 0; there && kind < 3; kind++)
			facts->numbers[kinds[kind]] += thread.numbers[kinds[kind]];
		procfs_clear(&thread);
	}
	free(tids);
}

static void every_process_is_as_proc_has_it(void **state)
{
	size_t count, members, compared = 0, kernel_threads = 0;
	struct procfs *call_states;
	json_t *records, *index;

	(void)state;
	static_process_pids(&members);
	count = read_processes(&call_states);
	for (size_t i = 0; i < count; i++)
		add_threads(&call_states[i], false);
	records = run_ps(WORDS("--with", PROCFS_GROUPS, "--max-line", "1048576"));
	index = snapshot_index(records);
	for (size_t i = 0; i < count; i++) {
		const json_t *record = snapshot_find(index, call_states[i].pid);
		struct procfs after;

		if (record && procfs_read(&after, call_states[i].pid, 0)) {
			add_threads(&after, true);
			assert_record_matches_procfs(record, &call_states[i], &after);
			compared += is_static_process(after.pid);
			kernel_threads += !is_static_process(after.pid);
			procfs_clear(&after);
		}
		procfs_clear(&call_states[i]);
	}
	free(call_states);
	json_decref(index);
	json_decref(records);
	assert_int_equal(compared, members);
	assert_true(kernel_threads > 10);
}

/*
 * For a static process, compares each thread with its own directory. Returns the number of threads.
 */
static size_t check_threads(const json_t *index, pid_t pid)
{
	struct procfs before, after;
	char directory[64];
	size_t count;
	pid_t *tids;

	snprintf(directory, sizeof(directory), "/proc/%d/task", pid);
	count = procfs_list(directory, &tids);
	for (size_t i = 0; i < count; i++) {
		const json_t *record = snapshot_find(index, tids[i]);

		if (!record)
			fail_msg("thread %d of %d is not reported", tids[i], pid);
		assert_true(procfs_read(&before, pid, tids[i]));
		assert_true(procfs_read(&after, pid, tids[i]));
		/* The leader's record is that of the process. */
		if (tids[i] != pid)
			assert_record_matches_procfs(record, &before, &after);
		procfs_clear(&before);
		procfs_clear(&after);
	}
	free(tids);
	return count;
}

/* They are at rest, so /proc may be read after the snapshot. */
static void every_thread_is_as_proc_has_it(void **state)
{
	json_t *records =
		run_ps(WORDS("--threads", "--with", PROCFS_GROUPS, "--max-line", "1048576"));
	json_t *index = snapshot_index(records), *record;
	size_t count, threads = 0, reported = 0;
	const pid_t *pids = static_process_pids(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		threads += check_threads(index, pids[i]);
	records_each(records, record) reported +=
		record_is(record, "process") &&
		is_static_process((pid_t)record_number(record, "pid"));
	/* Exactly as many as exist. */
	assert_int_equal(reported, threads);
	assert_true(threads > count + 200);
	json_decref(index);
	json_decref(records);
}

/* Executes a program whose path has this many bytes. */
static pid_t execute_name(size_t size)
{
	static const char program[] = "/bin/sleep";
	char *name = memset(calloc(1, size + 1), '/', size);
	pid_t pid = fork();

	memcpy(name + size - strlen(program), program, strlen(program));
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(name, "sleep", "1000", NULL);
		_exit(1);
	}
	WAIT_UNTIL(procfs_sleeps_as(pid, "sleep"));
	free(name);
	return pid;
}

static void the_executed_name_is_reported(void **state)
{
	static const size_t sizes[] = {10, 11, 100, 1000, 2000, 3000, 4000, 4090};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		pid_t pid = execute_name(sizes[i]);
		json_t *records, *record;
		char text[16];

		snprintf(text, sizeof(text), "%d", pid);
		records = run_ps(WORDS("-p", text, "--with", "args"));
		record = records_only(records, "process", pid);
		assert_int_equal(strlen(record_text(record, "filename")), sizes[i]);
		assert_int_equal(record_items(record, "argv"), 2);
		json_decref(records);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

static int set_up(void **state)
{
	(void)state;
	static_processes_start(tool_fewer(SLEEPERS));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_is_as_proc_has_it),
		cmocka_unit_test(every_thread_is_as_proc_has_it),
		cmocka_unit_test(the_executed_name_is_reported),
	};

	static_processes_main(argc, argv);
	return cmocka_run_group_tests(tests, set_up, static_processes_tear_down);
}
