// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text output of `procsieve ps`: one line per process, as a tree, limited to the terminal's
 * width; to a file; errors.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "workload/static_processes.h"
#include "workload/static_process_roles.h"
#include "oracle/procfs.h"
#include "harness/run_ps.h"
#include "harness/run_terminal.h"

#define SLEEPERS 60

/* Not counting the line of headings. */
#define LINES_MAX 40000

/* A parsed line of the table. */
struct row {
	pid_t pid, ppid;
	char state;
	unsigned int depth;
	const char *command;
};

/* The branch has four columns per generation, and begins in the column of the command's heading. */
static void parse_row(struct row *row, const char *line, size_t column)
{
	const char *at;
	char user[64];

	if (sscanf(line, "%d %d %63s %c", &row->pid, &row->ppid, user, &row->state) != 4)
		fail_msg("no process: %s", line);
	assert_true(strlen(line) > column);
	row->depth = 0;
	for (at = line + column; !strncmp(at, " |  ", 4) || !strncmp(at, "    ", 4); at += 4)
		row->depth++;
	if (!strncmp(at, " \\_ ", 4)) {
		row->depth++;
		at += 4;
	} else {
		assert_int_equal(row->depth, 0);
	}
	row->command = at;
}

static size_t parse_rows(char *text, struct row *rows)
{
	char *line, *rest;
	size_t count = 0, column;

	line = strtok_r(text, "\n", &rest);
	assert_true(!strncmp(line, "PID ", 4) && strstr(line, "COMMAND"));
	column = strstr(line, "COMMAND") - line;
	while ((line = strtok_r(NULL, "\n", &rest)) && count < LINES_MAX)
		parse_row(&rows[count++], line, column);
	return count;
}

/* Each is attached to the nearest line above that is one generation higher. */
static void branches_lead_to_parents(void **state)
{
	struct row *rows = calloc(LINES_MAX, sizeof(*rows));
	static pid_t above[128];
	struct tool tool;
	size_t count, ours = 0;

	(void)state;
	snapshot_run(&tool, WORDS("--tree"));
	assert_int_equal(tool_status(&tool), 0);
	count = parse_rows(tool.out_text, rows);
	for (size_t i = 0; i < count; i++) {
		assert_true(rows[i].depth < 128);
		above[rows[i].depth] = rows[i].pid;
		if (rows[i].depth)
			assert_int_equal(above[rows[i].depth - 1], rows[i].ppid);
		if (!is_static_process(rows[i].pid))
			continue;
		assert_int_equal(rows[i].ppid, procfs_parent(rows[i].pid));
		assert_true(rows[i].depth > 0);
		ours++;
	}
	static_process_pids(&count);
	assert_int_equal(ours, count);
	free(rows);
	tool_clear(&tool);
}

/* Each generation is sorted separately. */
static void a_tree_can_be_sorted(void **state)
{
	struct row *rows = calloc(LINES_MAX, sizeof(*rows));
	struct tool tool;
	pid_t last[128] = {0};
	size_t count;

	(void)state;
	snapshot_run(&tool, WORDS("--tree", "--sort", "-pid"));
	count = parse_rows(tool.out_text, rows);
	for (size_t i = 0; i < count; i++) {
		unsigned int depth = rows[i].depth;

		if (last[depth])
			assert_true(rows[i].pid < last[depth]);
		last[depth] = rows[i].pid;
		last[depth + 1] = 0;
	}
	assert_true(count > SLEEPERS);
	free(rows);
	tool_clear(&tool);
}

static const struct row *row_of(const struct row *rows, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].pid == pid)
			return &rows[i];
	fail_msg("%d has no line", pid);
	return NULL;
}

/* Names with arbitrary bytes: each takes one line, and no control byte reaches a terminal. */
static void each_process_is_one_line(void **state)
{
	struct row *rows = calloc(LINES_MAX, sizeof(*rows));
	struct tool tool;
	size_t count, members;
	const pid_t *pids = static_process_pids(&members);

	(void)state;
	snapshot_run(&tool, WORDS("--with", "args,exe,cwd,cred,time,mem,io,sched,ns,cgroup,tty"));
	for (const char *at = tool.out_text; *at; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= ' ');
	count = parse_rows(tool.out_text, rows);
	for (size_t i = 0; i < members; i++) {
		const struct row *row = row_of(rows, count, pids[i]);

		assert_int_equal(row->ppid, procfs_parent(pids[i]));
		if (row->state != 'R')
			assert_int_equal(row->state, procfs_state(pids[i]));
		assert_true(*row->command);
	}
	free(rows);
	tool_clear(&tool);
}

static void threads_hang_below_their_process(void **state)
{
	struct tool tool;
	const char *at;
	size_t threads = 0;

	(void)state;
	snapshot_run(&tool, WORDS("--tree", "--threads"));
	for (at = tool.out_text; (at = strstr(at, "thread ")); at++)
		threads++;
	assert_true(threads > 200);
	tool_clear(&tool);
}

static size_t longest_line(const char *text)
{
	size_t longest = 0;

	for (; *text; text += strcspn(text, "\n") + 1)
		if (strcspn(text, "\n") > longest)
			longest = strcspn(text, "\n");
	return longest;
}

static void lines_are_no_longer_than_asked(void **state)
{
	static const char *const limits[] = {"4096", "8000", "30000"};
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t limit = strtoul(limits[i], NULL, 10);

		snapshot_run(&tool, WORDS("--with", "args", "--max-line", limits[i]));
		assert_in_range(longest_line(tool.out_text), 4000, limit - 1);
		tool_clear(&tool);
		snapshot_run(&tool, WORDS("-j", "--with", "args,exe,cwd,ancestors", "--max-line",
					  limits[i]));
		assert_in_range(longest_line(tool.out_text), 4000, limit - 1);
		json_decref(records_load(tool.out_text));
		tool_clear(&tool);
	}
}

static void a_terminal_gets_lines_that_fit(void **state)
{
	char *text =
		terminal_run(WORDS("ps", "--standalone", "--with", "args", "--color", "never"), 60);

	(void)state;
	assert_non_null(strstr(text, "COMMAND"));
	for (const char *at = text; *at; at += strcspn(at, "\n") + 1)
		assert_in_range(terminal_columns(at), 1, 60);
	free(text);
}

static void output_goes_to_a_file(void **state)
{
	char path[128], text[64] = "";
	struct stat found;
	struct tool tool;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/output", role_directory);
	snapshot_run(&tool, WORDS("--output", path));
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.out_text, "");
	assert_string_equal(tool.err_text, "");
	tool_clear(&tool);
	assert_int_equal(stat(path, &found), 0);
	assert_true(found.st_size > 1000);
	file = fopen(path, "re");
	assert_non_null(fgets(text, sizeof(text), file));
	assert_true(!strncmp(text, "PID ", 4));
	fclose(file);
	snapshot_run(&tool, WORDS("--output", "/no/such/directory/file"));
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "/no/such/directory/file"));
	tool_clear(&tool);
}

/* One line on standard error, status 2, nothing on standard output. */
static void bad_words_are_refused(void **state)
{
	static const char *const words[][3] = {
		{"--sort", "size", NULL},
		{"--state", "x", NULL},
		{"-p", "0", NULL},
		{"-p", "1,,2", NULL},
		{"--children", "", NULL},
		{"--with", "env", NULL},
		{"--no-such-option", NULL},
		{"-j", "--tree", NULL},
		{"stray", NULL},
		{"--user", "no such user", NULL},
		{"--max-line", "1", NULL},
		{"--cgroup", "/no/such/cgroup", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct tool tool;

		snapshot_run(&tool, words[i]);
		if (tool_status(&tool) != 2 || *tool.out_text ||
		    strncmp(tool.err_text, "procsieve: ", 11) != 0 ||
		    strchr(tool.err_text, '\n') != tool.err_text + strlen(tool.err_text) - 1)
			fail_msg("%s %s: status %d, \"%s\"", words[i][0],
				 words[i][1] ? words[i][1] : "", tool_status(&tool), tool.err_text);
		tool_clear(&tool);
	}
}

/* A closed pipe means that the reader has seen enough. */
static void a_closed_pipe_is_not_an_error(void **state)
{
	struct tool tool;
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	tool_start(&tool, WORDS("ps", "--standalone", "-j", "--with", "args"), ends[1]);
	close(ends[1]);
	close(tool.out);
	tool.out = -1;
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.err_text, "");
	tool_clear(&tool);
}

static void a_full_disk_is_reported(void **state)
{
	struct tool tool;

	(void)state;
	snapshot_run(&tool, WORDS("-j", "--output", "/dev/full"));
	assert_int_equal(tool_status(&tool), 1);
	assert_string_equal(tool.err_text,
			    "procsieve: the snapshot is incomplete: No space left on device\n");
	tool_clear(&tool);
}

static void become_nobody(const void *context)
{
	(void)context;
	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		_exit(125);
}

static void without_privilege_and_server_there_is_none(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_after(&tool, WORDS("ps", "--standalone"), become_nobody, NULL);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 3);
	assert_string_equal(tool.out_text, "");
	assert_string_equal(tool.err_text,
			    "procsieve: this needs root (or CAP_BPF and CAP_PERFMON): run it with "
			    "sudo, or start `procsieve serve`, which lets every user listen\n");
	tool_clear(&tool);
	/* Usage errors are reported before other errors. */
	tool_start_after(&tool, WORDS("ps", "-j", "--tree"), become_nobody, NULL);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 2);
	tool_clear(&tool);
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
		cmocka_unit_test(branches_lead_to_parents),
		cmocka_unit_test(a_tree_can_be_sorted),
		cmocka_unit_test(each_process_is_one_line),
		cmocka_unit_test(threads_hang_below_their_process),
		cmocka_unit_test(lines_are_no_longer_than_asked),
		cmocka_unit_test(a_terminal_gets_lines_that_fit),
		cmocka_unit_test(output_goes_to_a_file),
		cmocka_unit_test(a_closed_pipe_is_not_an_error),
		cmocka_unit_test(a_full_disk_is_reported),
		cmocka_unit_test(bad_words_are_refused),
		cmocka_unit_test(without_privilege_and_server_there_is_none),
	};

	static_processes_main(argc, argv);
	return cmocka_run_group_tests(tests, set_up, static_processes_tear_down);
}
