// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the tool behaves in its environment: signals, pipes, full disks, limits, missing privileges,
 * and idle time.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/records.h"

static char self[16];

/* Makes `count` children that exit with 0. */
static void create_children(unsigned int count)
{
	while (count--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void signals_end_it_with_all_that_happened(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM};
	const unsigned int ends = tool_fewer(1000);
	char said[64];

	(void)state;
	snprintf(said, sizeof(said), "procsieve: %u events, 0 lost\n", ends);
	for (size_t i = 0; i < 2; i++) {
		struct tool tool;
		json_t *records;

		watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "--latency", "500"));
		create_children(ends);
		kill(tool.pid, signals[i]);
		tool_wait(&tool);
		records = watch_finish(&tool);
		assert_int_equal(records_count(records, "exit", 0), ends);
		assert_string_equal(tool.err_text, said);
		json_decref(records);
		tool_clear(&tool);
	}
}

/* Starts the tool with a pipe as its output; returns the read end. */
static int start_with_pipe(struct tool *tool, const char *const *words)
{
	int out[2];

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	tool_start(tool, words, out[1]);
	close(out[1]);
	close(tool->out);
	tool->out = -1;
	return out[0];
}

static void a_closed_pipe_ends_it_even_when_idle(void **state)
{
	struct tool tool;
	char line[4096];
	int out;

	(void)state;
	/* The watched process (the test) causes no event while it waits. */
	out = start_with_pipe(&tool, WORDS("watch", "-j", "-p", self));
	assert_true(read(out, line, sizeof(line)) > 0);
	usleep(100000);
	close(out);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.err_text, "procsieve: 0 events, 0 lost\n");
	tool_clear(&tool);
}

/*
 * An event is not held back until a buffer is full or a timer expires: the latency is set to more
 * than the test's timeout.
 */
static void a_lone_event_goes_out_at_once(void **state)
{
	struct tool tool;
	struct pollfd ready;
	char line[8192];
	ssize_t size;

	(void)state;
	ready.fd = start_with_pipe(&tool, WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow",
						"--latency", "10000"));
	ready.events = POLLIN;
	assert_true(read(ready.fd, line, sizeof(line)) > 0);
	usleep(100000);
	create_children(1);
	assert_int_equal(poll(&ready, 1, 5000), 1);
	size = read(ready.fd, line, sizeof(line));
	assert_true(size > 0 && line[size - 1] == '\n');
	kill(tool.pid, SIGINT);
	close(ready.fd);
	tool_wait(&tool);
	tool_clear(&tool);
}

/* Every read of a pipe returns whole lines: a batch is one write. */
static void lines_are_written_whole(void **state)
{
	struct tool tool;
	char buffer[1 << 20];
	unsigned int reads = 0;
	ssize_t size;
	int out;

	(void)state;
	out = start_with_pipe(&tool,
			      WORDS("watch", "-e", "exit", "-p", self, "--follow", "-n", "300"));
	assert_true(read(out, buffer, sizeof(buffer)) > 0);
	create_children(300);
	while ((size = read(out, buffer, sizeof(buffer))) > 0) {
		assert_int_equal(buffer[size - 1], '\n');
		reads++;
	}
	close(out);
	tool_wait(&tool);
	assert_in_range(reads, 1, 300);
	tool_clear(&tool);
}

static void it_ends_after_so_many_events(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "-n", "10"));
	create_children(50);
	tool_wait(&tool);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exit", 0), 10);
	assert_string_equal(tool.err_text, "procsieve: 10 events, 0 lost\n");
	json_decref(records);
	tool_clear(&tool);
}

static void it_ends_after_the_time_given(void **state)
{
	struct timespec before, after;
	struct tool tool;

	(void)state;
	clock_gettime(CLOCK_MONOTONIC, &before);
	tool_run(&tool, WORDS("watch", "-p", self, "--duration", "0.3"));
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(tool_status(&tool), 0);
	/* Not earlier; how much later depends on the machine. */
	assert_true((after.tv_sec - before.tv_sec) * 1000000000ll + after.tv_nsec -
			    before.tv_nsec >=
		    300000000);
	tool_clear(&tool);
}

/*
 * Each event is either lost or in one of the lines that were not written; the latter also include
 * the first line and the lost records.
 */
static void a_full_disk_is_reported_and_counted(void **state)
{
	const unsigned int ends = tool_fewer(1500);
	unsigned int events, lost, unwritten;
	struct tool tool;
	char last;

	(void)state;
	tool_start(&tool,
		   WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow", "-o", "/dev/full",
			 "--ring", "64K"),
		   -1);
	tool_wait_error(&tool, "trying again");
	create_children(ends);
	kill(tool.pid, SIGINT);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_int_equal(sscanf(tool.err_text,
				"procsieve: no space left for the output; trying again\n"
				"procsieve: %u events, %u lost, %u lines not written\n"
				"procsieve: no space left for the outpu%c",
				&events, &lost, &unwritten, &last),
			 4);
	assert_in_range(lost + unwritten, ends + 1, ends + 10);
	assert_true(events <= ends);
	tool_clear(&tool);
}

/* The run ends soon after the command has, though nothing of it could be written. */
static void a_full_disk_does_not_outlast_the_command(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "-o", "/dev/full", "--", "sh", "-c", "exit 3"));
	assert_int_equal(tool_status(&tool), 125);
	assert_string_equal(tool.err_text, "procsieve: no space left for the output; trying again\n"
					   "procsieve: 2 events, 0 lost, 3 lines not written\n"
					   "procsieve: no space left for the output\n");
	tool_clear(&tool);
}

/*
 * More events than the buffer holds lines: those that are still in the ring count as events too.
 * The shell runs seq(1) first.
 */
static void all_events_count_though_none_was_written(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-e", "exit", "-o", "/dev/full", "--", "sh", "-c",
			      "for i in $(seq 1000); do /bin/true; done"));
	assert_int_equal(tool_status(&tool), 125);
	assert_non_null(
		strstr(tool.err_text, "procsieve: 1002 events, 0 lost, 1003 lines not written\n"));
	tool_clear(&tool);
}

static void limit_file_size(const void *context)
{
	const struct rlimit limit = {4096, 4096};

	(void)context;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* SIGXFSZ would end procsieve, and leave its command alone. */
static void a_file_size_limit_is_like_a_full_disk(void **state)
{
	char path[] = "/tmp/procsieve-limit-XXXXXX";
	struct tool tool;

	(void)state;
	close(mkstemp(path));
	tool_start_after(&tool,
			 WORDS("watch", "-j", "-e", "exit", "-o", path, "--", "sh", "-c",
			       "for i in $(seq 30); do /bin/true; done; exit 3"),
			 limit_file_size, NULL);
	tool_wait(&tool);
	unlink(path);
	assert_int_equal(tool_status(&tool), 125);
	assert_non_null(strstr(tool.err_text, "procsieve: 32 events, 0 lost, "));
	assert_non_null(strstr(tool.err_text, "no space left for the output\n"));
	tool_clear(&tool);
}

/* What is full when the command starts and has room before it ends gets all of it, in order. */
static void what_a_full_disk_did_not_take_comes_later(void **state)
{
	char directory[] = "/tmp/procsieve-full-XXXXXX", path[64], filler[64], script[200];
	char text[16384] = "";
	struct tool tool;
	json_t *records;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(mount("tmpfs", directory, "tmpfs", 0, "size=64k"), 0);
	snprintf(path, sizeof(path), "%s/out", directory);
	snprintf(filler, sizeof(filler), "%s/filler", directory);
	snprintf(script, sizeof(script), "cat /dev/zero >%s 2>&1; sleep 0.5; : >%s; sleep 0.5",
		 filler, filler);
	tool_run(&tool, WORDS("watch", "-j", "-e", "exec", "-o", path, "--latency", "0", "--", "sh",
			      "-c", script));
	assert_int_equal(tool_status(&tool), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	records = records_load(text);
	assert_int_equal(records_count(records, "exec", 0), 4);
	assert_true(record_is(json_array_get(records, json_array_size(records) - 1), "stop"));
	json_decref(records);
	tool_clear(&tool);
	umount(directory);
	rmdir(directory);
}

/* The number of context switches of a process, from its status file. */
static long count_switches(pid_t pid)
{
	char path[64], line[256];
	long voluntary = -1, forced = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		sscanf(line, "voluntary_ctxt_switches: %ld", &voluntary);
		sscanf(line, "nonvoluntary_ctxt_switches: %ld", &forced);
	}
	if (file)
		fclose(file);
	assert_true(voluntary >= 0 && forced >= 0);
	return voluntary + forced;
}

/* Neither events of other processes nor timers wake it. */
static void idle_costs_no_wake_up(void **state)
{
	pid_t other = fork();
	struct tool tool;
	char text[16];
	long before;

	(void)state;
	if (!other) {
		pause();
		_exit(0);
	}
	snprintf(text, sizeof(text), "%d", other);
	watch_start(&tool, WORDS("-p", text));
	/* Wait until everything that belongs to its start is done. */
	do {
		before = count_switches(tool.pid);
		usleep(tool_longer(100000));
	} while (count_switches(tool.pid) != before);
	create_children(200);
	usleep(700000);
	assert_int_equal(count_switches(tool.pid), before);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	tool_wait(&tool);
	tool_clear(&tool);
}

static void without_privilege_it_prints_one_line(void **state)
{
	char text[4096] = "";
	int err[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(err), 0);
	pid = fork();
	if (!pid) {
		dup2(err[1], STDERR_FILENO);
		dup2(err[1], STDOUT_FILENO);
		/* Opened in advance: the other user may be unable to reach the path. */
		int program = open(tool_path(), O_PATH | O_CLOEXEC);

		if (program < 0 || setgroups(0, NULL) || setgid(65534) || setuid(65534))
			_exit(99);
		fexecve(program, (char *const[]){"procsieve", "watch", NULL},
			(char *const[]){NULL});
		_exit(98);
	}
	close(err[1]);
	assert_true(read(err[0], text, sizeof(text) - 1) > 0);
	close(err[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 3 << 8);
	assert_int_equal(strncmp(text, "procsieve: ", 11), 0);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	assert_non_null(strstr(text, "root"));
}

static void a_closed_standard_output_is_reported(void **state)
{
	char command[200];

	(void)state;
	snprintf(command, sizeof(command), "%s watch -e exit -p %s >&- 2>/dev/null", tool_path(),
		 self);
	assert_int_equal(system(command), 1 << 8);
}

/* One signal: a reader that has stalled is given a second. */
static void a_stalled_reader_is_not_waited_for(void **state)
{
	struct tool tool;
	int out;

	(void)state;
	out = start_with_pipe(&tool, WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow"));
	assert_int_equal(read(out, (char[1]){0}, 1), 1);
	create_children(400);
	kill(tool.pid, SIGTERM);
	tool_wait(&tool);
	close(out);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "the output is not read\n"));
	tool_clear(&tool);
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = {0};

	assert_int_equal(waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

/*
 * After the second signal the tool does not wait for a stalled reader. Repeats, because two pending
 * signals of one number become one.
 */
static void a_second_signal_ends_it_at_once(void **state)
{
	struct tool tool;
	char page[4096];
	int out;

	(void)state;
	out = start_with_pipe(&tool, WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow"));
	assert_int_equal(read(out, (char[1]){0}, 1), 1);
	/* More than a pipe holds. */
	create_children(400);
	usleep(100000);
	for (unsigned int i = 0; i < 20 && !has_ended(tool.pid); i++) {
		kill(tool.pid, SIGINT);
		usleep(10000);
	}
	/* If the tool were still waiting, a reader that starts now would get everything. */
	while (!has_ended(tool.pid)) {
		kill(tool.pid, SIGINT);
		assert_true(read(out, page, sizeof(page)) >= 0);
		usleep(100000);
	}
	tool_wait(&tool);
	close(out);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "the output is not read\n"));
	tool_clear(&tool);
}

/*
 * The kernel's view of the timer that waits for the clock to be set: it must not expire in
 * practice.
 */
static void the_clock_timer_does_not_expire_in_2038(void **state)
{
	char path[64], line[256];
	long long left = 0;
	struct tool tool;

	(void)state;
	tool_start(&tool, WORDS("watch", "-j", "-e", "coredump", "--standalone"), -1);
	tool_wait_lines(&tool, 1);
	for (int fd = 3; fd < 64; fd++) {
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", tool.pid, fd);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file))
			sscanf(line, "it_value: (%lld,", &left);
		if (file)
			fclose(file);
	}
	tool_stop(&tool);
	tool_clear(&tool);
	/* Later than a 32-bit time_t can represent. */
	assert_true(time(NULL) + left > 1ll << 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_end_it_with_all_that_happened),
		cmocka_unit_test(a_stalled_reader_is_not_waited_for),
		cmocka_unit_test(a_second_signal_ends_it_at_once),
		cmocka_unit_test(a_closed_pipe_ends_it_even_when_idle),
		cmocka_unit_test(a_lone_event_goes_out_at_once),
		cmocka_unit_test(a_closed_standard_output_is_reported),
		cmocka_unit_test(lines_are_written_whole),
		cmocka_unit_test(it_ends_after_so_many_events),
		cmocka_unit_test(it_ends_after_the_time_given),
		cmocka_unit_test(a_full_disk_is_reported_and_counted),
		cmocka_unit_test(a_full_disk_does_not_outlast_the_command),
		cmocka_unit_test(all_events_count_though_none_was_written),
		cmocka_unit_test(a_file_size_limit_is_like_a_full_disk),
		cmocka_unit_test(what_a_full_disk_did_not_take_comes_later),
		cmocka_unit_test(idle_costs_no_wake_up),
		cmocka_unit_test(the_clock_timer_does_not_expire_in_2038),
		cmocka_unit_test(without_privilege_it_prints_one_line),
	};

	snprintf(self, sizeof(self), "%d", getpid());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
