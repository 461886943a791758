// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server reports to which user: everything to root, to others only processes that they fully
 * own and that have nothing to hide, whatever their filter is. The oracle is the test itself, which
 * knows the credentials of each process.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "workload/setuid_program.h"

#define USER	((uid_t)-2) /* in the table: stands for user_uid */
#define SECOND	54321
#define FRIENDS 54399 /* a group that no account has */

/* The credentials of a process, and why it may be hidden. */
struct kind {
	const char *name;
	uid_t real, effective, saved;
	gid_t gid, effective_gid;
	bool undumpable;
	bool visible; /* to the unprivileged user */
};

static const struct kind kinds[] = {
	{"the user's", USER, USER, USER, USER, USER, false, true},
	{"root's", 0, 0, 0, 0, 0, false, false},
	{"another user's", SECOND, SECOND, SECOND, SECOND, SECOND, false, false},
	{"set-uid to root", USER, 0, 0, USER, USER, false, false},
	{"set-uid for later", USER, USER, 0, USER, USER, false, false},
	{"set-uid to another", USER, SECOND, SECOND, USER, USER, false, false},
	{"of another group", USER, USER, USER, SECOND, SECOND, false, false},
	{"set-gid", USER, USER, USER, USER, 0, false, false},
	{"with something to hide", USER, USER, USER, USER, USER, true, false},
};

#define KINDS  (sizeof(kinds) / sizeof(kinds[0]))
#define ROUNDS 5

static struct server server;
static pid_t made[KINDS][ROUNDS];

/* Whether each process first executes a program (this one). */
static bool executes;

/*
 * The unprivileged user's ID. No other process has it, not even another run of the test: otherwise
 * those would be reported too.
 */
static uid_t user_uid;

static uid_t id_of(uid_t id)
{
	return id == USER ? user_uid : id;
}

/* The events of a process once it has its credentials: a name, a session, a child, an exit. */
static _Noreturn void run_visible_process(const struct kind *kind)
{
	const gid_t gid = id_of(kind->gid), effective = id_of(kind->effective_gid);
	pid_t child;

	if (setgroups(0, NULL) || setresgid(gid, effective, effective) ||
	    setresuid(id_of(kind->real), id_of(kind->effective), id_of(kind->saved)))
		_exit(99);
	/*
	 * The change of IDs has made every process undumpable; the user's own ones have nothing to
	 * hide.
	 */
	prctl(PR_SET_DUMPABLE, !kind->undumpable);
	prctl(PR_SET_NAME, "action");
	setsid();
	child = fork();
	if (!child)
		_exit(3);
	waitpid(child, NULL, 0);
	_exit(4);
}

/* Executes the program that continues as this kind; passes the unprivileged user's ID. */
static _Noreturn void sleep_after_exec(unsigned int i)
{
	char kind[16], user[16];

	snprintf(kind, sizeof(kind), "%u", i);
	snprintf(user, sizeof(user), "%u", user_uid);
	execl("/proc/self/exe", "test_visibility", kind, user, (char *)NULL);
	_exit(98);
}

static void create_all(void)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < KINDS; i++) {
			int status;

			made[i][round] = fork();
			if (!made[i][round] && executes)
				sleep_after_exec(i);
			if (!made[i][round])
				run_visible_process(&kinds[i]);
			waitpid(made[i][round], &status, 0);
			assert_int_equal(WEXITSTATUS(status), 4);
		}
	}
}

static const struct kind *kind_of(int64_t pid)
{
	for (unsigned int i = 0; i < KINDS; i++)
		for (unsigned int round = 0; round < ROUNDS; round++)
			if (made[i][round] == pid)
				return &kinds[i];
	return NULL;
}

/* All reported ancestors of a process belong to the same user. */
static void assert_own_ancestors(const json_t *record)
{
	const json_t *ids = json_object_get(record, "ancestors");

	for (size_t i = 0; i < json_array_size(ids); i++) {
		const struct kind *kind = kind_of(json_integer_value(json_array_get(ids, i)));

		if (!kind || !kind->visible)
			fail_msg("an ancestor: %s", json_dumps(record, 0));
	}
}

/* A parent of another user is not reported, not even its exec ID. */
static void assert_own_parent(const json_t *record)
{
	const struct kind *kind = kind_of(record_number(record, "ppid"));
	const json_t *parent = json_object_get(record, "parent_exec_id");

	if (kind && kind->visible ? !parent : parent != NULL)
		fail_msg("a parent: %s", json_dumps(record, 0));
}

/*
 * No record is about a process of another user; the forks of the user's children are reported by
 * their parents.
 */
static void assert_private(const json_t *records)
{
	const json_t *record;

	records_each(records, record)
	{
		const struct kind *kind;
		int64_t pid;

		if (!json_object_get(record, "pid"))
			continue;
		pid = record_number(record, "pid");
		kind = kind_of(pid);
		if (!kind)
			kind = kind_of(record_number(record, "ppid"));
		if (kind && !kind->visible)
			fail_msg("%s: %s", kind->name, json_dumps(record, 0));
		assert_int_equal(record_number(record, "uid"), user_uid);
		assert_int_equal(record_number(record, "gid"), user_uid);
		assert_own_ancestors(record);
		assert_own_parent(record);
	}
}

static void start_as(struct tool *tool, const char *const *more, uid_t uid, gid_t gid)
{
	const char *words[32] = {"watch", "-j", "--socket", server.socket};
	unsigned int count = 4;

	for (; *more; more++)
		words[count++] = *more;
	tool_start_as(tool, words, uid, gid);
	tool_wait_lines(tool, 1);
}

static void a_user_receives_only_its_own_processes(void **state)
{
	char users[32], groups[32];
	const char *const filters[][8] = {
		{"-e", "all", "--threads", "--with", "exe,cwd,ancestors,tty", "--accounting", NULL},
		{"-e", "all", "-u", users, NULL},
		{"-e", "all", "--comm", "action", NULL},
		{"-e", "exit", "--exit-status", "4,3", "-g", groups, NULL},
	};
	struct tool tools[4];

	(void)state;
	snprintf(users, sizeof(users), "root,%d,%u", SECOND, user_uid);
	snprintf(groups, sizeof(groups), "0,%d,%u", SECOND, user_uid);
	for (unsigned int i = 0; i < 4; i++)
		start_as(&tools[i], filters[i], user_uid, user_uid);
	create_all();
	for (unsigned int i = 0; i < 4; i++) {
		json_t *records = watch_finish(&tools[i]);

		assert_private(records);
		for (unsigned int round = 0; round < ROUNDS; round++) {
			const json_t *end = records_only(records, "exit", made[0][round]);

			assert_int_equal(record_number(end, "exit_code"), 4);
		}
		json_decref(records);
		tool_clear(&tools[i]);
	}
}

/*
 * There, the exit of a process is checked against cached data. For root's processes that are older
 * than the server there is none, nor for their children until they exec.
 */
static void visibility_is_the_same_on_an_older_kernel(void **state)
{
	server_end(&server, SIGTERM);
	tool_emulate_old_kernel();
	server_start(&server, WORDS(NULL));
	executes = true;
	a_user_receives_only_its_own_processes(state);
}

static void root_receives_all_processes(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	start_as(&tool, WORDS("-e", "exit,comm"), 0, 0);
	create_all();
	records = watch_finish(&tool);
	for (unsigned int i = 0; i < KINDS; i++) {
		for (unsigned int round = 0; round < ROUNDS; round++) {
			records_only(records, "exit", made[i][round]);
			records_only(records, "comm", made[i][round]);
		}
	}
	json_decref(records);
	tool_clear(&tool);
}

/* The second user and the first get nothing about each other. */
static void another_user_receives_only_its_own_processes(void **state)
{
	const json_t *record;
	struct tool tool;
	json_t *records;

	(void)state;
	start_as(&tool, WORDS("-e", "all"), SECOND, SECOND);
	create_all();
	records = watch_finish(&tool);
	records_each(records, record)
	{
		if (json_object_get(record, "pid"))
			assert_int_equal(record_number(record, "uid"), SECOND);
	}
	for (unsigned int round = 0; round < ROUNDS; round++)
		records_only(records, "exit", made[2][round]);
	json_decref(records);
	tool_clear(&tool);
}

static void a_group_member_receives_all_processes(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	server_end(&server, SIGTERM);
	server_start(&server, WORDS("--allow-group", "54399"));
	start_as(&tool, WORDS("-e", "exit"), SECOND, FRIENDS);
	create_all();
	records = watch_finish(&tool);
	for (unsigned int i = 0; i < KINDS; i++)
		records_only(records, "exit", made[i][0]);
	json_decref(records);
	tool_clear(&tool);
	start_as(&tool, WORDS("-e", "all"), user_uid, user_uid);
	create_all();
	records = watch_finish(&tool);
	assert_private(records);
	json_decref(records);
	tool_clear(&tool);
}

/* From the exec on it belongs to root: nothing more is reported, not even its exit. */
static void a_set_uid_program_is_not_reported(void **state)
{
	char program[PATH_MAX];
	struct tool tool;
	json_t *records;
	int status;
	pid_t pid;

	(void)state;
	if (!setuid_program_create(program, 0, 0, 04755))
		skip();
	start_as(&tool, WORDS("-e", "all"), user_uid, user_uid);
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(user_uid, user_uid, user_uid) ||
		    setresuid(user_uid, user_uid, user_uid))
			_exit(99);
		execl(program, program, (char *)NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	unlink(program);
	assert_int_equal(status, 0);
	records = watch_finish(&tool);
	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);

		/* It belonged to the user before: those events may be reported. */
		if (json_object_get(record, "pid") && record_number(record, "pid") == pid)
			assert_true(record_is(record, "uid") || record_is(record, "gid"));
	}
	json_decref(records);
	tool_clear(&tool);
}

/* The error does not reveal that such a process exists. */
static void others_processes_cannot_be_named(void **state)
{
	char pid[16];
	struct tool tool;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", getpid());
	tool_start_as(&tool, WORDS("watch", "--socket", server.socket, "-p", pid), user_uid,
		      user_uid);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "no process has the id"));
	tool_clear(&tool);
}

static void an_unprivileged_user_can_watch_a_command(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_start_as(&tool,
		      WORDS("watch", "-j", "-o", "-", "--socket", server.socket, "--", "sh", "-c",
			    "true; /bin/true; exit 7"),
		      user_uid, user_uid);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 7);
	records = records_load(tool.out_text);
	assert_true(json_array_size(records) >= 6);
	json_decref(records);
	tool_clear(&tool);
}

/* Without a line that says why, no output would look like no processes. */
static void filters_for_other_users_explain_why_nothing_is_reported(void **state)
{
	static const struct {
		const char *user;
		uid_t uid;
		gid_t gid;
		bool explained;
	} cases[] = {
		{"root", USER, USER, true},
		{"0,1", USER, USER, true},
		{"root", USER, FRIENDS, false}, /* --allow-group: receives all */
		{"root", 0, 0, false},
	};
	char own[32];
	struct tool tool;

	(void)state;
	server_end(&server, SIGTERM);
	server_start(&server, WORDS("--allow-group", "54399"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		tool_start_as(&tool, WORDS("ps", "--socket", server.socket, "-u", cases[i].user),
			      id_of(cases[i].uid), id_of(cases[i].gid));
		tool_wait(&tool);
		assert_int_equal(tool_status(&tool), 0);
		snprintf(own, sizeof(own), "you (%u)", user_uid);
		if (cases[i].explained)
			assert_non_null(strstr(tool.err_text, own));
		else
			assert_string_equal(tool.err_text, "");
		tool_clear(&tool);
	}
	snprintf(own, sizeof(own), "%u,0", user_uid);
	tool_start_as(
		&tool,
		WORDS("watch", "--socket", server.socket, "-u", own, "-q", "--duration", "10ms"),
		user_uid, user_uid);
	tool_wait(&tool);
	assert_string_equal(tool.err_text, "");
	tool_clear(&tool);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_receives_only_its_own_processes),
		cmocka_unit_test(root_receives_all_processes),
		cmocka_unit_test(another_user_receives_only_its_own_processes),
		cmocka_unit_test(a_set_uid_program_is_not_reported),
		cmocka_unit_test(others_processes_cannot_be_named),
		cmocka_unit_test(an_unprivileged_user_can_watch_a_command),
		cmocka_unit_test(filters_for_other_users_explain_why_nothing_is_reported),
		cmocka_unit_test(a_group_member_receives_all_processes),
		cmocka_unit_test_teardown(visibility_is_the_same_on_an_older_kernel,
					  tool_stop_emulation),
	};

	if (argc == 3) {
		user_uid = strtoul(argv[2], NULL, 10);
		run_visible_process(&kinds[strtoul(argv[1], NULL, 10)]);
	}
	user_uid = 1000000 + getpid();
	return server_run_group_tests(tests, &server);
}
