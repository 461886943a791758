// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bad input: one line that names the mistake and what is allowed, status 2, and nothing is started.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/records.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const struct bad_line {
	const char *words[8];
	const char *said; /* what the line must contain besides the option's name */
} bad_lines[] = {
	{{"watch", "-e", "fork,open"}, "\"open\""},
	{{"watch", "-e", ""}, "--events"},
	{{"watch", "-e", "-fork,-exec,-exit"}, "--events"},
	{{"watch", "--user", "no-such-user-here"}, "\"no-such-user-here\""},
	{{"watch", "-g", "no-such-group-here"}, "\"no-such-group-here\""},
	{{"watch", "--cgroup", "/no/../such"}, "\"/no/../such\" has \"..\""},
	{{"watch", "--cgroup", "/a/*b*"}, "\"/a/*b*\" has two \"*\""},
	{{"ps", "--cgroup", "/no/such/cgroup"}, "\"/no/such/cgroup\""},
	{{"watch", "-p", "0"}, "\"0\""},
	{{"watch", "-p", "-1"}, "\"-1\""},
	{{"watch", "-p", "1,,2"}, "--pid"},
	{{"watch", "--cpu", "100000"}, "100000"},
	{{"watch", "--cpu", "1-0"}, "1-0"},
	{{"watch", "--ring", "5000"}, "power of two"},
	{{"watch", "--ring", "2G"}, "1G"},
	{{"watch", "--ring", "1K"}, "4K"},
	{{"watch", "--exit-status", "256"}, "255"},
	{{"watch", "--exit-status", "SIGNOTHING"}, "\"SIGNOTHING\""},
	{{"watch", "--failed", "-e", "fork"}, "--failed"},
	{{"watch", "--failed", "--exit-status", "0"}, "contradicts"},
	{{"watch", "--follow"}, "--pid"},
	{{"watch", "-j", "--format", "text"}, "contradicts"},
	{{"watch", "--format", "xml"}, "text, json"},
	{{"watch", "-n", "0"}, "--count"},
	{{"watch", "--hooks", "kprobe"}, "auto, tracepoint, fentry"},
	{{"check", "--hooks", "kprobe"}, "auto, tracepoint, fentry"},
	{{"check", "--hooks"}, "needs a value"},
	{{"check", "--no-such-option"}, "\"--no-such-option\""},
	{{"check", "stray"}, "\"stray\""},
	{{"watch", "--duration", "soon"}, "\"soon\""},
	{{"watch", "--latency", "-1"}, "\"-1\""},
	{{"watch", "--comm", "longer-than-fifteen"}, "15"},
	{{"watch", "--no-such-option"}, "\"--no-such-option\""},
	{{"watch", "-Z"}, "-Z"},
	{{"watch", "stray"}, "\"stray\""},
	{{"watch", "--"}, "command"},
	{{"watch", "-e"}, "needs a value"},
	{{"watch", "--max-line", "10"}, "4096"},
	{{"watch", "--with", "exe,colour"}, "container"},
	{{"watch", "--with", "env"}, "--env"},
	{{"watch", "--env", "A=B"}, "\"A=B\""},
	{{"watch", "-e", "exit", "--env", "PATH"}, "exec"},
	{{"watch", "-e", "fork", "--accounting"}, "exit"},
	{{"wacth"}, "\"wacth\" is not a command (did you mean watch?)"},
	{{"watch", "--co", "x"}, "--comm, --color, --count"},
	{{"watch", "--duraton", "1"}, "did you mean --duration?"},
	{{"watch", "-e", "exce"}, "did you mean exec?"},
	{{"watch", "-u", "rooot"}, "did you mean root?"},
	{{"watch", "--exit-status", "sigsgev"}, "did you mean SIGSEGV?"},
	{{"watch", "--duration", "5x"}, "100ms, 5s, 2m, 1h"},
	{{"ps", "-o", "pidd"}, "did you mean pid?"},
	{{"ps", "auxq"}, "\"auxq\""},
	{{"check", "--jsn"}, "did you mean --json?"},
	{{"help", "nothing"}, "help"},
	{{"schema", "nothing"}, "schema"},
};

static void assert_refused_in_one_line(const struct bad_line *line, int status)
{
	struct tool tool;
	const char *end;

	tool_run(&tool, line->words);
	end = strchr(tool.err_text, '\n');
	if (tool_status(&tool) != status || *tool.out_text || !end || end[1] ||
	    strncmp(tool.err_text, "procsieve: ", 11) != 0 || !strstr(tool.err_text, line->said))
		fail_msg("%s %s: status %d, said: %s%s", line->words[0],
			 line->words[1] ? line->words[1] : "", tool_status(&tool), tool.out_text,
			 tool.err_text);
	tool_clear(&tool);
}

static void bad_input_is_refused_in_one_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad_lines); i++)
		assert_refused_in_one_line(&bad_lines[i], 2);
}

/* Only the default one may be missing. */
static void a_settings_file_must_exist(void **state)
{
	static const struct bad_line line = {{"serve", "--config", "/no/such/file"},
					     "\"/no/such/file\": No such file"};

	(void)state;
	assert_refused_in_one_line(&line, 1);
}

/* A status of 2 would be mistaken for the command's. */
static void with_a_command_the_status_is_not_one_of_its_own(void **state)
{
	static const struct bad_line lines[] = {
		{{"watch", "-p", "1", "--", "true"}, "contradicts"},
		{{"watch", "--no-such-option", "--", "true"}, "\"--no-such-option\""},
		{{"watch", "stray", "--", "true"}, "\"stray\""},
		{{"watch", "-e", "nothing", "--", "true"}, "\"nothing\""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++)
		assert_refused_in_one_line(&lines[i], 125);
}

/* A file that is named before the mistake is neither created nor truncated. */
static void nothing_is_half_done(void **state)
{
	char path[] = "/tmp/procsieve-usage-XXXXXX";
	struct tool tool;
	struct stat stat;

	(void)state;
	close(mkstemp(path));
	unlink(path);
	tool_run(&tool, WORDS("watch", "-o", path, "-e", "nothing"));
	assert_int_equal(lstat(path, &stat), -1);
	tool_clear(&tool);
}

static void help_and_version_go_to_standard_output(void **state)
{
	static const struct {
		const char *words[3];
		const char *said;
	} cases[] = {
		{{"help"}, "watch"},
		{{"--help"}, "watch"},
		{{"help", "watch"}, "--follow"},
		{{"check", "--help"}, "--hooks"},
		{{"watch", "--help"}, "--follow"},
		{{"help", "help"}, "procsieve help"},
		{{"help", "--help"}, "procsieve help"},
		{{"schema", "--help"}, "procsieve schema"},
		{{"schema", "-h"}, "procsieve schema"},
		{{"--version"}, "schema 1"},
		{{"-V"}, "schema 1"},
		{{"-h"}, "-V"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct tool tool;

		tool_run(&tool, cases[i].words);
		assert_int_equal(tool_status(&tool), 0);
		assert_non_null(strstr(tool.out_text, cases[i].said));
		assert_string_equal(tool.err_text, "");
		tool_clear(&tool);
	}
}

static int open_full_disk(void)
{
	return open("/dev/full", O_WRONLY | O_CLOEXEC);
}

/* Opens a descriptor that is not writable. */
static int open_closed(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void assert_reports_that_nothing_is_written(const char *const *words, int out)
{
	struct tool tool;

	assert_true(out >= 0);
	tool_start(&tool, words, out);
	close(out);
	tool_wait(&tool);
	if (tool_status(&tool) != 1 ||
	    !strstr(tool.err_text, "cannot write all of standard output\n"))
		fail_msg("%s: status %d, said: %s", words[0], tool_status(&tool), tool.err_text);
	tool_clear(&tool);
}

static void failed_writes_are_reported(void **state)
{
	static const char *const cases[][3] = {
		{"--version"},	   {"--help"},		{"help"},
		{"help", "watch"}, {"watch", "--help"}, {"schema"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_reports_that_nothing_is_written(cases[i], open_full_disk());
		assert_reports_that_nothing_is_written(cases[i], open_closed());
	}
}

static void without_words_it_prints_its_usage(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS(NULL));
	assert_int_equal(tool_status(&tool), 2);
	assert_string_equal(tool.out_text, "");
	assert_int_equal(strncmp(tool.err_text, "usage: procsieve", 16), 0);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_input_is_refused_in_one_line),
		cmocka_unit_test(a_settings_file_must_exist),
		cmocka_unit_test(with_a_command_the_status_is_not_one_of_its_own),
		cmocka_unit_test(nothing_is_half_done),
		cmocka_unit_test(help_and_version_go_to_standard_output),
		cmocka_unit_test(failed_writes_are_reported),
		cmocka_unit_test(without_words_it_prints_its_usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
