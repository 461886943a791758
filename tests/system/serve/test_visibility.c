// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a server tells whom: root everything, others the processes that are all their own and have
 * nothing to hide, whatever their filter says. The oracle is who made which process how.
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

#define NOBODY	((uid_t)-2) /* in the table: a user, and a group, of this run's own */
#define SECOND	54321
#define FRIENDS 54399 /* a group that no account has */

/* Who a process is, and what it has to hide. */
struct kind {
	const char *name;
	uid_t real, effective, saved;
	gid_t gid, effective_gid;
	bool undumpable;
	bool nobodys; /* nobody may know of it */
};

static const struct kind kinds[] = {
	{"nobody's", NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, false, true},
	{"root's", 0, 0, 0, 0, 0, false, false},
	{"another user's", SECOND, SECOND, SECOND, SECOND, SECOND, false, false},
	{"set-uid to root", NOBODY, 0, 0, NOBODY, NOBODY, false, false},
	{"set-uid for later", NOBODY, NOBODY, 0, NOBODY, NOBODY, false, false},
	{"set-uid to another", NOBODY, SECOND, SECOND, NOBODY, NOBODY, false, false},
	{"of another group", NOBODY, NOBODY, NOBODY, SECOND, SECOND, false, false},
	{"set-gid", NOBODY, NOBODY, NOBODY, NOBODY, 0, false, false},
	{"with something to hide", NOBODY, NOBODY, NOBODY, NOBODY, NOBODY, true, false},
};

#define KINDS  (sizeof(kinds) / sizeof(kinds[0]))
#define ROUNDS 5

static struct server server;
static pid_t made[KINDS][ROUNDS];

/* Does each process first run a program of its own, this one again? */
static bool anew;

/*
 * Another user's processes would be told as the test's: nobody else has this id, not another run of
 * the test either.
 */
static uid_t nobody;

static uid_t id_of(uid_t id)
{
	return id == NOBODY ? nobody : id;
}

/* What happens once the process is who it is to be: a name, a session, a child, an end. */
static _Noreturn void live(const struct kind *kind)
{
	const gid_t gid = id_of(kind->gid), effective = id_of(kind->effective_gid);
	pid_t child;

	if (setgroups(0, NULL) || setresgid(gid, effective, effective) ||
	    setresuid(id_of(kind->real), id_of(kind->effective), id_of(kind->saved)))
		_exit(99);
	/* A change of ids has made it so for all: what is its own has nothing to hide. */
	prctl(PR_SET_DUMPABLE, !kind->undumpable);
	prctl(PR_SET_NAME, "deed");
	setsid();
	child = fork();
	if (!child)
		_exit(3);
	waitpid(child, NULL, 0);
	_exit(4);
}

/* The same in a program that is started for it: of what kind, and who nobody is. */
static _Noreturn void live_anew(unsigned int i)
{
	char kind[16], user[16];

	snprintf(kind, sizeof(kind), "%u", i);
	snprintf(user, sizeof(user), "%u", nobody);
	execl("/proc/self/exe", "test_privacy", kind, user, (char *)NULL);
	_exit(98);
}

static void make_all(void)
{
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < KINDS; i++) {
			int status;

			made[i][round] = fork();
			if (!made[i][round] && anew)
				live_anew(i);
			if (!made[i][round])
				live(&kinds[i]);
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

/* What stands above a process of nobody's, and is nobody's too. */
static void assert_own_ancestors(const json_t *record)
{
	const json_t *ids = json_object_get(record, "ancestors");

	for (size_t i = 0; i < json_array_size(ids); i++) {
		const struct kind *kind = kind_of(json_integer_value(json_array_get(ids, i)));

		if (!kind || !kind->nobodys)
			fail_msg("an ancestor: %s", json_dumps(record, 0));
	}
}

/* Of a parent that is not nobody's, not even the id of its program. */
static void assert_own_parent(const json_t *record)
{
	const struct kind *kind = kind_of(record_number(record, "ppid"));
	const json_t *parent = json_object_get(record, "parent_exec_id");

	if (kind && kind->nobodys ? !parent : parent != NULL)
		fail_msg("a parent: %s", json_dumps(record, 0));
}

/* Not one record of what is not nobody's; children of ours are told by their parents. */
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
		if (kind && !kind->nobodys)
			fail_msg("%s: %s", kind->name, json_dumps(record, 0));
		assert_int_equal(record_number(record, "uid"), nobody);
		assert_int_equal(record_number(record, "gid"), nobody);
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

static void nobody_hears_of_its_own_alone(void **state)
{
	char users[32], groups[32];
	const char *const filters[][8] = {
		{"-e", "all", "--threads", "--with", "exe,cwd,ancestors,tty", "--accounting", NULL},
		{"-e", "all", "-u", users, NULL},
		{"-e", "all", "--comm", "deed", NULL},
		{"-e", "exit", "--exit-status", "4,3", "-g", groups, NULL},
	};
	struct tool tools[4];

	(void)state;
	snprintf(users, sizeof(users), "root,%d,%u", SECOND, nobody);
	snprintf(groups, sizeof(groups), "0,%d,%u", SECOND, nobody);
	for (unsigned int i = 0; i < 4; i++)
		start_as(&tools[i], filters[i], nobody, nobody);
	make_all();
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
 * There who may see a process is known at its exit from what is remembered of it. Of root's
 * processes that are older than the server nothing is, nor of their children until these run
 * another program.
 */
static void so_it_is_where_an_older_kernel_is_played(void **state)
{
	server_end(&server, SIGTERM);
	tool_act_older();
	server_start(&server, WORDS(NULL));
	anew = true;
	nobody_hears_of_its_own_alone(state);
}

static void root_hears_of_all(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	start_as(&tool, WORDS("-e", "exit,comm"), 0, 0);
	make_all();
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

/* The second user and nobody know nothing of each other. */
static void another_user_hears_of_its_own_alone(void **state)
{
	const json_t *record;
	struct tool tool;
	json_t *records;

	(void)state;
	start_as(&tool, WORDS("-e", "all"), SECOND, SECOND);
	make_all();
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

static void a_member_of_the_group_hears_of_all(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	server_end(&server, SIGTERM);
	server_start(&server, WORDS("--allow-group", "54399"));
	start_as(&tool, WORDS("-e", "exit"), SECOND, FRIENDS);
	make_all();
	records = watch_finish(&tool);
	for (unsigned int i = 0; i < KINDS; i++)
		records_only(records, "exit", made[i][0]);
	json_decref(records);
	tool_clear(&tool);
	start_as(&tool, WORDS("-e", "all"), nobody, nobody);
	make_all();
	records = watch_finish(&tool);
	assert_private(records);
	json_decref(records);
	tool_clear(&tool);
}

/* From the exec on it is root's: nothing more is told, its end neither. */
static void a_set_uid_program_is_not_told(void **state)
{
	char program[PATH_MAX];
	struct tool tool;
	json_t *records;
	int status;
	pid_t pid;

	(void)state;
	if (!suid_make(program, 0, 0, 04755))
		skip();
	start_as(&tool, WORDS("-e", "all"), nobody, nobody);
	pid = fork();
	if (!pid) {
		if (setgroups(0, NULL) || setresgid(nobody, nobody, nobody) ||
		    setresuid(nobody, nobody, nobody))
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

		/* It became nobody's before: that may be told. */
		if (json_object_get(record, "pid") && record_number(record, "pid") == pid)
			assert_true(record_is(record, "uid") || record_is(record, "gid"));
	}
	json_decref(records);
	tool_clear(&tool);
}

/* That there is such a process is not told either. */
static void others_processes_cannot_be_named(void **state)
{
	char pid[16];
	struct tool tool;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", getpid());
	tool_start_as(&tool, WORDS("watch", "--socket", server.socket, "-p", pid), nobody, nobody);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 1);
	assert_non_null(strstr(tool.err_text, "no process has the id"));
	tool_clear(&tool);
}

static void nobody_can_watch_a_command(void **state)
{
	struct tool tool;
	json_t *records;

	(void)state;
	tool_start_as(&tool,
		      WORDS("watch", "-j", "--socket", server.socket, "--", "sh", "-c",
			    "true; /bin/true; exit 7"),
		      nobody, nobody);
	tool_wait(&tool);
	assert_int_equal(tool_status(&tool), 7);
	records = records_load(tool.out_text);
	assert_true(json_array_size(records) >= 6);
	json_decref(records);
	tool_clear(&tool);
}

static int set_up(void **state)
{
	(void)state;
	nobody = 1000000 + getpid();
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	server_end(&server, SIGTERM);
	server_clear(&server);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_hears_of_its_own_alone),
		cmocka_unit_test(root_hears_of_all),
		cmocka_unit_test(another_user_hears_of_its_own_alone),
		cmocka_unit_test(a_set_uid_program_is_not_told),
		cmocka_unit_test(others_processes_cannot_be_named),
		cmocka_unit_test(nobody_can_watch_a_command),
		cmocka_unit_test(a_member_of_the_group_hears_of_all),
		cmocka_unit_test_teardown(so_it_is_where_an_older_kernel_is_played, tool_act_as_is),
	};

	if (argc == 3) {
		nobody = strtoul(argv[2], NULL, 10);
		live(&kinds[strtoul(argv[1], NULL, 10)]);
	}
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
