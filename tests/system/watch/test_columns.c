// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The columns of `procsieve watch` as text: on a terminal of any width, without one, and with the
 * options that choose them. The oracles are the size that the terminal was given, and date(1).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/run_terminal.h"

/* A command whose line is longer than any terminal here. */
#define LONG	"a-rather-long-argument-that-takes-some-fifty-columns"
#define COMMAND "--", "/bin/sh", "-c", ": " LONG "; exit 0", LONG, LONG, LONG

/* Where the columns that are asked for begin, if there is a time of the default style. */
#define AT_ADDED 67

/* The only line of an exit. */
static const char *exit_line(const char *text)
{
	const char *line = strstr(text, " exit ");

	assert_non_null(line);
	while (line > text && line[-1] != '\n')
		line--;
	return line;
}

static bool line_contains(const char *line, const char *word)
{
	const char *end = strchr(line, '\n'), *found = strstr(line, word);

	return found && (!end || found < end);
}

static const char *path_of_sh(void)
{
	static char path[4096];

	assert_non_null(realpath("/bin/sh", path));
	return path;
}

/* The directory is this one, the program is the shell: neither is cut, at any width. */
static void what_is_asked_for_is_never_cut(void **state)
{
	static const unsigned short widths[] = {40, 80, 100, 132, 200, 280};
	char here[4096];

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++) {
		char *text = terminal_run(WORDS("watch", "--standalone", "-e", "exit", "--color",
						"never", "-o", "-", "--with", "exe,cwd", COMMAND),
					  widths[i]);
		const char *line = exit_line(text);
		const size_t columns = terminal_columns(line);
		size_t most = widths[i];

		assert_true(line_contains(line, path_of_sh()));
		assert_true(line_contains(line, here));
		assert_true(line_contains(text, " EXE ") && line_contains(text, " CWD "));
		/* Up to the edge; of a later line of the terminal, if the columns need it. */
		while (most < columns)
			most += widths[i];
		assert_int_equal(columns, most);
		assert_int_equal(strncmp(line + columns - 3, "...", 3), 0);
		assert_true(columns < (size_t)widths[i] + AT_ADDED + strlen(path_of_sh()) +
					      strlen(here) + 64);
		free(text);
	}
}

/* The line of the same command, where nothing is cut. */
static void assert_uncut(const char *line)
{
	const char *at = line;

	for (unsigned int i = 0; i < 4; i++) {
		at = strstr(at, LONG);
		assert_non_null(at);
		at += strlen(LONG);
	}
	assert_true(*at == '\n');
}

static void wide_cuts_nothing(void **state)
{
	char *text = terminal_run(WORDS("watch", "--standalone", "-e", "exit", "--color", "never",
					"-o", "-", "--wide", COMMAND),
				  80);

	(void)state;
	assert_uncut(exit_line(text));
	free(text);
}

static void without_a_terminal_nothing_is_cut(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "--standalone", "-e", "exit", "-o", "-", "--with",
			      "exe,ancestors", "--accounting", COMMAND));
	assert_int_equal(tool_status(&tool), 0);
	assert_uncut(exit_line(tool.out_text));
	tool_clear(&tool);
}

/* Each header begins where the cells below begin, or ends where they end. */
static void fields_are_the_columns(void **state)
{
	struct tool tool;
	char pid[16], ppid[16], rest[64];
	unsigned long long faults;

	(void)state;
	tool_run(&tool, WORDS("watch", "--standalone", "-e", "exit", "-o", "-", "-q", "--fields",
			      "pid,ppid=PARENT,minflt,exit_code,command", "--", "/bin/sh", "-c",
			      "exit 7"));
	assert_int_equal(tool_status(&tool), 7);
	assert_string_equal(tool.err_text, "");
	assert_memory_equal(tool.out_text, "PID     PARENT    MINFLT EXIT_CODE COMMAND\n", 43);
	assert_int_equal(
		sscanf(tool.out_text + 43, "%15s %15s %llu 7 %63[^\n]", pid, ppid, &faults, rest),
		4);
	assert_true(strtol(pid, NULL, 10) > 1 && strtol(ppid, NULL, 10) > 1);
	assert_true(faults > 0);
	assert_string_equal(rest, "/bin/sh -c 'exit 7'");
	tool_clear(&tool);
}

static void no_header_and_no_summary(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "--standalone", "-e", "exit", "-o", "-", "-q", "--no-header",
			      "--time", "none", "--", "/bin/true"));
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.err_text, "");
	assert_memory_equal(tool.out_text, "exit     ", 9);
	assert_ptr_equal(strchr(tool.out_text, '\n'), tool.out_text + strlen(tool.out_text) - 1);
	tool_clear(&tool);
	/* Errors are still printed. */
	tool_run(&tool, WORDS("watch", "--standalone", "-q", "--", "/no/such/program"));
	assert_non_null(strstr(tool.err_text, "/no/such/program"));
	tool_clear(&tool);
}

/* What date(1) prints now. */
static void date(char text[64], const char *format)
{
	char command[100];
	FILE *file;

	snprintf(command, sizeof(command), "date '+%s'", format);
	file = popen(command, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, 64, file));
	pclose(file);
	text[strcspn(text, "\n")] = '\0';
}

/* Times are between those of date(1) before and after, which have the same form. */
static void times_are_those_of_date(void **state)
{
	static const struct {
		const char *style, *format, *zone;
	} styles[] = {
		{"local", "%H:%M:%S", "Asia/Kathmandu"},
		{"utc", "%H:%M:%S", "UTC"},
		{"date", "%Y-%m-%d %H:%M:%S", "America/New_York"},
	};
	char before[64], after[64], text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++) {
		struct tool tool;

		setenv("TZ", styles[i].zone, 1);
		/* Once more, if midnight is in between. */
		do {
			date(before, styles[i].format);
			tool_run(&tool, WORDS("watch", "--standalone", "-e", "exit", "-o", "-",
					      "--no-header", "--time", styles[i].style, "--",
					      "/bin/true"));
			date(after, styles[i].format);
			snprintf(text, sizeof(text), "%.*s", (int)strlen(before), tool.out_text);
			tool_clear(&tool);
		} while (strcmp(before, after) > 0);
		unsetenv("TZ");
		assert_true(strcmp(before, text) <= 0);
		assert_true(strcmp(text, after) <= 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_for_is_never_cut),
		cmocka_unit_test(wide_cuts_nothing),
		cmocka_unit_test(without_a_terminal_nothing_is_cut),
		cmocka_unit_test(fields_are_the_columns),
		cmocka_unit_test(no_header_and_no_summary),
		cmocka_unit_test(times_are_those_of_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
