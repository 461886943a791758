// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --cgroup follows a path: cgroups that are removed and made again, made later, or match a pattern.
 * Also at a server.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/cgroup_rounds.h"
#include "harness/records.h"
#include "harness/serve_fixture.h"
#include "workload/cgroups.h"

#define ROUNDS	   10000
#define FEW_ROUNDS 200
#define STARTS	   10

static struct server server;
static volatile unsigned int *finished; /* rounds of a process that runs beside the test */

static void watch_cgroup(struct tool *tool, const char *name, bool at_server)
{
	if (at_server)
		watch_start(tool, WORDS("-e", "exec,exit", "--cgroup", rounds_option(name),
					"--ring", "64M", "--socket", server.socket));
	else
		watch_start(tool, WORDS("-e", "exec,exit", "--cgroup", rounds_option(name),
					"--ring", "64M", "--standalone"));
}

static void check_again(const char *name, const char *pattern, unsigned int rounds, bool at_server)
{
	struct tool tool;

	rounds = tool_fewer(rounds);
	watch_cgroup(&tool, pattern, at_server);
	for (unsigned int round = 0; round < rounds; round++)
		assert_true(rounds_live(name, round));
	rounds_check(&tool, 0, rounds, rounds);
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
		assert_true(rounds_make("/exists"));
		watch_cgroup(&tool, "/exists", at_server);
		assert_true(rounds_run("/exists", 0, NULL, NULL) && rounds_remove("/exists"));
		assert_true(rounds_live("/exists", 1));
		rounds_check(&tool, 0, 2, 2);
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
		assert_true(rounds_make("/parent") && rounds_make("/parent/middle"));
		assert_true(rounds_live("/parent/middle/child", round));
		assert_true(rounds_remove("/parent/middle") && rounds_remove("/parent"));
	}
	for (unsigned int i = 0; i < 3; i++)
		rounds_check(&tools[i], 0, rounds, rounds);
}

/* What is not named is not reported: siblings, cgroups with a longer name, the parent itself. */
static void only_the_cgroup_that_is_named_is_watched(void **state)
{
	static const char *const others[] = {"/named", "/named/it2", "/named/i", "/named/other",
					     "/it"};
	unsigned int others_count = sizeof(others) / sizeof(others[0]);
	struct tool tool;

	(void)state;
	assert_true(rounds_make("/named"));
	watch_cgroup(&tool, "/named/it", true);
	for (unsigned int i = 0; i < others_count; i++) {
		assert_true(i == 0 || rounds_make(others[i]));
		assert_true(rounds_run(others[i], 1, NULL, NULL));
		assert_true(i == 0 || rounds_remove(others[i]));
	}
	assert_true(rounds_live("/named/it", 0));
	rounds_check(&tool, 0, 1, 2);
	assert_true(rounds_remove("/named"));
}

static void a_path_that_does_not_exist_is_waited_for(void **state)
{
	struct tool tool;

	(void)state;
	watch_cgroup(&tool, "/later", false);
	tool_wait_error(&tool, "/later\" does not exist yet and is waited for\n");
	assert_true(rounds_live("/later", 0));
	rounds_check(&tool, 0, 1, 1);
	assert_true(rounds_make("/later"));
	watch_cgroup(&tool, "/later", false);
	tool_stop(&tool);
	assert_null(strstr(tool.err_text, "does not exist"));
	tool_clear(&tool);
	assert_true(rounds_remove("/later"));
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
	assert_true(rounds_make(pattern->matching[0]));
	watch_cgroup(&tool, pattern->pattern, at_server);
	assert_true(rounds_run(pattern->matching[0], round++, NULL, NULL));
	assert_true(rounds_remove(pattern->matching[0]));
	for (; matching < 4 && pattern->matching[matching]; matching++)
		assert_true(rounds_live(pattern->matching[matching], round++));
	for (unsigned int i = 0; i < 5 && pattern->others[i]; i++)
		assert_true(rounds_live(pattern->others[i], matching + 1));
	rounds_check(&tool, 0, matching + 1, matching + 2);
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
	assert_true(rounds_make("/user1") && rounds_make("/user1/app-2.scope") &&
		    rounds_make("/user1/app-2.slice"));
	assert_true(rounds_live("/user1/app-2.scope/x", 0));
	assert_true(rounds_run("/user1/app-2.scope", 2, NULL, NULL));
	assert_true(rounds_live("/user1/app-2.slice/x", 2));
	assert_true(rounds_make("/user1/app-2.scope/deep"));
	assert_true(rounds_live("/user1/app-2.scope/deep/below", 1));
	assert_true(rounds_remove("/user1/app-2.scope/deep") &&
		    rounds_remove("/user1/app-2.scope") && rounds_remove("/user1/app-2.slice") &&
		    rounds_remove("/user1"));
	rounds_check(&tool, 0, 2, 3);
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
		if (!rounds_live(name, round % 1000000))
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
	WAIT_UNTIL(rounds_remove("/churn") || errno == ENOENT);
}

static void no_cgroup_is_missed_while_a_listener_starts(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < tool_fewer(STARTS); i++) {
		*finished = 0;
		check_start(i % 2);
	}
}

static int set_up(void **state)
{
	finished = mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	server_group_use(&server);
	return finished == MAP_FAILED || server_group_set_up(state) || !rounds_begin();
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
	};

	if (!cgroups_mount())
		return cmocka_run_group_tests(none, NULL, NULL);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
