// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch -- COMMAND: no event of the command is missed, the command is not disturbed, and its exit
 * status is passed on.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"

/*
 * Runs a shell script as the command. The records are read from standard output, to which the
 * script writes nothing.
 */
static json_t *watch_script(struct tool *tool, const char *events, const char *script)
{
	tool_run(tool,
		 WORDS("watch", "-j", "-o", "-", "-e", events, "--", "/bin/sh", "-c", script));
	return records_load(tool->out_text);
}

/* The number of execs of a program, by its first argument. */
static size_t count_execs(const json_t *records, const char *name)
{
	const json_t *record;
	size_t count = 0;

	records_each(records, record)
	{
		const json_t *first = json_array_get(json_object_get(record, "argv"), 0);

		count += record_is(record, "exec") && !strcmp(json_string_value(first), name);
	}
	return count;
}

static void the_first_exec_is_the_first_event(void **state)
{
	struct tool tool;
	json_t *records;
	const json_t *record;

	(void)state;
	for (int i = 0; i < (int)tool_fewer(20); i++) {
		records = watch_script(&tool, "fork,exec,exit,comm", "exit 0");
		record = json_array_get(records, 1);
		assert_true(record_is(record, "exec"));
		assert_string_equal(record_text(record, "filename"), "/bin/sh");
		assert_int_equal(records_count(records, "exit", 0), 1);
		json_decref(records);
		tool_clear(&tool);
	}
}

/* The script determines how many programs the shell runs. */
static void no_event_of_the_command_is_missed(void **state)
{
	const unsigned int programs = tool_fewer(800);
	struct tool tool;
	json_t *records;
	char script[200];

	(void)state;
	snprintf(script, sizeof(script),
		 "seq %u | xargs -P 8 -n 1 /bin/true; for i in 1 2 3 4 5; do /bin/false; done; "
		 "exit 7",
		 programs);
	records = watch_script(&tool, "fork,exec,exit", script);
	assert_int_equal(tool_status(&tool), 7);
	assert_int_equal(count_execs(records, "/bin/true"), programs);
	assert_int_equal(count_execs(records, "/bin/false"), 5);
	assert_int_equal(count_execs(records, "/bin/sh"), 1);
	/* Every forked process ended, and the command itself too. */
	assert_int_equal(records_count(records, "exit", 0), records_count(records, "fork", 0) + 1);
	assert_int_equal(records_lost(records), 0);
	json_decref(records);
	tool_clear(&tool);
}

static void failed_commands_of_a_build_say_what_they_were(void **state)
{
	struct tool tool;
	json_t *records;
	const json_t *record;

	(void)state;
	tool_run(&tool, WORDS("watch", "-j", "-o", "-", "--failed", "--", "sh", "-c",
			      "true; sh -c 'exit 3' x 'a b'; true; exit 0"));
	records = records_load(tool.out_text);
	assert_int_equal(tool_status(&tool), 0);
	assert_int_equal(json_array_size(records), 3);
	record = json_array_get(records, 1);
	assert_int_equal(record_status(record), 3 << 8);
	assert_int_equal(record_items(record, "argv"), 5);
	assert_string_equal(json_string_value(json_array_get(json_object_get(record, "argv"), 4)),
			    "a b");
	json_decref(records);
	tool_clear(&tool);
}

/* Processes that outlive the command are watched until they end. */
static void it_ends_with_the_last_descendant(void **state)
{
	struct tool tool;
	json_t *records;
	const json_t *last;

	(void)state;
	records = watch_script(&tool, "exit", "(sleep 0.5; exit 0) & exit 4");
	assert_int_equal(tool_status(&tool), 4);
	assert_int_equal(records_count(records, "exit", 0), 3);
	last = json_array_get(records, 3);
	assert_true(record_number(last, "duration_us") >= 400000);
	json_decref(records);
	tool_clear(&tool);
}

static void its_status_is_passed_on_as_by_a_shell(void **state)
{
	static const struct {
		const char *words[8];
		int status;
	} cases[] = {
		{{"watch", "--", "true"}, 0},
		{{"watch", "--", "false"}, 1},
		{{"watch", "--", "sh", "-c", "exit 200"}, 200},
		{{"watch", "--", "sh", "-c", "kill -KILL $$"}, 128 + SIGKILL},
		{{"watch", "--", "sh", "-c", "kill -TERM $$"}, 128 + SIGTERM},
		{{"watch", "--", "/nonexistent/program"}, 127},
		{{"watch", "--", "no-such-program-on-the-path"}, 127},
		{{"watch", "--", "/"}, 126},
		{{"watch", "-o", "/nonexistent/file", "--", "true"}, 125},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tool tool;

		tool_run(&tool, cases[i].words);
		if (tool_status(&tool) != cases[i].status)
			fail_msg("%s %s: expected %d, got %d: %s", cases[i].words[2],
				 cases[i].words[4], cases[i].status, tool_status(&tool),
				 tool.err_text);
		tool_clear(&tool);
	}
}

static void a_closed_standard_error_changes_no_status(void **state)
{
	char line[300];

	(void)state;
	snprintf(line, sizeof(line), "%s watch -o - -- no-such-program >/dev/null 2>&-",
		 tool_path());
	assert_int_equal(system(line), 127 << 8);
}

/* No control bytes of its name reach a terminal. */
static void a_name_that_is_not_found_is_quoted(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "--", "no\x1b[2Jsuch"));
	assert_int_equal(tool_status(&tool), 127);
	assert_non_null(strstr(tool.err_text, "cannot run \"no\\x1b[2Jsuch\": No such file"));
	tool_clear(&tool);
}

static void its_arguments_are_told_unless_they_may_hold_secrets(void **state)
{
	static const struct {
		const char *words[11];
		const char *filter;
	} cases[] = {
		{{"watch", "-o", "-", "-j", "--", "true", "a", "b"}, " -j -- true a b"},
		{{"watch", "-o", "-", "-j", "--no-args", "--", "true", "-psecret", "--", "x"},
		 " -j --no-args -- true"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tool tool;
		json_t *records;
		const char *filter;

		tool_run(&tool, cases[i].words);
		records = records_load(tool.out_text);
		/* $PROCSIEVE_TEST_HOOKS may add an option before this one. */
		filter = strstr(record_text(json_array_get(records, 0), "filter"), " -j");
		assert_string_equal(filter, cases[i].filter);
		assert_null(strstr(tool.out_text, "secret"));
		json_decref(records);
		tool_clear(&tool);
	}
}

/* The command's arguments, environment and standard input are unchanged. */
static void the_command_is_not_disturbed(void **state)
{
	struct tool tool;

	(void)state;
	setenv("PROCSIEVE_TEST", "kept", 1);
	tool_run(&tool, WORDS("watch", "-o", "/dev/null", "--", "sh", "-c",
			      "printf '%s|' \"$PROCSIEVE_TEST\" \"$@\"", "x", "-j", "--",
			      "--version", "a b", ""));
	unsetenv("PROCSIEVE_TEST");
	assert_string_equal(tool.out_text, "kept|-j|--|--version|a b||");
	assert_int_equal(tool_status(&tool), 0);
	tool_clear(&tool);
}

/*
 * Prints what a program inherits: ignored, blocked and pending signals, limits, umask, open
 * descriptors, and the OOM score adjustment.
 */
#define SHOW_INHERITED                                                          \
	"grep -E '^(Sig(Ign|Blk)|ShdPnd)' /proc/self/status; ulimit -a; umask;" \
	"for fd in /proc/$$/fd/*; do echo ${fd##*/}; done; cat /proc/self/oom_score_adj"

struct oddities {
	int ignored, blocked;
};

static void start_with_oddities(const void *context)
{
	const struct oddities *oddities = context;
	const struct rlimit files = {77, 88};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, oddities->blocked);
	signal(oddities->ignored, SIG_IGN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	setrlimit(RLIMIT_NOFILE, &files);
	umask(0123);
}

static char *show_directly(const struct oddities *oddities)
{
	char path[] = "/tmp/procsieve-inherited-XXXXXX", *text = calloc(1, 8192);
	int fd = mkstemp(path), status;
	pid_t pid = fork();

	if (!pid) {
		start_with_oddities(oddities);
		dup2(fd, STDOUT_FILENO);
		close(fd);
		execl("/bin/sh", "sh", "-c", SHOW_INHERITED, NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(pread(fd, text, 8191, 0) > 0);
	close(fd);
	unlink(path);
	return text;
}

/*
 * The command must inherit what procsieve inherited: the output is the same as without procsieve,
 * whatever signals its starter ignores or blocks.
 */
static void the_command_inherits_what_procsieve_did(void **state)
{
	static const struct oddities cases[] = {
		{SIGCHLD, SIGUSR1}, {SIGUSR1, SIGCHLD}, {SIGPIPE, SIGTERM}, {SIGINT, SIGALRM}};
	struct tool tool;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *expected = show_directly(&cases[i]);

		tool_start_after(
			&tool, WORDS("watch", "-o", "/dev/null", "--", "sh", "-c", SHOW_INHERITED),
			start_with_oddities, &cases[i]);
		tool_wait(&tool);
		assert_int_equal(tool_status(&tool), 0);
		assert_string_equal(tool.out_text, expected);
		tool_clear(&tool);
		free(expected);
	}
}

static void start_ignoring_children(const void *context)
{
	(void)context;
	signal(SIGCHLD, SIG_IGN);
}

static void its_status_is_passed_on_even_if_sigchld_is_ignored(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_after(&tool, WORDS("watch", "-o", "/dev/null", "--", "sh", "-c", "exit 3"),
			 start_ignoring_children, NULL);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 3);
	tool_clear(&tool);
}

/* The first signal goes to the command only, which decides what to do. */
static void a_signal_is_passed_on(void **state)
{
	struct tool tool;

	(void)state;
	tool_start(&tool,
		   WORDS("watch", "-j", "-o", "-", "-e", "exec", "--", "sh", "-c",
			 "trap 'exit 42' TERM; while :; do sleep 0.02; done"),
		   -1);
	/*
	 * The start record, the exec of the shell, and that of its first sleep: by then the trap is
	 * set.
	 */
	tool_wait_lines(&tool, 3);
	kill(tool.pid, SIGTERM);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 42);
	tool_clear(&tool);
}

/*
 * Gives the tool a pipe as its standard input, for a command that reads it and that no signal ends.
 * Returns the write end.
 */
static int start_with_input(struct tool *tool, const char *const *words)
{
	int ends[2], input = dup(STDIN_FILENO);

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	dup2(ends[0], STDIN_FILENO);
	tool_start(tool, words, -1);
	dup2(input, STDIN_FILENO);
	close(input);
	close(ends[0]);
	return ends[1];
}

/* Only descendants of the command are left then, so there is no process to pass the signal to. */
static void a_signal_after_the_command_has_ended_ends_the_run(void **state)
{
	struct tool tool;
	int input;

	(void)state;
	/* The shell would redirect the standard input of a background command. */
	input = start_with_input(&tool, WORDS("watch", "-j", "-o", "-", "-e", "exit", "--", "sh",
					      "-c", "exec 3<&0; cat <&3 & exit 6"));
	tool_wait_lines(&tool, 2);
	/* The exit event is emitted a moment before the exit is complete. */
	usleep(tool_longer(50000));
	kill(tool.pid, SIGTERM);
	tool_wait(&tool);
	close(input);
	assert_int_equal(tool_status(&tool), 6);
	tool_clear(&tool);
}

/* A command that ignores the terminating signals, but ends with its standard input. */
#define DEAF_COMMAND "-o", "-", "--", "sh", "-c", "trap '' INT TERM; exec cat"

/*
 * Sends the signal repeatedly: the first is passed on to a command that ignores it, and two pending
 * signals of one number become one.
 */
static void send_until_it_ends(struct tool *tool, int number)
{
	siginfo_t info = {0};

	for (unsigned int i = 0; i < 50 && !info.si_pid; i++) {
		kill(tool->pid, number);
		usleep(tool_longer(20000));
		waitid(P_PID, tool->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	}
	tool_wait(tool);
}

static void a_second_signal_ends_the_run_but_not_the_command(void **state)
{
	struct tool tool;
	int input;

	(void)state;
	input = start_with_input(&tool, WORDS("watch", "-j", "-e", "exec", DEAF_COMMAND));
	/*
	 * The start record, the shell, and the program that replaces it: by then the signals are
	 * ignored.
	 */
	tool_wait_lines(&tool, 3);
	send_until_it_ends(&tool, SIGTERM);
	close(input);
	assert_int_equal(tool_status(&tool), 128 + SIGTERM);
	tool_clear(&tool);
}

/* The records have ended, and the tool waits only for the command. */
static void a_second_signal_ends_the_wait_for_the_command(void **state)
{
	struct tool tool;
	int input;

	(void)state;
	input = start_with_input(&tool,
				 WORDS("watch", "-j", "-e", "exec", "-n", "2", DEAF_COMMAND));
	tool_wait_error(&tool, "2 events");
	send_until_it_ends(&tool, SIGINT);
	close(input);
	assert_int_equal(tool_status(&tool), 128 + SIGINT);
	tool_clear(&tool);
}

/* In another PID namespace, the command is still found. */
static void a_pid_namespace_makes_no_difference(void **state)
{
	char path[] = "/tmp/procsieve-namespace-XXXXXX", line[300], text[8192] = "";
	json_t *records;
	int status, fd = mkstemp(path);

	(void)state;
	snprintf(line, sizeof(line),
		 "unshare --pid --fork %s watch -j -e exit -o %s -- sh -c '/bin/false; exit 3' "
		 "2>/dev/null",
		 tool_path(), path);
	status = system(line);
	assert_true(pread(fd, text, sizeof(text) - 1, 0) >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(status, 3 << 8);
	records = records_load(text);
	assert_int_equal(records_count(records, "exit", 0), 2);
	assert_int_equal(record_status(json_array_get(records, 1)), 1 << 8);
	json_decref(records);
}

static void a_command_that_could_not_be_watched_is_not_run(void **state)
{
	char path[] = "/tmp/procsieve-command-XXXXXX";
	struct tool tool;

	(void)state;
	close(mkstemp(path));
	tool_run(&tool, WORDS("watch", "-o", "/nonexistent/file", "--", "rm", path));
	assert_int_equal(tool_status(&tool), 125);
	assert_int_equal(unlink(path), 0);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_exec_is_the_first_event),
		cmocka_unit_test(no_event_of_the_command_is_missed),
		cmocka_unit_test(failed_commands_of_a_build_say_what_they_were),
		cmocka_unit_test(it_ends_with_the_last_descendant),
		cmocka_unit_test(its_status_is_passed_on_as_by_a_shell),
		cmocka_unit_test(a_name_that_is_not_found_is_quoted),
		cmocka_unit_test(a_closed_standard_error_changes_no_status),
		cmocka_unit_test(its_arguments_are_told_unless_they_may_hold_secrets),
		cmocka_unit_test(the_command_is_not_disturbed),
		cmocka_unit_test(the_command_inherits_what_procsieve_did),
		cmocka_unit_test(its_status_is_passed_on_even_if_sigchld_is_ignored),
		cmocka_unit_test(a_signal_is_passed_on),
		cmocka_unit_test(a_signal_after_the_command_has_ended_ends_the_run),
		cmocka_unit_test(a_second_signal_ends_the_run_but_not_the_command),
		cmocka_unit_test(a_second_signal_ends_the_wait_for_the_command),
		cmocka_unit_test(a_pid_namespace_makes_no_difference),
		cmocka_unit_test(a_command_that_could_not_be_watched_is_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
