// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process of a user that logged in executes a set-user-ID program: the real, effective and login
 * ids of its records, and the filters for them, compared with /proc while the program runs; with
 * hooks of its own and at a server.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/run_ps.h"
#include "harness/serve_fixture.h"
#include "oracle/procfs.h"
#include "workload/login.h"
#include "workload/setuid_program.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

#define USER	      54310 /* the real uid, and the one that logs in */
#define OWNER	      54320 /* of the program */
#define OWNER_GID     54330

static struct server server;
static char program[PATH_MAX]; /* a set-user-ID copy of cat, which waits for its input to end */

/* A process that waits for the end of its input. */
struct waiting {
	pid_t pid;
	int input;
};

static struct waiting execute(uint32_t login)
{
	struct waiting waiting;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	waiting.input = ends[1];
	waiting.pid = fork();
	if (!waiting.pid) {
		if (login_is_kept() && !login_set(login))
			_exit(99);
		dup2(ends[0], STDIN_FILENO);
		if (setgroups(0, NULL) || setresgid(USER, USER, USER) ||
		    setresuid(USER, USER, USER))
			_exit(98);
		execl(program, "cat", (char *)NULL);
		_exit(97);
	}
	close(ends[0]);
	return waiting;
}

static void finish(const struct waiting *waiting)
{
	int status;

	close(waiting->input);
	waitpid(waiting->pid, &status, 0);
	assert_int_equal(status, 0);
}

/* The ids that /proc shows while the program runs. */
static struct procfs read_running(const struct waiting *waiting)
{
	struct procfs facts;

	/* The name has at most 15 bytes. */
	WAIT_UNTIL(procfs_sleeps_as(waiting->pid, "procsieve-suid-"));
	assert_true(procfs_read(&facts, waiting->pid, 0));
	assert_int_equal(facts.uids[0], USER);
	assert_int_equal(facts.uids[1], OWNER);
	assert_int_equal(facts.gids[1], OWNER_GID);
	return facts;
}

static void assert_absent_or(const json_t *record, const char *key, uint32_t id)
{
	if (id == LOGIN_UNSET)
		assert_null(json_object_get(record, key));
	else
		assert_int_equal(record_number(record, key), id);
}

static void assert_ids(const json_t *record, const struct procfs *facts)
{
	assert_int_equal(record_number(record, "uid"), facts->uids[0]);
	assert_int_equal(record_number(record, "euid"), facts->uids[1]);
	assert_int_equal(record_number(record, "gid"), facts->gids[0]);
	assert_int_equal(record_number(record, "egid"), facts->gids[1]);
	assert_absent_or(record, "auid", facts->auid);
	assert_absent_or(record, "ses", facts->ses);
}

/* A filter, and whether it passes a process of USER that has the rights of OWNER. */
struct filter_case {
	const char *words[6];
	bool passes;
};

static void check_ps(const struct waiting *waiting, const struct filter_case *one,
		     const struct procfs *facts)
{
	const char *words[12] = {"--with", "login"};
	json_t *records, *index;
	const json_t *record;

	for (size_t i = 0; one->words[i]; i++)
		words[i + 2] = one->words[i];
	records = run_ps(words);
	index = snapshot_index(records);
	record = snapshot_find(index, waiting->pid);
	if (!!record != one->passes)
		fail_msg("ps %s %s: %s", one->words[0], one->words[1],
			 record ? "let through" : "held back");
	if (record)
		assert_ids(record, facts);
	json_decref(index);
	json_decref(records);
}

static void check_watch(const json_t *records, const struct waiting *waiting,
			const struct filter_case *one, const struct procfs *facts)
{
	size_t execs = records_count(records, "exec", waiting->pid);

	if (execs != one->passes || records_count(records, "exit", waiting->pid) != execs)
		fail_msg("watch %s %s: %s", one->words[0], one->words[1],
			 execs ? "let through" : "held back");
	if (!execs)
		return;
	assert_ids(records_only(records, "exec", waiting->pid), facts);
	assert_ids(records_only(records, "exit", waiting->pid), facts);
}

/* Starts a listener for each case; `source`: further words. */
static void start_all(struct tool *tools, const struct filter_case *cases, size_t count,
		      const char *const *source)
{
	for (size_t i = 0; i < count; i++) {
		const char *words[16] = {"-e", "exec,exit", "--with", "login"};
		size_t at = 4;

		for (size_t word = 0; source[word]; word++)
			words[at++] = source[word];
		for (size_t word = 0; cases[i].words[word]; word++)
			words[at++] = cases[i].words[word];
		watch_start(&tools[i], words);
	}
}

static void check_cases(const struct filter_case *cases, size_t count, uint32_t login,
			const char *const *source)
{
	struct tool tools[16];
	struct waiting waiting;
	struct procfs facts;

	start_all(tools, cases, count, source);
	waiting = execute(login);
	facts = read_running(&waiting);
	for (size_t i = 0; i < count; i++)
		check_ps(&waiting, &cases[i], &facts);
	finish(&waiting);
	for (size_t i = 0; i < count; i++) {
		json_t *records = watch_finish(&tools[i]);

		check_watch(records, &waiting, &cases[i], &facts);
		json_decref(records);
		tool_clear(&tools[i]);
	}
	procfs_clear(&facts);
}

static const char *const *const sources[] = {
	(const char *const[]){"--standalone", NULL},
	(const char *const[]){"--socket", server.socket, NULL},
};

/* -u is the real uid, --euid the effective one. */
static void a_program_runs_with_the_rights_of_its_owner(void **state)
{
	static const struct filter_case cases[] = {
		{{"-u", "54310"}, true},
		{{"-u", "54320"}, false},
		{{"--euid", "54320"}, true},
		{{"--euid", "54310"}, false},
		{{"--euid", "0,54320", "-u", "54310"}, true},
		{{"--euid", "54320", "-u", "54320"}, false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(sources); i++)
		check_cases(cases, LENGTH(cases), LOGIN_UNSET, sources[i]);
}

static void a_login_is_known_after_a_change_of_user(void **state)
{
	static const struct filter_case cases[] = {
		{{"--auid", "54310"}, true},
		{{"--auid", "set"}, true},
		{{"--auid", "unset,54320"}, false},
		{{"--auid", "unset,54310"}, true},
		{{"--auid", "54310", "--euid", "54320"}, true},
		{{"--auid", "0", "--euid", "54320"}, false},
	};

	(void)state;
	if (!login_is_kept())
		skip();
	for (size_t i = 0; i < LENGTH(sources); i++)
		check_cases(cases, LENGTH(cases), USER, sources[i]);
}

/* As daemons are. */
static void a_login_that_is_not_set_is_absent(void **state)
{
	static const struct filter_case cases[] = {
		{{"--auid", "unset"}, true},
		{{"--auid", "set"}, false},
		{{"--auid", "54310,0"}, false},
		{{"--auid", "unset,0"}, true},
	};

	(void)state;
	if (!login_is_kept())
		skip();
	for (size_t i = 0; i < LENGTH(sources); i++)
		check_cases(cases, LENGTH(cases), LOGIN_UNSET, sources[i]);
}

/*
 * The user that started the program sees nothing of it, whatever the filter: it has rights that the
 * user does not have.
 */
static void the_user_sees_no_program_with_rights_of_its_owner(void **state)
{
	struct waiting waiting;
	struct tool tool;
	json_t *records;

	(void)state;
	tool_start_as(&tool,
		      WORDS("watch", "-j", "-e", "exec,exit", "--with", "login", "--euid",
			    "54310,54320", "--socket", server.socket),
		      USER, USER);
	tool_wait_lines(&tool, 1);
	waiting = execute(LOGIN_UNSET);
	finish(&waiting);
	records = watch_finish(&tool);
	assert_int_equal(records_count(records, "exec", waiting.pid), 0);
	assert_int_equal(records_count(records, "exit", waiting.pid), 0);
	json_decref(records);
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_runs_with_the_rights_of_its_owner),
		cmocka_unit_test(a_login_is_known_after_a_change_of_user),
		cmocka_unit_test(a_login_that_is_not_set_is_absent),
		cmocka_unit_test(the_user_sees_no_program_with_rights_of_its_owner),
	};
	int failed;

	if (!setuid_program_copy("/bin/cat", program, OWNER, OWNER_GID, 06755)) {
		puts("1..0 # SKIP no file system honours set-user-ID bits");
		return 0;
	}
	failed = server_run_group_tests(tests, &server);
	unlink(program);
	return failed;
}
