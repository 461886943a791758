// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --cgroup follows a path: cgroups that are removed and made again, made later, or match a pattern.
 * In each round a child starts in a cgroup that was made just before, with
 * clone3(CLONE_INTO_CGROUP), and executes a program whose argument is the number of the round. The
 * oracle is the children that wait(2) returned: each has exactly one exec and one exit record.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "workload/cgroups.h"

#define ROUNDS	   10000
#define FEW_ROUNDS 200
#define STARTS	   10
#define USER	   12345

static struct server server;
static char base[64];			/* the test's cgroup, without a slash */
static char option[64 + 64];		/* argument of --cgroup */
static volatile unsigned int *finished; /* rounds of a process that runs beside the test */

/* A path of a cgroup in the test's cgroup; `path` must have room for PATH_MAX bytes. */
static char *path_of(char *path, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s%s", cgroups_mount(), base, name);
	return path;
}

/* Makes a cgroup; `name` begins with a slash. These run in child processes, too: no assertions. */
static bool make(const char *name)
{
	char path[PATH_MAX];

	return !mkdir(path_of(path, name), 0755);
}

/* A process that was reaped may stay in its cgroup for a moment. */
static bool take_away(const char *name)
{
	char path[PATH_MAX];

	path_of(path, name);
	for (unsigned int tries = 0; rmdir(path); tries++)
		if (errno != EBUSY || tries == 1000000)
			return false;
	return true;
}

/* Starts a program in a cgroup, as this user, and reaps it. Returns whether it ended with 0. */
static bool run_in(const char *name, unsigned int round, uid_t uid)
{
	char path[PATH_MAX], number[16];
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int fd = open(path_of(path, name), O_PATH | O_DIRECTORY | O_CLOEXEC), status = -1;
	pid_t pid;

	if (fd < 0)
		return false;
	args.cgroup = fd;
	snprintf(number, sizeof(number), "%u", round);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (!pid) {
		if (!uid || (!setgid(uid) && !setuid(uid)))
			execl("/bin/true", "cgroup-again", number, NULL);
		_exit(99);
	}
	close(fd);
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* One life of a cgroup. */
static bool do_round(const char *name, unsigned int round)
{
	return make(name) && run_in(name, round, 0) && take_away(name);
}

static const char *cgroup_option(const char *name)
{
	snprintf(option, sizeof(option), "/%s%s", base, name);
	return option;
}

/* Counts the records of a type by round. */
static void count_rounds(const json_t *records, const char *type, unsigned int *counts,
			 unsigned int rounds)
{
	const json_t *record;

	records_each(records, record)
	{
		const char *number;
		unsigned int round;

		if (!record_is(record, type))
			continue;
		number = json_string_value(json_array_get(json_object_get(record, "argv"), 1));
		/* A process of another test has no number. */
		round = number ? strtoul(number, NULL, 10) : rounds;
		assert_in_range(round, 0, rounds - 1);
		counts[round]++;
	}
}

/* Checks that rounds `from` to `to` - 1, and no others, have one record of each type. */
static void check_rounds(struct tool *tool, unsigned int from, unsigned int to, unsigned int rounds)
{
	json_t *records = watch_finish(tool);
	const char *const types[] = {"exec", "exit"};

	assert_int_equal(records_lost(records), 0);
	for (unsigned int i = 0; i < 2; i++) {
		unsigned int *counts = calloc(rounds, sizeof(*counts));

		assert_non_null(counts);
		count_rounds(records, types[i], counts, rounds);
		for (unsigned int round = 0; round < rounds; round++)
			if (counts[round] != (round >= from && round < to))
				fail_msg("round %u of %u to %u has %u %s records", round, from, to,
					 counts[round], types[i]);
		free(counts);
	}
	json_decref(records);
	tool_clear(tool);
}

static void watch_cgroup(struct tool *tool, const char *name, bool at_server)
{
	if (at_server)
		watch_start(tool, WORDS("-e", "exec,exit", "--cgroup", cgroup_option(name),
					"--ring", "64M", "--socket", server.socket));
	else
		watch_start(tool, WORDS("-e", "exec,exit", "--cgroup", cgroup_option(name),
					"--ring", "64M", "--standalone"));
}

static void check_again(const char *name, const char *pattern, unsigned int rounds, bool at_server)
{
	struct tool tool;

	rounds = tool_fewer(rounds);
	watch_cgroup(&tool, pattern, at_server);
	for (unsigned int round = 0; round < rounds; round++)
		assert_true(do_round(name, round));
	check_rounds(&tool, 0, rounds, rounds);
}

static void a_cgroup_that_is_made_again_is_watched(void **state)
{
	(void)state;
	check_again("/again.service", "/again.service", ROUNDS, false);
}

/* More rounds than a server has room for: a removed cgroup leaves nothing in the tables. */
static void a_cgroup_that_is_made_again_is_watched_at_a_server(void **state)
{
	(void)state;
	check_again("/again.service", "/again.service", ROUNDS, true);
}

static void a_cgroup_that_exists_is_watched_before_and_after(void **state)
{
	struct tool tool;

	(void)state;
	for (unsigned int at_server = 0; at_server < 2; at_server++) {
		assert_true(make("/exists"));
		watch_cgroup(&tool, "/exists", at_server);
		assert_true(run_in("/exists", 0, 0) && take_away("/exists"));
		assert_true(do_round("/exists", 1));
		check_rounds(&tool, 0, 2, 2);
	}
}

static void a_parent_that_is_made_again_is_followed(void **state)
{
	unsigned int rounds = tool_fewer(FEW_ROUNDS);
	struct tool tools[3];

	(void)state;
	watch_cgroup(&tools[0], "/parent/middle/child", false);
	watch_cgroup(&tools[1], "/parent/middle/child", true);
	watch_cgroup(&tools[2], "/parent", true);
	for (unsigned int round = 0; round < rounds; round++) {
		assert_true(make("/parent") && make("/parent/middle"));
		assert_true(do_round("/parent/middle/child", round));
		assert_true(take_away("/parent/middle") && take_away("/parent"));
	}
	for (unsigned int i = 0; i < 3; i++)
		check_rounds(&tools[i], 0, rounds, rounds);
}

/* What is not named is not reported: siblings, cgroups with a longer name, the parent itself. */
static void only_the_cgroup_that_is_named_is_watched(void **state)
{
	static const char *const others[] = {"/named", "/named/it2", "/named/i", "/named/other",
					     "/it"};
	unsigned int others_count = sizeof(others) / sizeof(others[0]);
	struct tool tool;

	(void)state;
	assert_true(make("/named"));
	watch_cgroup(&tool, "/named/it", true);
	for (unsigned int i = 0; i < others_count; i++) {
		assert_true(i == 0 || make(others[i]));
		assert_true(run_in(others[i], 1, 0));
		assert_true(i == 0 || take_away(others[i]));
	}
	assert_true(do_round("/named/it", 0));
	check_rounds(&tool, 0, 1, 2);
	assert_true(take_away("/named"));
}

static void a_path_that_does_not_exist_is_waited_for(void **state)
{
	struct tool tool;

	(void)state;
	watch_cgroup(&tool, "/later", false);
	tool_wait_error(&tool, "/later\" does not exist yet and is waited for\n");
	assert_true(do_round("/later", 0));
	check_rounds(&tool, 0, 1, 1);
	assert_true(make("/later"));
	watch_cgroup(&tool, "/later", false);
	tool_stop(&tool);
	assert_null(strstr(tool.err_text, "does not exist"));
	tool_clear(&tool);
	assert_true(take_away("/later"));
}

/* Each pattern with names that match it and names that do not. */
static const struct pattern {
	const char *pattern;
	const char *matching[4], *others[5];
} patterns[] = {
	{"/postgres*.service",
	 {"/postgres.service", "/postgres@1.service", "/postgres*.service"},
	 {"/postgres", "/postgre.service", "/postgres.service2", "/apostgres.service",
	  "/postgres.servic"}},
	{"/*", {"/a", "/b"}, {NULL}},
	{"/*x", {"/x", "/xx", "/yx"}, {"/xy", "/y"}},
	{"/x*", {"/x", "/xx", "/xy"}, {"/yx", "/y"}},
	{"/aa*aa", {"/aaaa", "/aabaa", "/aaaaa"}, {"/aa", "/aaa", "/aab"}},
};

static void check_pattern(const struct pattern *pattern, bool at_server)
{
	unsigned int matching = 0, round = 0;
	struct tool tool;

	/* One exists before, the others come later. */
	assert_true(make(pattern->matching[0]));
	watch_cgroup(&tool, pattern->pattern, at_server);
	assert_true(run_in(pattern->matching[0], round++, 0));
	assert_true(take_away(pattern->matching[0]));
	for (; matching < 4 && pattern->matching[matching]; matching++)
		assert_true(do_round(pattern->matching[matching], round++));
	for (unsigned int i = 0; i < 5 && pattern->others[i]; i++)
		assert_true(do_round(pattern->others[i], matching + 1));
	check_rounds(&tool, 0, matching + 1, matching + 2);
}

static void a_star_matches_within_one_component(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		check_pattern(&patterns[i], false);
		check_pattern(&patterns[i], true);
	}
}

static void stars_in_several_components_match(void **state)
{
	struct tool tool;

	(void)state;
	watch_cgroup(&tool, "/user*/app-*.scope/*", true);
	assert_true(make("/user1") && make("/user1/app-2.scope") && make("/user1/app-2.slice"));
	assert_true(do_round("/user1/app-2.scope/x", 0));
	assert_true(run_in("/user1/app-2.scope", 2, 0));
	assert_true(do_round("/user1/app-2.slice/x", 2));
	assert_true(make("/user1/app-2.scope/deep"));
	assert_true(do_round("/user1/app-2.scope/deep/below", 1));
	assert_true(take_away("/user1/app-2.scope/deep") && take_away("/user1/app-2.scope") &&
		    take_away("/user1/app-2.slice") && take_away("/user1"));
	check_rounds(&tool, 0, 2, 3);
}

static void again_is_watched_again_and_again_with_a_star(void **state)
{
	(void)state;
	check_again("/again-1.service", "/again-*.service", FEW_ROUNDS, true);
}

/* A process beside the test whose rounds never pause. */
static _Noreturn void go_round(const char *name)
{
	for (unsigned int round = 0;; round++) {
		if (!do_round(name, round % 1000000))
			_exit(1);
		__atomic_store_n(finished, round + 1, __ATOMIC_RELEASE);
	}
}

/*
 * Starts while the cgroup is made and removed all the time: whatever is made after the start line
 * is reported.
 */
static void check_start(bool at_server)
{
	unsigned int from, to, first = 0;
	pid_t pid = fork();
	struct tool tool;
	json_t *records;
	const json_t *record;

	if (!pid)
		go_round("/churn");
	WAIT_UNTIL(__atomic_load_n(finished, __ATOMIC_ACQUIRE) > 10);
	watch_cgroup(&tool, "/churn", at_server);
	from = __atomic_load_n(finished, __ATOMIC_ACQUIRE) + 1;
	WAIT_UNTIL((to = __atomic_load_n(finished, __ATOMIC_ACQUIRE)) > from + 20);
	records = watch_finish(&tool);
	records_each(records, record)
	{
		unsigned int round;

		if (!record_is(record, "exec"))
			continue;
		round = strtoul(
			json_string_value(json_array_get(json_object_get(record, "argv"), 1)), NULL,
			10);
		if (first && round != first + 1)
			fail_msg("round %u follows round %u", round, first);
		if (!first && round > from)
			fail_msg("the first is round %u; round %u had not begun", round, from);
		first = round;
	}
	assert_in_range(first, to - 1, UINT_MAX);
	json_decref(records);
	tool_clear(&tool);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* Its child may still run. */
	WAIT_UNTIL(take_away("/churn") || errno == ENOENT);
}

static void no_cgroup_is_missed_while_a_listener_starts(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < tool_fewer(STARTS); i++) {
		*finished = 0;
		check_start(i % 2);
	}
}

/* The next listener of a slot does not inherit the cgroups of the last one. */
static void a_listener_gets_no_cgroups_of_an_earlier_one(void **state)
{
	struct tool tool;

	(void)state;
	assert_true(make("/first") && make("/second"));
	for (unsigned int i = 0; i < 4; i++) {
		watch_cgroup(&tool, i % 2 ? "/second" : "/f*st", true);
		assert_true(run_in("/first", i % 2, 0) && run_in("/second", !(i % 2), 0));
		check_rounds(&tool, 0, 1, 2);
	}
	assert_true(take_away("/first") && take_away("/second"));
}

/* A path gives no access: a user receives the events of its own processes. */
static void a_user_sees_only_its_own_processes(void **state)
{
	struct tool tool;

	(void)state;
	tool_start_as(&tool,
		      WORDS("watch", "-j", "-e", "exec,exit", "--cgroup", cgroup_option("/mi*d"),
			    "--socket", server.socket),
		      USER, USER);
	tool_wait_lines(&tool, 1);
	assert_true(make("/mixed"));
	assert_true(run_in("/mixed", 1, 0) && run_in("/mixed", 0, USER) && run_in("/mixed", 1, 0));
	assert_true(take_away("/mixed"));
	check_rounds(&tool, 0, 1, 2);
}

static const json_t *find_process(const json_t *records, pid_t pid)
{
	return records_count(records, "process", pid) ? records_only(records, "process", pid)
						      : NULL;
}

static void existing_processes_are_those_of_the_named_cgroups(void **state)
{
	static const char *const names[] = {"/lives-1", "/other"};
	pid_t pids[2];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		char name[sizeof(base) + 16];

		snprintf(name, sizeof(name), "%s%s", base, names[i]);
		assert_true(make(names[i]));
		pids[i] = fork();
		if (!pids[i]) {
			if (!cgroups_join(name))
				_exit(1);
			pause();
		}
		while (!waitpid(pids[i], NULL, WNOHANG)) {
			char path[PATH_MAX], text[32] = "";
			FILE *file = fopen(strcat(path_of(path, names[i]), "/cgroup.procs"), "re");
			bool there = file && fgets(text, sizeof(text), file);

			fclose(file);
			if (there)
				break;
			usleep(1000);
		}
	}
	for (unsigned int at_server = 0; at_server < 2; at_server++) {
		json_t *records;
		struct tool tool;

		if (at_server)
			watch_start(&tool,
				    WORDS("-e", "exec", "--existing", "--cgroup",
					  cgroup_option("/lives-*"), "--socket", server.socket));
		else
			watch_start(&tool, WORDS("-e", "exec", "--existing", "--cgroup",
						 cgroup_option("/lives-*"), "--standalone"));
		records = watch_finish(&tool);
		assert_non_null(find_process(records, pids[0]));
		assert_int_equal(records_count(records, "process", 0), 1);
		json_decref(records);
		tool_clear(&tool);
	}
	for (unsigned int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
		assert_true(take_away(names[i]));
	}
}

/* At a server each listener has room for this many cgroups. */
#define ROOM 1024
#define MORE 5

static void cgroups_without_room_are_counted(void **state)
{
	struct tool tool;
	char name[32];

	(void)state;
	watch_cgroup(&tool, "/many-*", true);
	for (unsigned int i = 0; i < ROOM + MORE; i++) {
		snprintf(name, sizeof(name), "/many-%u", i);
		assert_true(make(name));
	}
	assert_true(run_in("/many-0", 0, 0) && run_in(name, 2, 0));
	assert_true(take_away("/many-0"));
	/* There is room for one again. */
	assert_true(do_round("/many-0", 1));
	for (unsigned int i = 1; i < ROOM + MORE; i++) {
		snprintf(name, sizeof(name), "/many-%u", i);
		assert_true(take_away(name));
	}
	tool_stop(&tool);
	assert_non_null(strstr(tool.err_text, "5 cgroups could not be watched: too many\n"));
	check_rounds(&tool, 0, 2, 3);
}

static int set_up(void **state)
{
	snprintf(base, sizeof(base), "procsieve-again-%d", getpid());
	if (!cgroups_create(base))
		return -1;
	finished = mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	server_group_use(&server);
	return finished == MAP_FAILED || server_group_set_up(state);
}

/* Removes what a failed test has left. */
static void remove_rest(void)
{
	char command[2 * PATH_MAX], path[PATH_MAX];

	snprintf(command, sizeof(command), "find '%s' -mindepth 1 -depth -type d -exec rmdir {} +",
		 path_of(path, ""));
	if (system(command))
		fprintf(stderr, "cgroups are left in %s\n", path);
}

static int tear_down(void **state)
{
	int err = server_group_tear_down(state);

	remove_rest();
	cgroups_remove(base);
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
		cmocka_unit_test(a_cgroup_that_is_made_again_is_watched),
		cmocka_unit_test(a_cgroup_that_is_made_again_is_watched_at_a_server),
		cmocka_unit_test(a_cgroup_that_exists_is_watched_before_and_after),
		cmocka_unit_test(a_parent_that_is_made_again_is_followed),
		cmocka_unit_test(only_the_cgroup_that_is_named_is_watched),
		cmocka_unit_test(a_path_that_does_not_exist_is_waited_for),
		cmocka_unit_test(a_star_matches_within_one_component),
		cmocka_unit_test(stars_in_several_components_match),
		cmocka_unit_test(again_is_watched_again_and_again_with_a_star),
		cmocka_unit_test(no_cgroup_is_missed_while_a_listener_starts),
		cmocka_unit_test(a_listener_gets_no_cgroups_of_an_earlier_one),
		cmocka_unit_test(a_user_sees_only_its_own_processes),
		cmocka_unit_test(existing_processes_are_those_of_the_named_cgroups),
		cmocka_unit_test(cgroups_without_room_are_counted),
	};

	if (!cgroups_mount())
		return cmocka_run_group_tests(none, NULL, NULL);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
