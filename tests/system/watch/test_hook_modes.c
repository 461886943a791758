// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hook modes: --hooks uses the mode that it names, auto one that this kernel supports, and all of
 * them report the same.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run_check.h"
#include "workload/event_actions.h"
#include "harness/serve_fixture.h"

static const char *const types[] = {"uid", "gid", "sid", "ptrace"};

static const char *const own_tracepoints[] = {"fork", "exec", "exit", "comm", "coredump"};

#define TYPES	(sizeof(types) / sizeof(types[0]))
#define LIST	"uid,gid,sid,ptrace"
#define ACTIONS 100

static bool have_fentry;

/* Returns whether this hook is attached to a function, in any mode. */
static bool is_function(const char *name)
{
	return !strncmp(name, "fe", 2) || !strncmp(name, "k", 1);
}

/* Returns whether the hooks of this answer are attached to functions, judged by the first one. */
static bool has_functions(const json_t *answer)
{
	return is_function(json_string_value(json_array_get(check_hooks(answer, types[0]), 0)));
}

/* Asserts that the hooks for these types are all attached to functions, or none of them. */
static void assert_mode(const json_t *answer, bool functions)
{
	assert_non_null(answer);
	for (size_t i = 0; i < TYPES; i++) {
		const json_t *hooks = check_hooks(answer, types[i]);

		assert_true(json_array_size(hooks) > 0);
		for (size_t at = 0; at < json_array_size(hooks); at++) {
			const char *name = json_string_value(json_array_get(hooks, at));

			if (is_function(name) != functions)
				fail_msg("%s: %s", types[i], name);
		}
	}
}

/* Returns whether the hook of a type with a tracepoint of its own is a classic one. */
static bool is_classic(const json_t *answer, const char *type)
{
	const char *name = json_string_value(json_array_get(check_hooks(answer, type), 0));

	return !strncmp(name, "tracepoint/", 11);
}

static void check_uses_the_hook_mode_given(void **state)
{
	static const char *const modes[] = {NULL, "auto", "tracepoint", "classic", "fentry"};

	(void)state;
	for (size_t i = 0; i < (have_fentry ? 5 : 4); i++) {
		bool chosen = i < 2 || i == 3;
		json_t *answer = check_run(modes[i]);

		/* Before Linux 6.2 this mode does not exist. */
		if (!answer && i == 3)
			continue;
		assert_mode(answer, chosen ? has_functions(answer) : i == 4);
		for (size_t at = 0; at < sizeof(own_tracepoints) / sizeof(*own_tracepoints); at++) {
			bool classic = is_classic(answer, own_tracepoints[at]);

			if (i == 2 || i == 3)
				assert_int_equal(classic, i == 3);
			else
				assert_int_equal(classic, is_classic(answer, "fork"));
		}
		json_decref(answer);
	}
}

static void watch_uses_the_hooks_that_check_shows(void **state)
{
	static const char *const modes[] = {"auto", "tracepoint"};
	char user[16];

	(void)state;
	/*
	 * Other processes of the machine may start sessions. This user has no process; and -p would
	 * add a hook.
	 */
	snprintf(user, sizeof(user), "%d", 1000000 + getpid());
	for (size_t i = 0; i < 2; i++) {
		json_t *answer = check_run(modes[i]), *records;
		struct tool tool;

		watch_start(&tool, WORDS("-e", "sid", "-u", user, "--hooks", modes[i]));
		records = watch_finish(&tool);
		assert_true(json_equal(json_object_get(json_array_get(records, 0), "hooks"),
				       check_hooks(answer, "sid")));
		assert_non_null(strstr(tool.err_text, "procsieve: 0 events, 0 lost\n"));
		tool_clear(&tool);
		json_decref(records);
		json_decref(answer);
	}
}

static void a_server_uses_the_hooks_that_check_shows(void **state)
{
	static const char *const modes[] = {"auto", "tracepoint", "fentry"};
	struct server server;

	(void)state;
	server_prepare(&server);
	for (size_t i = 0; i < (have_fentry ? 3 : 2); i++) {
		json_t *answer = check_run(modes[i]), *records;
		struct tool tool;

		server_start(&server, WORDS("--hooks", modes[i]));
		watch_start(&tool, WORDS("-e", "sid", "--socket", server.socket));
		records = watch_finish(&tool);
		assert_true(json_equal(json_object_get(json_array_get(records, 0), "hooks"),
				       check_hooks(answer, "sid")));
		tool_clear(&tool);
		server_end(&server, SIGTERM);
		json_decref(records);
		json_decref(answer);
	}
	server_clear(&server);
}

static void auto_prints_nothing_about_its_choice(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "-o", "-", "-e", LIST, "--", "true"));
	assert_int_equal(tool_status(&tool), 0);
	assert_string_equal(tool.err_text, "procsieve: 0 events, 0 lost\n");
	tool_clear(&tool);
}

static void fentry_is_refused_if_unavailable(void **state)
{
	const char *const *lines[] = {
		WORDS("watch", "-e", "uid", "--hooks", "fentry"),
		WORDS("watch", "-e", "all", "--hooks", "fentry"),
		WORDS("check", "--hooks", "fentry"),
		WORDS("check", "--hooks=fentry", "--json"),
		WORDS("serve", "--hooks", "fentry", "--config", "/dev/null"),
	};

	(void)state;
	if (have_fentry)
		skip();
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct tool tool;

		tool_run(&tool, lines[i]);
		assert_int_equal(tool_status(&tool), 4);
		assert_string_equal(tool.out_text, "");
		assert_ptr_equal(strstr(tool.err_text, "procsieve: --hooks fentry: "),
				 tool.err_text);
		assert_ptr_equal(strchr(tool.err_text, '\n') + 1,
				 tool.err_text + strlen(tool.err_text));
		tool_clear(&tool);
	}
}

static void other_events_do_not_need_fentry(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("watch", "--hooks", "fentry", "-e", "fork,exec,exit,comm,coredump",
			      "--", "true"));
	assert_int_equal(tool_status(&tool), 0);
	tool_clear(&tool);
}

/* A record without the fields in which two listeners always differ. */
static char *comparable_line(json_t *record)
{
	static const char *const own[] = {"seq", "time", "boot_ns", "cpu", "duration_us"};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		json_object_del(record, own[i]);
	return json_dumps(record, JSON_SORT_KEYS);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * For all records except the first, which names the hooks, and the last. Sorted: two threads that
 * act at the same time on two CPUs may reach the hooks of two modes in different order.
 */
static char **comparable_lines(const json_t *records, size_t count)
{
	char **lines = calloc(count, sizeof(*lines));

	assert_non_null(lines);
	for (size_t at = 0; at < count; at++)
		lines[at] = comparable_line(json_array_get(records, at + 1));
	qsort(lines, count, sizeof(*lines), by_text);
	return lines;
}

static void compare(struct tool tools[2])
{
	json_t *records[2];
	char **lines[2];
	size_t count;

	for (unsigned int i = 0; i < 2; i++) {
		tool_wait(&tools[i]);
		records[i] = watch_finish(&tools[i]);
		assert_int_equal(records_lost(records[i]), 0);
		tool_clear(&tools[i]);
	}
	count = json_array_size(records[0]);
	assert_true(count > action_count);
	assert_int_equal(count, json_array_size(records[1]));
	lines[0] = comparable_lines(records[0], count - 2);
	lines[1] = comparable_lines(records[1], count - 2);
	for (size_t at = 0; at < count - 2; at++) {
		assert_string_equal(lines[0][at], lines[1][at]);
		free(lines[0][at]);
		free(lines[1][at]);
	}
	free(lines[0]);
	free(lines[1]);
	json_decref(records[0]);
	json_decref(records[1]);
}

/*
 * Types for which every kernel that has these modes reports every event. `prepare` is for the first
 * tool; see watch_start_after().
 */
static void assert_same(const char *const modes[2], const char *list, tool_prepare *prepare)
{
	struct tool tools[2];
	struct action_runner runner;

	action_runner_start(&runner, ACTIONS);
	for (unsigned int i = 0; i < 2; i++)
		watch_start_after(&tools[i],
				  WORDS("-e", list, "--threads", "--follow", "-p", runner.text,
					"--hooks", modes[i]),
				  i ? NULL : prepare);
	action_runner_run(&runner);
	compare(tools);
}

static void fentry_and_tracepoints_report_the_same(void **state)
{
	static const char *const modes[] = {"fentry", "tracepoint"};
	json_t *answer;
	bool prepared;

	(void)state;
	if (!have_fentry)
		skip();
	answer = check_run("tracepoint");
	prepared = actions_prepare(check_reports_set_uid(answer));
	json_decref(answer);
	if (!prepared)
		skip();
	assert_same(modes, LIST, NULL);
	actions_clear();
}

/* Compared with arguments and all other fields: classic hooks read them from other places. */
static void classic_and_tracepoints_report_the_same(void **state)
{
	static const char *const modes[] = {"classic", "tracepoint"};
	json_t *answer = check_run("classic");
	bool prepared;

	(void)state;
	if (!answer)
		skip();
	prepared = actions_prepare(check_reports_set_uid(answer));
	json_decref(answer);
	if (!prepared)
		skip();
	assert_same(modes, "all", NULL);
	actions_clear();
}

/*
 * Where raw tracepoints may be preempted and the service may not open perf events, it uses
 * kprobe.multi, which reads arguments from registers.
 */
static void a_service_and_tracepoints_report_the_same(void **state)
{
	static const char *const modes[] = {"auto", "tracepoint"};
	json_t *answer = check_run("tracepoint");
	bool prepared = actions_prepare(check_reports_set_uid(answer));

	(void)state;
	json_decref(answer);
	if (!prepared)
		skip();
	assert_same(modes, "all", tool_limit_to_service);
	actions_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_uses_the_hook_mode_given),
		cmocka_unit_test(watch_uses_the_hooks_that_check_shows),
		cmocka_unit_test(a_server_uses_the_hooks_that_check_shows),
		cmocka_unit_test(auto_prints_nothing_about_its_choice),
		cmocka_unit_test(fentry_is_refused_if_unavailable),
		cmocka_unit_test(other_events_do_not_need_fentry),
		cmocka_unit_test(fentry_and_tracepoints_report_the_same),
		cmocka_unit_test(classic_and_tracepoints_report_the_same),
		cmocka_unit_test(a_service_and_tracepoints_report_the_same),
	};
	json_t *answer;

	/* This test chooses the modes itself. */
	unsetenv("PROCSIEVE_TEST_HOOKS");
	answer = check_run("fentry");
	have_fentry = answer != NULL;
	json_decref(answer);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
