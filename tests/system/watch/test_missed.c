// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events that the kernel skips. A program does not run for a task while the same program is running
 * on that CPU; if the kernel preempts that program, this lasts long. The worst case is three tasks
 * on one CPU that do nothing but cause events. The hook mode that is chosen must lose nothing
 * there; and any skipped event must be counted.
 */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_check.h"
#include "harness/records.h"
#include "workload/other_bpf_user.h"
#include "harness/serve_fixture.h"

#define TASKS	3
#define RENAMES tool_fewer(60000) /* by each task */
#define FORKS	tool_fewer(10000)
/*
 * A user ID that no other process has. There is no filter by process: it would not include a child
 * whose fork was missed.
 */
#define USER 4100000

static unsigned int cpu; /* the last CPU */

struct crew {
	pid_t pids[TASKS];
	int gate[2];
};

static void rename_often(void)
{
	for (unsigned int i = 0; i < RENAMES; i++)
		prctl(PR_SET_NAME, i % 2 ? "one" : "other");
}

/* A separate function, because vfork() shares the caller's variables. */
static void fork_once(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		_exit(98);
}

static void fork_often(void)
{
	for (unsigned int i = 0; i < FORKS; i++)
		fork_once();
}

static void work(const struct crew *crew, void (*action)(void))
{
	cpu_set_t set;
	char word;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) || setresuid(USER, USER, USER) ||
	    read(crew->gate[0], &word, 1) != 1)
		_exit(99);
	action();
	_exit(0);
}

static void crew_start(struct crew *crew, void (*action)(void))
{
	assert_int_equal(pipe(crew->gate), 0);
	for (unsigned int i = 0; i < TASKS; i++) {
		crew->pids[i] = fork();
		if (!crew->pids[i])
			work(crew, action);
	}
}

static void crew_run(struct crew *crew)
{
	assert_int_equal(write(crew->gate[1], "123", TASKS), TASKS);
	for (unsigned int i = 0; i < TASKS; i++) {
		int status;

		waitpid(crew->pids[i], &status, 0);
		assert_int_equal(status, 0);
	}
	close(crew->gate[0]);
	close(crew->gate[1]);
}

static int64_t by_type(const json_t *last, const char *key, const char *type)
{
	return json_integer_value(json_object_get(json_object_get(last, key), type));
}

/*
 * For one type, compares written + lost + missed with what was done. The kernel counts the skipped
 * runs of all processes: if other processes cause events too, missed may be larger. `alone`: there
 * are none in a guest. Returns missed.
 */
static int64_t check_books(const json_t *records, const char *type, int64_t done, bool alone)
{
	const json_t *last = json_array_get(records, json_array_size(records) - 1);
	int64_t delivered = (int64_t)records_count(records, type, 0);
	int64_t lost = by_type(last, "lost_by_type", type);
	int64_t missed = by_type(last, "missed_by_type", type);

	assert_int_equal(by_type(last, "events_by_type", type), delivered);
	if (alone && getenv("PROCSIEVE_TEST_SLOWNESS") && delivered + lost + missed != done)
		fail_msg("%s: %lld delivered, %lld lost, %lld missed; done %lld", type,
			 (long long)delivered, (long long)lost, (long long)missed, (long long)done);
	assert_true(delivered + lost <= done);
	assert_true(delivered + lost + missed >= done);
	return missed;
}

/* The summary on standard error has the same numbers as the last record. */
static void check_summary(const struct tool *tool, const json_t *records)
{
	const json_t *last = json_array_get(records, json_array_size(records) - 1);
	int64_t missed = record_number(last, "missed");
	char line[80];

	snprintf(line, sizeof(line), "skipped a hook %lld times", (long long)missed);
	assert_int_equal(strstr(tool->err_text, line) != NULL, missed > 0);
}

/* How the tasks are watched. */
struct way {
	const char *hooks;	     /* a hook mode, without a server */
	tool_prepare *prepare;	     /* NULL: nothing */
	const struct server *server; /* NULL: without a server */
};

/* Returns the records. */
static json_t *watch_crew(void (*action)(void), const char *events, const struct way *way)
{
	struct crew crew;
	struct tool tool;
	json_t *records;
	char user[16];

	crew_start(&crew, action);
	snprintf(user, sizeof(user), "%d", USER);
	watch_start_after(&tool,
			  WORDS("-e", events, "-u", user, "--no-args", "--ring", "64M",
				way->server ? "--socket" : "--hooks",
				way->server ? way->server->socket : way->hooks),
			  way->prepare);
	crew_run(&crew);
	records = watch_finish(&tool);
	check_summary(&tool, records);
	tool_clear(&tool);
	return records;
}

static int64_t renames(const struct way *way)
{
	json_t *records = watch_crew(rename_often, "comm", way);
	int64_t missed = check_books(records, "comm", TASKS * (int64_t)RENAMES, !way->server);

	json_decref(records);
	return missed;
}

static int64_t forks(const struct way *way)
{
	json_t *records = watch_crew(fork_often, "fork,exit", way);
	int64_t missed = check_books(records, "fork", TASKS * (int64_t)FORKS, !way->server);

	missed += check_books(records, "exit", TASKS * ((int64_t)FORKS + 1), !way->server);
	json_decref(records);
	return missed;
}

static void no_event_is_skipped(void **state)
{
	(void)state;
	assert_int_equal(renames(&(struct way){.hooks = "auto"}), 0);
	assert_int_equal(forks(&(struct way){.hooks = "auto"}), 0);
}

/* Returns whether comm events come from a raw tracepoint. */
static bool uses_raw_tracepoint(tool_prepare *prepare)
{
	struct tool tool;
	json_t *records;
	const json_t *hooks;
	bool raw;

	watch_start_after(&tool, WORDS("-e", "comm", "--hooks", "auto"), prepare);
	records = watch_finish(&tool);
	hooks = json_object_get(json_array_get(records, 0), "hooks");
	assert_int_equal(json_array_size(hooks), 1);
	raw = !strncmp(json_string_value(json_array_get(hooks, 0)), "tp_btf/", 7);
	json_decref(records);
	tool_clear(&tool);
	return raw;
}

/* Where raw tracepoints may be preempted, a service does not use them either. */
static void a_service_has_hooks_as_good(void **state)
{
	(void)state;
	assert_int_equal(uses_raw_tracepoint(tool_limit_to_service), uses_raw_tracepoint(NULL));
}

/* Also not with the few capabilities of the service, for which some hooks may be refused. */
static void no_event_is_skipped_for_a_service(void **state)
{
	const struct way way = {.hooks = "auto", .prepare = tool_limit_to_service};

	(void)state;
	assert_int_equal(renames(&way), 0);
	assert_int_equal(forks(&way), 0);
}

static bool can_have(const char *hooks)
{
	json_t *answer = check_run(hooks);

	json_decref(answer);
	return answer != NULL;
}

static void skipped_events_are_counted(void **state)
{
	static const char *const kinds[] = {"tracepoint", "classic"};

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		if (!can_have(kinds[i]))
			continue;
		renames(&(struct way){.hooks = kinds[i]});
		forks(&(struct way){.hooks = kinds[i]});
	}
}

static void events_skipped_because_of_other_bpf_users_are_counted(void **state)
{
	static const char *const kinds[] = {"auto", "tracepoint", "classic"};
	struct other_bpf_user other_bpf_user;

	(void)state;
	other_bpf_user_start(&other_bpf_user, cpu);
	for (unsigned int i = 0; i < 3; i++) {
		if (!can_have(kinds[i]))
			continue;
		renames(&(struct way){.hooks = kinds[i]});
		forks(&(struct way){.hooks = kinds[i]});
	}
	other_bpf_user_end(&other_bpf_user);
}

/*
 * Clients that connect to the server and disconnect, with filters, which the server writes into its
 * maps.
 */
static pid_t start_other_clients(const struct server *server)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;) {
		struct tool tool;

		tool_run(&tool, WORDS("watch", "-e", "uid", "-u", "4000001,4000002", "-g",
				      "4000003", "--duration", "0.01", "--socket", server->socket));
		tool_clear(&tool);
	}
}

static void a_client_of_a_server_gets_the_count(void **state)
{
	struct server server;
	const struct way way = {.server = &server};
	struct other_bpf_user other_bpf_user;
	pid_t guests;

	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS("--hooks", "auto"));
	assert_int_equal(renames(&way), 0);
	other_bpf_user_start(&other_bpf_user, cpu);
	guests = start_other_clients(&server);
	renames(&way);
	forks(&way);
	kill(guests, SIGKILL);
	waitpid(guests, NULL, 0);
	other_bpf_user_end(&other_bpf_user);
	server_end(&server, SIGTERM);
	server_clear(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_event_is_skipped),
		cmocka_unit_test(a_service_has_hooks_as_good),
		cmocka_unit_test(no_event_is_skipped_for_a_service),
		cmocka_unit_test(skipped_events_are_counted),
		cmocka_unit_test(events_skipped_because_of_other_bpf_users_are_counted),
		cmocka_unit_test(a_client_of_a_server_gets_the_count),
	};

	cpu = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN) - 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
