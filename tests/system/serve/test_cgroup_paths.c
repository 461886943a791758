// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Paths of cgroups at a server: what a client gets by them, and what it does not get, and that
 * clients do not disturb each other.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cgroup_rounds.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "oracle/hidepid_view.h"
#include "workload/cgroups.h"

#define USER 12345

static struct server server;
static const struct viewer_identity user = {USER, USER, 0};

static void enter_identity(const void *identity)
{
	viewer_enter(identity);
}

static void watch_cgroup(struct tool *tool, const char *name)
{
	watch_start(tool, WORDS("-e", "exec,exit", "--cgroup", rounds_option(name), "--socket",
				server.socket));
}

/* The next listener of a slot does not inherit the cgroups of the last one. */
static void a_listener_gets_no_cgroups_of_an_earlier_one(void **state)
{
	struct tool tool;

	(void)state;
	assert_true(rounds_make("/first") && rounds_make("/second"));
	for (unsigned int i = 0; i < 4; i++) {
		watch_cgroup(&tool, i % 2 ? "/second" : "/f*st");
		assert_true(rounds_run("/first", i % 2, NULL, NULL) &&
			    rounds_run("/second", !(i % 2), NULL, NULL));
		rounds_check(&tool, 0, 1, 2);
	}
	assert_true(rounds_remove("/first") && rounds_remove("/second"));
}

/* A path gives no access: a user receives the events of its own processes. */
static void a_user_sees_only_its_own_processes(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_as(&tool,
		      WORDS("watch", "-j", "-e", "exec,exit", "--cgroup", rounds_option("/mi*d"),
			    "--socket", server.socket),
		      USER, USER);
	tool_wait_lines(&tool, 1);
	assert_true(rounds_make("/mixed"));
	assert_true(rounds_run("/mixed", 1, NULL, NULL));
	assert_true(rounds_run("/mixed", 0, enter_identity, &user));
	assert_true(rounds_run("/mixed", 1, NULL, NULL));
	assert_true(rounds_remove("/mixed"));
	rounds_check(&tool, 0, 1, 2);
}

static pid_t start_sleeper(const char *name)
{
	char path[PATH_MAX], text[32];
	FILE *file;
	pid_t pid = fork();

	if (!pid) {
		if (cgroups_join(rounds_name(name)))
			pause();
		_exit(1);
	}
	strcat(rounds_path(path, name), "/cgroup.procs");
	file = fopen(path, "re");
	assert_non_null(file);
	WAIT_UNTIL((rewind(file), fgets(text, sizeof(text), file)));
	fclose(file);
	return pid;
}

static void check_existing(const char *where, const char *socket, pid_t pid)
{
	json_t *records;
	struct tool tool;

	watch_start(&tool, WORDS("-e", "exec", "--existing", "--cgroup", rounds_option("/lives-*"),
				 where, socket));
	records = watch_finish(&tool);
	records_only(records, "process", pid);
	assert_int_equal(records_count(records, "process", 0), 1);
	json_decref(records);
	tool_clear(&tool);
}

static void existing_processes_are_those_of_the_named_cgroups(void **state)
{
	static const char *const names[] = {"/lives-1", "/other"};
	pid_t pids[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(rounds_make(names[i]));
		pids[i] = start_sleeper(names[i]);
	}
	check_existing("--socket", server.socket, pids[0]);
	check_existing("--standalone", NULL, pids[0]);
	for (unsigned int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		assert_true(rounds_remove(names[i]));
	}
}

/* What a client is, and the cgroup in which it creates its namespaces. */
struct confined {
	const char *cgroup;
	struct viewer_identity identity;
};

static void become_confined(const void *context)
{
	const struct confined *confined = context;

	if (!cgroups_join(rounds_name(confined->cgroup)))
		_exit(98);
	viewer_enter(&confined->identity);
}

/* Makes the caller a process of the client's user in the client's user namespace. */
static void join_client(const void *context)
{
	const struct tool *client = context;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/user", client->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUSER) || setresgid(0, 0, 0) || setresuid(0, 0, 0))
		_exit(98);
}

/* Checks how many of the two cgroups that a client names, inside and outside, it gets. */
static void check_namespaces(int namespaces, unsigned int expected)
{
	const struct confined confined = {"/inside", {USER, USER, namespaces}};
	char inside[128], outside[128];
	struct tool tool;

	strcpy(inside, rounds_option("/inside/below"));
	strcpy(outside, rounds_option("/out*"));
	tool_start_after(&tool,
			 WORDS("watch", "-j", "-e", "exec,exit", "--cgroup", inside, "--cgroup",
			       outside, "--socket", server.socket),
			 become_confined, &confined);
	tool_wait_lines(&tool, 1);
	assert_true(rounds_make("/inside/below") && rounds_make("/outside"));
	assert_true(rounds_run("/inside/below", 0, join_client, &tool));
	assert_true(rounds_run("/outside", 1, join_client, &tool));
	assert_true(rounds_remove("/inside/below") && rounds_remove("/outside"));
	rounds_check(&tool, 0, expected, 2);
}

/*
 * A client in a cgroup namespace does not learn of cgroups outside of it, not even whether they
 * exist: they do not take the room of others. Without a cgroup namespace it sees all cgroups.
 */
static void a_client_in_a_cgroup_namespace_names_only_its_own(void **state)
{
	(void)state;
	assert_true(rounds_make("/inside"));
	check_namespaces(CLONE_NEWUSER | CLONE_NEWCGROUP, 1);
	check_namespaces(CLONE_NEWUSER, 2);
	WAIT_UNTIL(rounds_remove("/inside"));
}

/* At a server each listener has room for this many cgroups. */
#define ROOM 1024
#define MORE 5

static void cgroups_without_room_are_counted(void **state)
{
	struct tool tool;
	char name[32];

	(void)state;
	watch_cgroup(&tool, "/many-*");
	for (unsigned int i = 0; i < ROOM + MORE; i++) {
		snprintf(name, sizeof(name), "/many-%u", i);
		assert_true(rounds_make(name));
	}
	assert_true(rounds_run("/many-0", 0, NULL, NULL) && rounds_run(name, 2, NULL, NULL));
	assert_true(rounds_remove("/many-0"));
	/* There is room for one again. */
	assert_true(rounds_live("/many-0", 1));
	for (unsigned int i = 1; i < ROOM + MORE; i++) {
		snprintf(name, sizeof(name), "/many-%u", i);
		assert_true(rounds_remove(name));
	}
	tool_stop(&tool);
	assert_non_null(strstr(tool.err_text, "5 cgroups could not be watched: too many\n"));
	rounds_check(&tool, 0, 2, 3);
}

static int set_up(void **state)
{
	server_group_use(&server);
	return server_group_set_up(state) || !rounds_begin();
}

static int tear_down(void **state)
{
	int err = server_group_tear_down(state);

	rounds_end();
	return err;
}

static void without_a_hierarchy_there_is_nothing_to_test(void **state)
{
	(void)state;
	skip();
}

int main(void)
{
	const struct CMUnitTest none[] = {
		cmocka_unit_test(without_a_hierarchy_there_is_nothing_to_test),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_gets_no_cgroups_of_an_earlier_one),
		cmocka_unit_test(a_user_sees_only_its_own_processes),
		cmocka_unit_test(existing_processes_are_those_of_the_named_cgroups),
		cmocka_unit_test(a_client_in_a_cgroup_namespace_names_only_its_own),
		cmocka_unit_test(cgroups_without_room_are_counted),
	};

	if (!cgroups_mount())
		return cmocka_run_group_tests(none, NULL, NULL);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
