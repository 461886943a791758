// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Filters by name, for a process whose threads have names of their own: --comm means the name of
 * the process, --thread-comm that of the thread. Both are compared with /proc.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness/run_ps.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* With a comma, and with a blank at its end; and how a list has it. */
#define FIRST	   "main, first "
#define FIRST_ITEM "main\\, first\\ "
#define WORKER	   "worker"
#define RENAMED	   "renamed"
#define PROGRAM	   "true"

/* What the process shares with the test. */
static struct shared {
	pid_t worker;
	pid_t children[2]; /* of the worker; the second after its change of name */
	bool go;
} * shared;

static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

/*
 * The C library's function would change the ids of all threads. An execve makes the saved id equal
 * to the effective one; it is so already, or there would be one more event.
 */
static void change_own_uid(void)
{
	if (syscall(SYS_setresuid, -1, 54310, 54310))
		_exit(98);
}

static void *work(void *argument)
{
	char *const words[] = {PROGRAM, NULL};

	prctl(PR_SET_NAME, WORKER);
	__atomic_store_n(&shared->worker, syscall(SYS_gettid), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&shared->go, __ATOMIC_ACQUIRE))
		usleep(1000);
	shared->children[0] = fork_child();
	change_own_uid();
	prctl(PR_SET_NAME, RENAMED);
	shared->children[1] = fork_child();
	execv("/bin/" PROGRAM, words);
	return argument;
}

static pid_t start_process(void)
{
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	pid = fork();
	if (!pid) {
		pthread_t thread;

		prctl(PR_SET_NAME, FIRST);
		pthread_create(&thread, NULL, work, NULL);
		pthread_join(thread, NULL);
		_exit(97);
	}
	WAIT_UNTIL(__atomic_load_n(&shared->worker, __ATOMIC_ACQUIRE));
	return pid;
}

static void finish(pid_t pid)
{
	int status;

	__atomic_store_n(&shared->go, true, __ATOMIC_RELEASE);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void assert_proc_has(pid_t pid, pid_t tid, const char *name)
{
	char path[64], text[32];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/comm", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	size = read(fd, text, sizeof(text) - 1);
	assert_true(size > 0);
	close(fd);
	text[size - 1] = '\0'; /* a newline */
	assert_string_equal(text, name);
}

/* What a filter passes of the process. */
struct filter_case {
	const char *option, *list;
	bool forks[2], uid, comm, exec; /* of the worker: before and after its change of name */
	bool exits[2];			/* of its children, which have its name */
	unsigned int threads;		/* in a snapshot, before all that */
};

static const struct filter_case cases[] = {
	{"--comm", FIRST_ITEM, {true, true}, true, true, false, {false, false}, 2},
	{"--comm", WORKER, {false, false}, false, false, false, {true, false}, 0},
	{"--comm", RENAMED, {false, false}, false, false, false, {false, true}, 0},
	{"--comm", PROGRAM, {false, false}, false, false, true, {false, false}, 0},
	{"--thread-comm", FIRST_ITEM, {false, false}, false, false, false, {false, false}, 1},
	{"--thread-comm", WORKER, {true, false}, true, false, false, {true, false}, 1},
	{"--thread-comm", RENAMED, {false, true}, false, true, false, {false, true}, 0},
	{"--thread-comm", PROGRAM, {false, false}, false, false, true, {false, false}, 0},
};

static void check(const struct filter_case *one, const char *what, size_t count, size_t expected)
{
	if (count != expected)
		fail_msg("%s \"%s\": %zu %s, expected %zu", one->option, one->list, count, what,
			 expected);
}

static bool is_fork_of(const json_t *record, pid_t child)
{
	return record_is(record, "fork") && record_number(record, "child_pid") == child;
}

static size_t count_forks(const json_t *records, pid_t child)
{
	const json_t *record;
	size_t count = 0;

	records_each(records, record) count += is_fork_of(record, child);
	return count;
}

static void check_records(const struct filter_case *one, const json_t *records, pid_t pid)
{
	check(one, "uid", records_count(records, "uid", pid), one->uid);
	check(one, "comm", records_count(records, "comm", pid), one->comm);
	check(one, "exec", records_count(records, "exec", pid), one->exec);
	for (size_t i = 0; i < 2; i++) {
		check(one, i ? "second fork" : "fork", count_forks(records, shared->children[i]),
		      one->forks[i]);
		check(one, i ? "second exit" : "exit",
		      records_count(records, "exit", shared->children[i]), one->exits[i]);
	}
}

static void check_snapshot(const struct filter_case *one, pid_t pid)
{
	char id[16];
	json_t *records;

	snprintf(id, sizeof(id), "%d", pid);
	records = run_ps(WORDS("-p", id, "--threads", one->option, one->list));
	check(one, "threads", records_count(records, "process", pid), one->threads);
	json_decref(records);
}

static void a_name_is_that_of_the_process_or_of_the_thread(void **state)
{
	struct tool tools[LENGTH(cases)];
	pid_t pid = start_process();

	(void)state;
	assert_proc_has(pid, pid, FIRST);
	assert_proc_has(pid, shared->worker, WORKER);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		check_snapshot(&cases[i], pid);
		watch_start(&tools[i], WORDS("--standalone", "-e", "fork,exec,exit,uid,comm",
					     "--threads", cases[i].option, cases[i].list));
	}
	finish(pid);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		json_t *records = watch_finish(&tools[i]);

		check_records(&cases[i], records, pid);
		json_decref(records);
		tool_clear(&tools[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_that_of_the_process_or_of_the_thread),
	};

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
