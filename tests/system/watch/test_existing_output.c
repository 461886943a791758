// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A stream that begins with the existing processes, written to an output that accepts it only in
 * parts.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

/* Together more than the tool's buffer and a pipe hold. */
#define SLEEPERS 100
#define ARG_SIZE 4000

#define ENDS	 20
#define END_CODE 7

static pid_t sleepers[SLEEPERS];
static char self[16];

/* Executes a program with a long name. */
static _Noreturn void become_sleeper(void)
{
	static char name[ARG_SIZE + 1];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memset(name, 'z', ARG_SIZE);
	execl("/usr/bin/sleep", name, "1000", NULL);
	_exit(99);
}

static bool has_become(pid_t pid)
{
	char path[64], byte = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	if (read(fd, &byte, 1) < 0)
		byte = 0;
	close(fd);
	return byte == 'z';
}

static int start_sleepers(void **state)
{
	(void)state;
	snprintf(self, sizeof(self), "%d", getpid());
	for (unsigned int i = 0; i < SLEEPERS; i++) {
		sleepers[i] = fork();
		if (!sleepers[i])
			become_sleeper();
	}
	for (unsigned int i = 0; i < SLEEPERS; i++)
		WAIT_UNTIL(has_become(sleepers[i]));
	return 0;
}

static int end_sleepers(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < SLEEPERS; i++) {
		kill(sleepers[i], SIGKILL);
		waitpid(sleepers[i], NULL, 0);
	}
	return 0;
}

/* Each process exactly once. The test itself and processes started later are not among them. */
static void check_processes(const json_t *records)
{
	for (unsigned int i = 0; i < SLEEPERS; i++)
		records_only(records, "process", sleepers[i]);
	assert_int_equal(records_count(records, "snapshot_end", 0), 1);
}

static bool is_full(int pipe, int size)
{
	int held;

	assert_int_equal(ioctl(pipe, FIONREAD, &held), 0);
	return held >= size - 4096;
}

static char *read_all(int fd)
{
	size_t size = 0, room = 4 << 20;
	char *text = malloc(room + 1);
	ssize_t got;

	while ((got = read(fd, text + size, room - size)) > 0)
		size += got;
	assert_true(size < room);
	text[size] = '\0';
	return text;
}

/*
 * They start and end while the tool waits for its reader. No listener subscribed to forks, so only
 * their exits are reported.
 */
static void processes_that_end_during_the_snapshot_are_reported(void **state)
{
	struct tool tool;
	json_t *records;
	int out[2];
	char *text;

	(void)state;
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	tool_start(&tool,
		   WORDS("watch", "-j", "--existing", "-e", "exit", "--with", "args", "-p", self,
			 "--follow", "--ring", "1M"),
		   out[1]);
	close(out[1]);
	close(tool.out);
	tool.out = -1;
	WAIT_UNTIL(is_full(out[0], fcntl(out[0], F_GETPIPE_SZ)));
	for (unsigned int i = 0; i < ENDS; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(END_CODE);
		waitpid(pid, NULL, 0);
	}
	kill(tool.pid, SIGINT);
	text = read_all(out[0]);
	close(out[0]);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	records = records_load(text);
	check_processes(records);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "exit", 0), ENDS);
	json_decref(records);
	free(text);
	tool_clear(&tool);
}

static bool holds(const char *path, const char *wanted)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = read_all(fd);
	bool does = strstr(text, wanted);

	close(fd);
	free(text);
	return does;
}

static off_t size_of(const char *path)
{
	struct stat stat_buffer;

	return stat(path, &stat_buffer) ? 0 : stat_buffer.st_size;
}

/* The disk becomes full during the snapshot, and then has space again. */
static void a_full_disk_only_delays_it(void **state)
{
	char directory[] = "/tmp/procsieve-disk-XXXXXX", path[64], *text;
	struct tool tool;
	json_t *records;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(mount("tmpfs", directory, "tmpfs", 0, "size=128k"), 0);
	snprintf(path, sizeof(path), "%s/records", directory);
	tool_start(&tool,
		   WORDS("watch", "-j", "--existing", "-e", "exit", "--with", "args", "-p", self,
			 "--follow", "-o", path),
		   -1);
	WAIT_UNTIL(size_of(path) >= 128 << 10);
	assert_int_equal(mount("tmpfs", directory, "tmpfs", MS_REMOUNT, "size=8m"), 0);
	WAIT_UNTIL(holds(path, "snapshot_end"));
	tool_stop(&tool);
	assert_int_equal(tool_status(&tool), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	text = read_all(fd);
	close(fd);
	records = records_load(text);
	check_processes(records);
	json_decref(records);
	free(text);
	tool_clear(&tool);
	assert_int_equal(umount(directory), 0);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(processes_that_end_during_the_snapshot_are_reported),
		cmocka_unit_test(a_full_disk_only_delays_it),
	};

	return cmocka_run_group_tests(tests, start_sleepers, end_sleepers);
}
