// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients and servers in a time namespace whose boot clock has an offset. The oracles: the wall
 * clock, which no namespace changes, and /proc outside of the namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "oracle/procfs.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

#define SECOND_NS 1000000000ll

/* More than a day, and a negative offset with a fraction. */
static const char *const offsets[] = {"boottime 100000 0", "boottime -3 500000000"};

#define OFFSETS (sizeof(offsets) / sizeof(offsets[0]))

static bool write_offset(const char *offset)
{
	int fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	bool written = fd >= 0 && write(fd, offset, strlen(offset)) > 0;

	close(fd);
	return written;
}

/* Moves the caller itself, not just its children, to a new time namespace. */
static void enter_time_namespace(const void *offset)
{
	int fd;

	if (unshare(CLONE_NEWTIME) || !write_offset(offset))
		_exit(99);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (setns(fd, CLONE_NEWTIME))
		_exit(99);
	close(fd);
}

/* Skips the test if the kernel has no time namespaces. */
static int skip_without_time_namespaces(void **state)
{
	struct stat status;

	(void)state;
	if (stat("/proc/self/ns/time", &status))
		skip();
	return 0;
}

static int64_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* The field "time" of a record, in nanoseconds since 1970. */
static int64_t time_of(const json_t *record)
{
	struct tm tm = {0};
	const char *rest = strptime(record_text(record, "time"), "%Y-%m-%dT%H:%M:%S", &tm);

	assert_non_null(rest);
	assert_int_equal(*rest, '.');
	return timegm(&tm) * SECOND_NS + atol(rest + 1);
}

/* The clocks are read one after the other, and the offset between them once. */
#define CLOCK_MARGIN_NS 1000000

static void check_times(const char *offset, const char *const *words)
{
	int64_t before = wall_clock(), after;
	struct tool tool;
	json_t *records, *record;

	tool_start_after(&tool, words, enter_time_namespace, offset);
	tool_wait(&tool);
	after = wall_clock();
	records = watch_finish(&tool);
	assert_true(records_count(records, "exec", 0) > 0);
	records_each(records, record)
	{
		int64_t time = time_of(record);

		if (time < before - CLOCK_MARGIN_NS || time > after + CLOCK_MARGIN_NS)
			fail_msg("%s: %s at %s, not between %ld and %ld", offset,
				 record_text(record, "type"), record_text(record, "time"),
				 (long)before, (long)after);
	}
	json_decref(records);
	tool_clear(&tool);
}

static void event_times_are_those_of_the_wall_clock(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OFFSETS; i++)
		check_times(offsets[i],
			    WORDS("watch", "-j", "-o", "-", "--standalone", "--", "true"));
}

static void event_times_from_a_server_are_those_of_the_wall_clock(void **state)
{
	struct server server;

	(void)state;
	server_prepare(&server);
	for (unsigned int i = 0; i <= OFFSETS; i++) {
		if (i < OFFSETS)
			server_start_after(&server, WORDS(NULL), enter_time_namespace, offsets[i]);
		else
			server_start(&server, WORDS(NULL));
		check_times(offsets[0], WORDS("watch", "-j", "-o", "-", "--socket", server.socket,
					      "--", "true"));
		server_end(&server, SIGTERM);
	}
	server_clear(&server);
}

/* The time of boot, in seconds since 1970. */
static int64_t boot_time(void)
{
	FILE *file = fopen("/proc/stat", "re");
	int64_t seconds = 0;
	char line[4096];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && sscanf(line, "btime %ld", &seconds) != 1)
		;
	fclose(file);
	assert_true(seconds > 0);
	return seconds;
}

/* When ps(1), outside of the namespace, says that the process started. */
static time_t start_of(pid_t pid)
{
	struct procfs facts;
	time_t start;

	assert_true(procfs_read(&facts, pid, 0));
	start = boot_time() + (time_t)(facts.start / sysconf(_SC_CLK_TCK));
	procfs_clear(&facts);
	return start;
}

/* /proc/stat has the time of boot in whole seconds. */
static bool is_start(const char *shown, time_t start)
{
	char expected[16];

	for (time_t at = start - 1; at <= start + 2; at++) {
		strftime(expected, sizeof(expected), "%H:%M:%S", localtime(&at));
		if (!strcmp(shown, expected))
			return true;
	}
	return false;
}

static void ps_shows_the_start_as_outside(void **state)
{
	pid_t pid = fork();
	char number[16];

	(void)state;
	if (!pid)
		pause();
	snprintf(number, sizeof(number), "%d", pid);
	for (unsigned int i = 0; i < OFFSETS; i++) {
		struct tool tool;
		char start[32];

		tool_start_after(&tool, WORDS("ps", "--standalone", "-p", number),
				 enter_time_namespace, offsets[i]);
		tool_wait(&tool);
		assert_int_equal(tool_status(&tool), 0);
		assert_int_equal(sscanf(tool.out_text, "%*[^\n]\n%*d %*d %*s %*c %31s", start), 1);
		if (!is_start(start, start_of(pid)))
			fail_msg("%s: ps shows %s, /proc %ld", offsets[i], start,
				 (long)start_of(pid));
		tool_clear(&tool);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* What is older than the snapshot is in it already: both are compared by the boot clock. */
static void events_after_the_snapshot_are_reported(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < OFFSETS; i++) {
		struct tool tool;
		json_t *records;
		pid_t pid;

		tool_start_after(&tool,
				 WORDS("watch", "-j", "--standalone", "--existing", "--comm",
				       "test_time_names", "-e", "exit"),
				 enter_time_namespace, offsets[i]);
		/* The start, this process, the end of the snapshot. */
		tool_wait_lines(&tool, 3);
		pid = fork();
		if (!pid)
			_exit(3);
		waitpid(pid, NULL, 0);
		records = watch_finish(&tool);
		assert_int_equal(records_count(records, "exit", pid), 1);
		json_decref(records);
		tool_clear(&tool);
	}
}

static void check_age(const struct server *server, int64_t started, tool_prepare *prepare,
		      const void *context)
{
	struct tool tool;
	json_t *status;
	double seconds;

	tool_start_after(&tool, WORDS("status", "-j", "--socket", server->socket), prepare,
			 context);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	status = json_loads(tool.out_text, 0, NULL);
	assert_non_null(status);
	seconds = json_number_value(json_object_get(status, "seconds"));
	if (seconds < 0 || seconds > (double)(wall_clock() - started) / SECOND_NS + 0.1)
		fail_msg("a new server is said to be %f s old", seconds);
	json_decref(status);
	tool_clear(&tool);
}

static void stay(const void *context)
{
	(void)context;
}

static void a_server_is_as_old_as_it_is(void **state)
{
	int64_t started = wall_clock();
	struct server server;

	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	check_age(&server, started, enter_time_namespace, offsets[0]);
	server_end(&server, SIGTERM);
	started = wall_clock();
	server_start_after(&server, WORDS(NULL), enter_time_namespace, offsets[0]);
	check_age(&server, started, stay, NULL);
	server_end(&server, SIGTERM);
	server_clear(&server);
}

#define TEST(name) cmocka_unit_test_setup(name, skip_without_time_namespaces)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(event_times_are_those_of_the_wall_clock),
		TEST(event_times_from_a_server_are_those_of_the_wall_clock),
		TEST(ps_shows_the_start_as_outside),
		TEST(events_after_the_snapshot_are_reported),
		TEST(a_server_is_as_old_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
