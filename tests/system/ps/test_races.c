// SPDX-License-Identifier: GPL-2.0-or-later
/* `procsieve ps` while processes start and exit: each one is reported completely or not at all. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oracle/procfs.h"
#include "harness/run_ps.h"

#define STORMS	  4
#define RUNS	  200
#define RUNS_MIN  20
#define ENOUGH_NS 6000000000 /* on a busy machine: only RUNS_MIN runs after this time */
#define NAME	  "fork storm"
#define USER	  4321
#define GROUP	  8765

static pid_t storms[STORMS];
static uint64_t began_ns;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void *end_with_thread(void *data)
{
	return data;
}

static _Noreturn void end(unsigned int turn)
{
	pthread_t thread;

	if (turn % 8 == 0)
		execl("/bin/true", "true", NULL);
	if (turn % 8 == 1 && !pthread_create(&thread, NULL, end_with_thread, NULL))
		pthread_join(thread, NULL);
	if (turn % 8 == 2)
		raise(SIGKILL);
	_exit(0);
}

/*
 * All processes of a family have the same values in all reported fields. Each waits for several
 * children at a time.
 */
static _Noreturn void create_children_for_ever(int started)
{
	struct sched_param param = {0};

	prctl(PR_SET_NAME, NAME);
	sched_setscheduler(0, SCHED_BATCH, &param);
	/* Lets other processes run as well. */
	setpriority(PRIO_PROCESS, 0, 19);
	if (setsid() < 0 || setgid(GROUP) || setuid(USER))
		_exit(1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (write(started, ".", 1) != 1)
		_exit(1);
	for (unsigned int turn = 0;; turn++) {
		if (!fork())
			end(turn);
		if (turn % 4 == 3)
			while (waitpid(-1, NULL, 0) > 0)
				;
	}
}

static bool is_storm(pid_t pid)
{
	for (size_t i = 0; i < STORMS; i++)
		if (storms[i] == pid)
			return true;
	return false;
}

/* Checks what holds for every process. */
static void check_any(const json_t *record, uint64_t until_ns)
{
	int64_t pid = record_number(record, "pid"), ppid = record_number(record, "ppid");
	const char *state = record_text(record, "state");
	size_t size;
	char *name = record_bytes(record, "comm", &size);

	assert_true(pid > 0 && record_number(record, "tid") == pid);
	/* Other processes of the machine may have an empty comm. */
	assert_true(size > 0 || !is_storm((pid_t)ppid));
	assert_true(strlen(state) == 1 && strchr("RSDTtXZPI", *state));
	assert_true(record_number(record, "threads") >= 1);
	assert_true(record_u64(record, "start_ns") <= until_ns);
	/* Only a process made by the kernel itself has no parent. */
	assert_true(ppid > 0 || procfs_parent(pid) == 0);
	free(name);
}

/*
 * Checks a child of the storm, found by its parent. An executed program has another name and no
 * other difference.
 */
static void check_child(const json_t *record, bool all)
{
	pid_t parent = (pid_t)record_number(record, "ppid");

	assert_int_equal(record_number(record, "uid"), USER);
	assert_int_equal(record_number(record, "gid"), GROUP);
	assert_int_equal(record_number(record, "pgid"), parent);
	assert_int_equal(record_number(record, "sid"), parent);
	assert_true(record_u64(record, "start_ns") >= began_ns);
	assert_null(json_object_get(record, "tracer_pid"));
	if (!all)
		return;
	assert_int_equal(record_number(record, "ruid"), USER);
	assert_int_equal(record_number(record, "fsgid"), GROUP);
	assert_string_equal(record_text(record, "cap_effective"), "0000000000000000");
	assert_int_equal(record_number(record, "ns_pid"), record_number(record, "pid"));
	assert_string_equal(record_text(record, "policy"), "BATCH");
	assert_int_equal(
		json_integer_value(json_array_get(json_object_get(record, "ancestors"), 0)),
		parent);
	assert_true(*record_text(record, "cgroup") == '/');
	if (json_object_get(record, "vsz_kb"))
		assert_true(record_number(record, "vsz_kb") > 0);
	/* Zombies have neither; exiting processes lose one after the other. */
	if (*record_text(record, "state") == 'Z')
		assert_null(json_object_get(record, "exe"));
	else if (json_object_get(record, "exe"))
		assert_true(*record_text(record, "exe") == '/');
}

/* Returns the number of children of the storm. */
static size_t check_snapshot(const char *const *words, bool all)
{
	json_t *records = run_ps(words), *record;
	uint64_t until_ns = now_ns();
	size_t children = 0;

	records_each(records, record)
	{
		if (!record_is(record, "process"))
			continue;
		check_any(record, until_ns);
		if (!is_storm((pid_t)record_number(record, "ppid")))
			continue;
		check_child(record, all);
		children++;
	}
	json_decref(snapshot_index(records));
	json_decref(records);
	return children;
}

static void no_process_is_reported_partially(void **state)
{
	size_t children = 0;

	(void)state;
	for (unsigned int run = 0; run < RUNS; run++) {
		if (run >= tool_fewer(RUNS_MIN) && now_ns() - began_ns > ENOUGH_NS)
			break;
		if (run % 2)
			children += check_snapshot(WORDS(NULL), false);
		else
			children += check_snapshot(WORDS("--with", "args,exe,cwd,cred,time,mem,io,"
								   "sched,ns,cgroup,tty,ancestors"),
						   true);
	}
	assert_true(children > 0);
}

static int set_up(void **state)
{
	int started[2];
	char byte;

	(void)state;
	began_ns = now_ns();
	assert_int_equal(pipe(started), 0);
	for (size_t i = 0; i < STORMS; i++) {
		storms[i] = fork();
		if (!storms[i])
			create_children_for_ever(started[1]);
	}
	for (size_t i = 0; i < STORMS; i++)
		assert_int_equal(read(started[0], &byte, 1), 1);
	close(started[0]);
	close(started[1]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < STORMS; i++) {
		kill(storms[i], SIGKILL);
		waitpid(storms[i], NULL, 0);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_process_is_reported_partially),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
