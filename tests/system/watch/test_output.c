// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where lines go: files that are appended to, reopened and rotated, commands that read them, FIFOs,
 * and the standard descriptors, which belong to a command first.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

static char directory[64], path[80], moved[96], self[16];

static int make_directory(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/procsieve-output-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/events", directory);
	snprintf(moved, sizeof(moved), "%s.old", path);
	return 0;
}

static int remove_directory(void **state)
{
	DIR *list = opendir(directory);
	struct dirent *entry;

	(void)state;
	while ((entry = readdir(list)))
		unlinkat(dirfd(list), entry->d_name, 0);
	closedir(list);
	return rmdir(directory);
}

/* Returns the contents of a file, which the caller frees. */
static char *read_file(const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *text;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &status), 0);
	text = calloc(1, status.st_size + 1);
	assert_int_equal(read(fd, text, status.st_size), status.st_size);
	close(fd);
	return text;
}

static bool read_proc(const char *name, char *text, size_t size)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	return got > 0;
}

static void append_file(char *text, size_t room, const char *name)
{
	char *more = read_file(name);

	assert_true(strlen(text) + strlen(more) < room);
	strcat(text, more);
	free(more);
}

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static off_t size_of(const char *name)
{
	struct stat status;

	return stat(name, &status) ? -1 : status.st_size;
}

static mode_t mode_of(const char *name)
{
	struct stat status;

	assert_int_equal(stat(name, &status), 0);
	return status.st_mode & 07777;
}

/* Forks `count` children that exit with 5, one after the other. */
static void make_exits(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			_exit(5);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 5 << 8);
	}
}

/* The number of runs that have written to the text. */
static unsigned int count_starts(const char *text)
{
	unsigned int count = 0;

	while ((text = strstr(text, "\"type\":\"start\""))) {
		text++;
		count++;
	}
	return count;
}

/* Runs `true` as the command, with its events in the file. */
static void run_into_file(const char *const *words)
{
	struct tool tool;

	tool_run(&tool, words);
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.out_text, "");
	tool_clear(&tool);
}

static void a_file_is_appended_to(void **state)
{
	char *text;

	(void)state;
	write_file(path, "kept\n");
	for (unsigned int runs = 1; runs <= 2; runs++) {
		run_into_file(WORDS("watch", "-j", "-e", "exit", "-o", path, "--", "true"));
		text = read_file(path);
		assert_ptr_equal(strstr(text, "kept\n{"), text);
		assert_int_equal(count_starts(text), runs);
		free(text);
	}
	run_into_file(WORDS("watch", "-j", "-o", path, "--truncate", "--", "true"));
	text = read_file(path);
	assert_int_equal(*text, '{');
	assert_int_equal(count_starts(text), 1);
	free(text);
}

/* A process that was killed, or whose disk was full, left part of a line. */
static void an_incomplete_line_is_ended_first(void **state)
{
	json_t *records;
	char *text;

	(void)state;
	write_file(path, "{\"v\":1,\"ty");
	run_into_file(WORDS("watch", "-j", "-e", "exit", "-o", path, "--", "true"));
	text = read_file(path);
	assert_ptr_equal(strstr(text, "{\"v\":1,\"ty\n{"), text);
	records = records_load(strchr(text, '\n') + 1);
	assert_int_equal(records_count(records, "exit", 0), 1);
	json_decref(records);
	free(text);
}

static void a_new_file_is_for_its_owner_alone(void **state)
{
	mode_t mask = umask(0);

	(void)state;
	run_into_file(WORDS("watch", "-o", path, "--", "true"));
	assert_int_equal(mode_of(path), 0600);
	unlink(path);
	run_into_file(WORDS("watch", "--umask", "027", "-o", path, "--", "true"));
	assert_int_equal(mode_of(path), 0640);
	unlink(path);
	run_into_file(WORDS("ps", "--output", path, "-p", self));
	assert_int_equal(mode_of(path), 0600);
	umask(mask);
}

/* From the mask of caught signals in /proc/PID/status. */
static bool catches_hangup(pid_t pid)
{
	char name[32], *text, *mask;
	unsigned long long caught = 0;

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	text = calloc(1, 8192);
	mask = read_proc(name, text, 8192) ? strstr(text, "SigCgt:") : NULL;
	if (mask)
		sscanf(mask, "SigCgt: %llx", &caught);
	free(text);
	return caught >> (SIGHUP - 1) & 1;
}

static void wait_for_file(const char *name)
{
	WAIT_UNTIL(size_of(name) > 0);
}

static void start_into_file(struct tool *tool, tool_prepare *prepare)
{
	tool_start_after(tool,
			 WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow", "-o", path,
			       "--ring", "16M"),
			 prepare, NULL);
	wait_for_file(path);
}

static void change_nothing(const void *context)
{
	(void)context;
}

/* As logrotate(8) does it: rename the file, then send SIGHUP. Nothing is lost or cut in between. */
static void a_hangup_reopens_the_file(void **state)
{
	const unsigned int rounds = tool_fewer(20), exits = 50;
	static char all[4 << 20];
	struct tool tool;
	json_t *records;

	(void)state;
	start_into_file(&tool, change_nothing);
	for (unsigned int i = 0; i < rounds; i++) {
		make_exits(exits);
		assert_int_equal(rename(path, moved), 0);
		kill(tool.pid, SIGHUP);
		WAIT_UNTIL(size_of(path) >= 0);
		append_file(all, sizeof(all), moved);
	}
	tool_stop(&tool);
	assert_int_equal(tool_status(&tool), 0);
	append_file(all, sizeof(all), path);
	records = records_load(all);
	assert_int_equal(records_count(records, "exit", 0), rounds * exits);
	assert_int_equal(records_lost(records), 0);
	json_decref(records);
	tool_clear(&tool);
}

/* With copytruncate the file stays and is emptied: no bytes of value zero at its start. */
static void a_truncated_file_goes_on_at_its_start(void **state)
{
	struct tool tool;
	char *text;

	(void)state;
	start_into_file(&tool, change_nothing);
	make_exits(100);
	WAIT_UNTIL(size_of(path) > 10000);
	assert_int_equal(truncate(path, 0), 0);
	make_exits(1);
	wait_for_file(path);
	text = read_file(path);
	assert_int_equal(*text, '{');
	free(text);
	tool_stop(&tool);
	tool_clear(&tool);
}

/* Makes the child leader of a session whose terminal is the slave of a pseudoterminal. */
static void take_terminal(const void *context)
{
	int fd;

	setsid();
	fd = open(context, O_RDWR);
	if (fd < 0)
		_exit(99);
	/* Opening it makes it the terminal of the session, also when it is closed. */
	close(fd);
}

/* When the terminal goes, the kernel sends SIGHUP: that ends the run, in order. */
static void a_hangup_of_the_terminal_ends_the_run(void **state)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct tool tool;

	(void)state;
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	tool_start_after(&tool, WORDS("watch", "-j", "-e", "exit", "-p", self, "-o", path),
			 take_terminal, ptsname(master));
	wait_for_file(path);
	close(master);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	assert_non_null(strstr(tool.err_text, "0 events, 0 lost"));
	tool_clear(&tool);
}

static void ignore_hangup(const void *context)
{
	(void)context;
	signal(SIGHUP, SIG_IGN);
}

/* nohup(1) protects a run from its terminal, not its file from a log rotation. */
static void a_hangup_reopens_the_file_under_nohup(void **state)
{
	struct tool tool;

	(void)state;
	start_into_file(&tool, ignore_hangup);
	assert_int_equal(rename(path, moved), 0);
	kill(tool.pid, SIGHUP);
	WAIT_UNTIL(size_of(path) >= 0);
	make_exits(1);
	wait_for_file(path);
	tool_stop(&tool);
	tool_clear(&tool);
}

static void without_a_file_a_hangup_ends_the_run(void **state)
{
	struct tool tool;

	(void)state;
	tool_start(&tool, WORDS("watch", "-j", "-p", self), -1);
	tool_wait_lines(&tool, 1);
	kill(tool.pid, SIGHUP);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	tool_clear(&tool);
}

/* No file is larger than asked for, no line is cut, and the files follow each other. */
static void files_are_rotated_by_size(void **state)
{
	const unsigned int exits = 300;
	char name[128], text[5 * 8192] = "", *part;
	struct tool tool;
	json_t *records;

	(void)state;
	tool_start(&tool,
		   WORDS("watch", "-j", "-e", "exit", "-p", self, "--follow", "-o", path,
			 "--rotate-size", "8K", "--keep", "3"),
		   -1);
	wait_for_file(path);
	make_exits(exits);
	tool_stop(&tool);
	assert_int_equal(tool_status(&tool), 0);
	for (int number = 3; number >= 0; number--) {
		snprintf(name, sizeof(name), number ? "%s.%d" : "%s", path, number);
		assert_in_range(size_of(name), 1, 8192);
		assert_int_equal(mode_of(name), 0600);
		part = read_file(name);
		assert_int_equal(part[strlen(part) - 1], '\n');
		strcat(text, part);
		free(part);
	}
	snprintf(name, sizeof(name), "%s.4", path);
	assert_int_equal(size_of(name), -1);
	/* The record of the end is the last; before it, the last exits without a gap. */
	records = json_array();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		json_array_append_new(records, json_loads(line, 0, NULL));
	assert_int_equal(
		json_array_size(records),
		record_number(json_array_get(records, json_array_size(records) - 1), "seq") -
			record_number(json_array_get(records, 0), "seq") + 1);
	assert_int_equal(
		record_number(json_array_get(records, json_array_size(records) - 1), "events"),
		exits);
	json_decref(records);
	tool_clear(&tool);
}

/* The lines go on to the old file, and that is said once, not for each of them. */
static void a_rotation_that_fails_is_reported_once(void **state)
{
	char line[200];
	struct tool tool;

	(void)state;
	snprintf(line, sizeof(line), "rm -rf %s; for i in $(seq 100); do /bin/true; done; mkdir %s",
		 directory, directory);
	tool_run(&tool, WORDS("watch", "-q", "-j", "-o", path, "--rotate-size", "4K", "--", "sh",
			      "-c", line));
	assert_int_equal(tool_status(&tool), 0);
	assert_ptr_equal(strstr(tool.err_text, "procsieve: cannot reopen "), tool.err_text);
	assert_ptr_equal(strchr(tool.err_text, '\n') + 1, tool.err_text + strlen(tool.err_text));
	tool_clear(&tool);
}

/* Loading takes a while: a log rotation may come before the file is open. */
static void a_hangup_at_the_start_is_no_end(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < tool_fewer(20); i++) {
		struct tool tool;

		tool_start(&tool, WORDS("watch", "-j", "-p", self, "-o", path), -1);
		WAIT_UNTIL(catches_hangup(tool.pid));
		usleep(2000 * i);
		kill(tool.pid, SIGHUP);
		wait_for_file(path);
		tool_stop(&tool);
		assert_int_equal(tool_status(&tool), 0);
		tool_clear(&tool);
		unlink(path);
	}
}

static void a_command_reads_the_lines(void **state)
{
	char word[120];
	struct tool tool;
	json_t *records;
	char *text;

	(void)state;
	snprintf(word, sizeof(word), "|cat >%s; echo read it all", path);
	tool_run(&tool, WORDS("watch", "-j", "-e", "exit", "-o", word, "--", "sh", "-c",
			      "echo from the command; exit 6"));
	assert_int_equal(tool_status(&tool), 6);
	assert_string_equal(tool.out_text, "from the command\nread it all\n");
	text = read_file(path);
	records = records_load(text);
	assert_int_equal(records_count(records, "exit", 0), 1);
	json_decref(records);
	free(text);
	tool_clear(&tool);
}

static void a_reader_that_fails_is_reported(void **state)
{
	static const struct {
		const char *command, *message;
	} cases[] = {
		{"|exit 3", "the command of -o failed with status 3"},
		{"|kill -KILL $$", "the command of -o was killed by signal 9"},
		{"|no-such-command 2>&-", "the command of -o failed with status 127"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tool tool;

		tool_run(&tool, WORDS("watch", "-o", cases[i].command, "--", "true"));
		assert_int_equal(tool_status(&tool), 125);
		assert_non_null(strstr(tool.err_text, cases[i].message));
		tool_clear(&tool);
	}
}

static void a_fifo_without_a_reader_does_not_outlast_the_duration(void **state)
{
	struct tool tool;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	tool_run(&tool, WORDS("watch", "-o", path, "--duration", "0.3"));
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "nobody opened the FIFO"));
	tool_clear(&tool);
}

static void a_fifo_waits_for_its_reader(void **state)
{
	struct tool tool;
	char text[4096] = "";
	ssize_t got, size = 0;
	json_t *records;
	int fd;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	tool_start(&tool, WORDS("watch", "-j", "-e", "exit", "-o", path, "--", "true"), -1);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while ((got = read(fd, text + size, sizeof(text) - 1 - size)) > 0)
		size += got;
	close(fd);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	records = records_load(text);
	assert_int_equal(records_count(records, "exit", 0), 1);
	json_decref(records);
	tool_clear(&tool);
}

/* What follows on standard error after the records is for people. */
static json_t *leading_records(char *text)
{
	char *summary = strstr(text, "procsieve: ");

	assert_non_null(summary);
	*summary = '\0';
	return records_load(text);
}

static void the_standard_output_is_the_commands(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-e", "exit", "--", "echo", "of the command"));
	assert_string_equal(tool.out_text, "of the command\n");
	records = leading_records(tool.err_text);
	assert_int_equal(records_count(records, "exit", 0), 1);
	json_decref(records);
	tool_clear(&tool);

	tool_run(&tool, WORDS("watch", "-j", "-e", "exit", "-o", "-", "--", "true"));
	assert_string_equal(tool.err_text, "procsieve: 1 event, 0 lost\n");
	records = records_load(tool.out_text);
	assert_int_equal(records_count(records, "exit", 0), 1);
	json_decref(records);
	tool_clear(&tool);
	assert_int_equal(access("-", F_OK), -1);
}

static void standard_error_by_name_is_not_truncated(void **state)
{
	char line[300], *text;

	(void)state;
	write_file(path, "kept\n");
	snprintf(line, sizeof(line), "%s watch -j -e exit -o /dev/stderr -- true 2>>%s",
		 tool_path(), path);
	assert_int_equal(system(line), 0);
	text = read_file(path);
	assert_ptr_equal(strstr(text, "kept\n{"), text);
	free(text);
}

#define in_directory(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_directory(a_file_is_appended_to),
		in_directory(an_incomplete_line_is_ended_first),
		in_directory(a_new_file_is_for_its_owner_alone),
		in_directory(a_hangup_reopens_the_file),
		in_directory(a_truncated_file_goes_on_at_its_start),
		in_directory(a_hangup_of_the_terminal_ends_the_run),
		in_directory(a_hangup_reopens_the_file_under_nohup),
		cmocka_unit_test(without_a_file_a_hangup_ends_the_run),
		in_directory(files_are_rotated_by_size),
		in_directory(a_rotation_that_fails_is_reported_once),
		in_directory(a_hangup_at_the_start_is_no_end),
		in_directory(a_command_reads_the_lines),
		in_directory(a_reader_that_fails_is_reported),
		in_directory(a_fifo_without_a_reader_does_not_outlast_the_duration),
		in_directory(a_fifo_waits_for_its_reader),
		cmocka_unit_test(the_standard_output_is_the_commands),
		in_directory(standard_error_by_name_is_not_truncated),
	};

	snprintf(self, sizeof(self), "%d", getpid());
	return cmocka_run_group_tests_name("watch: output", tests, NULL, NULL);
}
