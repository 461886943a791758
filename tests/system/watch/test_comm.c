// SPDX-License-Identifier: GPL-2.0-or-later
/* A thread renames another one that is in a failing execve(2): each new name is an event. */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

/* The thread that is renamed. It executes a file that is not a program. */
struct failing {
	const char *path;
	pid_t tid; /* set once the thread is running */
	bool enough;
};

static void *fail_to_execute(void *argument)
{
	struct failing *failing = argument;
	char *const words[] = {"nothing", NULL};

	__atomic_store_n(&failing->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	while (!__atomic_load_n(&failing->enough, __ATOMIC_ACQUIRE))
		execv(failing->path, words);
	return NULL;
}

static void rename_thread(pid_t tid, unsigned int count)
{
	char path[64], name[16];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	for (unsigned int i = 0; i < count; i++) {
		int length = snprintf(name, sizeof(name), "name-%u", i);

		if (fd < 0 || write(fd, name, length) != length)
			_exit(99);
	}
	close(fd);
}

static _Noreturn void rename_beside_execs(const char *path, unsigned int count)
{
	struct failing failing = {.path = path};
	pthread_t thread;

	if (pthread_create(&thread, NULL, fail_to_execute, &failing))
		_exit(98);
	while (!__atomic_load_n(&failing.tid, __ATOMIC_ACQUIRE))
		usleep(100);
	rename_thread(failing.tid, count);
	__atomic_store_n(&failing.enough, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	_exit(0);
}

/* A script that is its own interpreter: the kernel needs some time before it gives up on it. */
static void create_invalid_program(char path[32])
{
	char text[40];
	int fd, length;

	strcpy(path, "/tmp/procsieve-comm-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	length = snprintf(text, sizeof(text), "#!%s\n", path);
	assert_int_equal(write(fd, text, length), length);
	assert_int_equal(fchmod(fd, 0755), 0);
	close(fd);
}

static void a_name_given_during_a_failing_exec_is_an_event(void **state)
{
	const unsigned int count = tool_fewer(20000);
	char path[32];
	struct tool tool;
	json_t *records;
	int status;
	pid_t pid;

	(void)state;
	create_invalid_program(path);
	watch_start(&tool, WORDS("-e", "comm", "--threads"));
	pid = fork();
	if (!pid)
		rename_beside_execs(path, count);
	waitpid(pid, &status, 0);
	unlink(path);
	assert_int_equal(status, 0);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "comm", pid) + records_lost(records), count);
	json_decref(records);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_given_during_a_failing_exec_is_an_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
