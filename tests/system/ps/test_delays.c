// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `procsieve ps --with delay`: for a process, the delays of all its threads, including exited ones.
 * Compared to the microsecond with the taskstats that the kernel returns on request.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/delayacct.h"
#include "oracle/procfs.h"
#include "harness/run_ps.h"
#include "oracle/taskstats.h"

#define THREADS 4
#define PAGES	400

static char *memory;
static size_t page;

/*
 * Each page that is shared with another process is copied when it is written to; waiting for the
 * copy is a delay.
 */
static void write_pages(unsigned int part)
{
	for (size_t i = 0; i < PAGES; i++)
		memory[(part * PAGES + i) * page]++;
}

static void *write_and_sleep(void *ready)
{
	write_pages((unsigned int)__atomic_fetch_add((int *)ready, 1, __ATOMIC_RELAXED) % THREADS);
	__atomic_fetch_add((int *)ready + 1, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
	return NULL;
}

static void *write_and_end(void *data)
{
	write_pages(THREADS);
	return data;
}

static pthread_t begin(void *(*work)(void *), void *data)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, work, data))
		_exit(1);
	return thread;
}

/*
 * Has threads that sleep, and with `has_dead_threads` one that has exited. With `ends`, exits
 * instead.
 */
static _Noreturn void run_measured_process(bool has_dead_threads, bool ends)
{
	const size_t size = (THREADS + 1) * PAGES * page;
	const pid_t subject = getpid();
	static int ready[2];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(memory, 1, size);
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* It may have ended earlier. */
		while (getppid() == subject)
			pause();
		_exit(0);
	}
	if (has_dead_threads)
		pthread_join(begin(write_and_end, NULL), NULL);
	if (ends) {
		write_pages(0);
		_exit(0);
	}
	for (unsigned int i = 0; i < THREADS; i++)
		begin(write_and_sleep, ready);
	while (__atomic_load_n(&ready[1], __ATOMIC_ACQUIRE) < THREADS)
		usleep(1000);
	prctl(PR_SET_NAME, "at rest");
	for (;;)
		pause();
}

/* Returns whether all its threads are asleep after their last action. */
static bool is_asleep(pid_t pid)
{
	struct procfs facts;
	char directory[64];
	size_t count;
	pid_t *tids;
	bool is;

	is = procfs_read(&facts, pid, 0) && (facts.state == 'Z' || !strcmp(facts.comm, "at rest"));
	procfs_clear(&facts);
	snprintf(directory, sizeof(directory), "/proc/%d/task", pid);
	count = procfs_list(directory, &tids);
	for (size_t i = 0; i < count && is; i++) {
		is = procfs_read(&facts, pid, tids[i]) && strchr("SZ", facts.state);
		procfs_clear(&facts);
	}
	free(tids);
	return is;
}

static pid_t start(bool has_dead_threads, bool ends)
{
	pid_t pid = fork();

	if (!pid)
		run_measured_process(has_dead_threads, ends);
	while (!is_asleep(pid))
		usleep(2000);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/*
 * Compares all delays that the kernel counts and that its version of taskstats contains. At least
 * one of them is not zero, unless the kernel does not measure it (before Linux 6.0).
 */
static void compare(const json_t *record, pid_t task, bool group)
{
	struct taskstats_client client;

	if (!taskstats_get(&client, task, group))
		skip();
	for (size_t i = 0; i < TASKSTATS_DELAYS; i++) {
		const char *key = taskstats_delays[i].key;
		int64_t reported =
			taskstats_number(&client.accounts[0], taskstats_delays[i].at) / 1000;

		if (json_object_get(record, key))
			assert_int_equal(record_number(record, key), reported);
		if (!strcmp(key, "wpcopy_delay_us") && reported)
			assert_true(record_number(record, key) > 0);
	}
	taskstats_clear(&client);
}

/* Takes a snapshot of this process, with its threads if `threads`. The caller owns it. */
static json_t *snapshot_of(pid_t pid, const char *threads)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return run_ps(WORDS("-p", text, "--with", "delay,time", threads));
}

/* Live processes, zombies, and a process whose leader has exited and has left threads. */
static void process_delays_match_taskstats(void **state)
{
	static const struct {
		bool has_dead_threads, ends;
	} subjects[] = {{false, false}, {true, false}, {true, true}};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		pid_t pid = start(subjects[i].has_dead_threads, subjects[i].ends);
		json_t *records = snapshot_of(pid, NULL);

		compare(records_only(records, "process", pid), pid, true);
		json_decref(records);
		end(pid);
	}
}

/* The leader's own record is that of its process. */
static void thread_delays_match_taskstats(void **state)
{
	pid_t pid = start(true, false);
	json_t *records = snapshot_of(pid, "--threads"), *record;
	unsigned int compared = 0;

	(void)state;
	records_each(records, record)
	{
		if (!record_is(record, "process") || !json_object_get(record, "thread"))
			continue;
		compare(record, (pid_t)record_number(record, "tid"), false);
		compared++;
	}
	assert_int_equal(compared, THREADS);
	json_decref(records);
	end(pid);
}

/*
 * For a process that never had threads the kernel keeps no sum: it has the delays of its only task.
 */
static void a_single_threaded_zombie_has_its_delays(void **state)
{
	pid_t pid = start(false, true);
	json_t *records = snapshot_of(pid, NULL);

	(void)state;
	compare(records_only(records, "process", pid), pid, false);
	json_decref(records);
	end(pid);
}

static int set_up(void **state)
{
	(void)state;
	page = (size_t)sysconf(_SC_PAGESIZE);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	delayacct_restore();
	return 0;
}

/* A kernel without the switch has the delays of all tasks or of none. */
static int switch_on(void **state)
{
	(void)state;
	delayacct_switch(true);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(process_delays_match_taskstats, switch_on),
		cmocka_unit_test(thread_delays_match_taskstats),
		cmocka_unit_test(a_single_threaded_zombie_has_its_delays),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
