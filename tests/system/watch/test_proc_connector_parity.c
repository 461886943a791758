// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares every event with the proc connector: both listen while processes perform, in random
 * order, all actions that either of them reports. Where the two differ by design,
 * procsieve-events(5) has a table, and add_record() and add_connector_event() implement it: what
 * only one of them reports is left out there, and nowhere else. Types that this kernel does not
 * support according to `procsieve check` are not compared.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_check.h"
#include "oracle/proc_connector.h"
#include "workload/event_actions.h"
#include "harness/records.h"

#define ACTIONS	      400
#define LINE_MAX_SIZE 100

/* The events from one of the two sources, one line each. */
struct event_lines {
	char (*lines)[LINE_MAX_SIZE];
	size_t count;
};

static void add_line(struct event_lines *events, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_line(struct event_lines *events, const char *format, ...)
{
	va_list args;

	if (events->count % 1000 == 0) {
		events->lines = realloc(events->lines, (events->count + 1000) * LINE_MAX_SIZE);
		assert_non_null(events->lines);
	}
	va_start(args, format);
	vsnprintf(events->lines[events->count++], LINE_MAX_SIZE, format, args);
	va_end(args);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void assert_same_events(struct event_lines *own_events, struct event_lines *connector_events)
{
	qsort(own_events->lines, own_events->count, LINE_MAX_SIZE, compare_lines);
	qsort(connector_events->lines, connector_events->count, LINE_MAX_SIZE, compare_lines);
	for (size_t i = 0; i < own_events->count || i < connector_events->count; i++) {
		const char *our = i < own_events->count ? own_events->lines[i] : "(nothing)";
		const char *their =
			i < connector_events->count ? connector_events->lines[i] : "(nothing)";

		if (strcmp(our, their) != 0)
			fail_msg("procsieve: \"%s\" (of %zu), proc connector: \"%s\" (of %zu)", our,
				 own_events->count, their, connector_events->count);
	}
}

/*
 * The number of live threads of the tree's processes, by process ID, so that a reused ID is not
 * mistaken for the previous process.
 */
static unsigned short living[1 << 22];

/*
 * Returns whether this is an event of a descendant of the root. In a fork event, the connector's
 * parent is a process ID.
 */
static bool is_ours(const struct proc_event *event)
{
	const struct fork_proc_event *fork = &event->event_data.fork;
	int pid = event->event_data.exec.process_tgid;

	if (event->what == PROC_EVENT_FORK) {
		/* A thread's parent is the parent of its process. */
		bool thread = fork->child_pid != fork->child_tgid;

		if (!living[thread ? fork->child_tgid : fork->parent_tgid])
			return false;
		living[fork->child_tgid]++;
		return true;
	}
	if (!living[pid])
		return false;
	living[pid] -= event->what == (unsigned int)PROC_EVENT_EXIT;
	return true;
}

static void add_comm(struct event_lines *events, int pid, int tid, const char *comm)
{
	char name[16];

	snprintf(name, sizeof(name), "%.15s", comm);
	add_line(events, "comm %d %d %s", pid, tid, name);
}

/* One event of the proc connector. */
static void add_connector_event(struct event_lines *events, const struct proc_event *event)
{
	const typeof(event->event_data) *data = &event->event_data;
	/* All types except fork begin with these two fields. */
	int tid = data->exec.process_pid, pid = data->exec.process_tgid;

	switch ((unsigned int)event->what) {
	case PROC_EVENT_FORK:
		/*
		 * The connector reports the new task's parent. procsieve reports the caller, which
		 * differs for threads.
		 */
		add_line(events, "fork %d %d", data->fork.child_tgid, data->fork.child_pid);
		break;
	case PROC_EVENT_EXEC:
		add_line(events, "exec %d %d", pid, tid);
		break;
	case PROC_EVENT_UID:
		add_line(events, "uid %d %d %u %u", pid, tid, data->id.r.ruid, data->id.e.euid);
		break;
	case PROC_EVENT_GID:
		add_line(events, "gid %d %d %u %u", pid, tid, data->id.r.rgid, data->id.e.egid);
		break;
	case PROC_EVENT_SID:
		add_line(events, "sid %d", pid);
		break;
	case PROC_EVENT_PTRACE:
		/* On detach the connector does not report the tracer. */
		add_line(events, "ptrace %d %d %d", pid, tid, data->ptrace.tracer_tgid);
		break;
	case PROC_EVENT_COMM:
		add_comm(events, pid, tid, data->comm.comm);
		break;
	case PROC_EVENT_COREDUMP:
		add_line(events, "coredump %d %d", pid, tid);
		break;
	case PROC_EVENT_EXIT:
		/*
		 * If a thread execs, the exit of the old leader may be reported with the thread's
		 * ID.
		 */
		add_line(events, "exit %d %u", pid, data->exit.exit_code);
		break;
	}
}

/* One procsieve record, in the same form. */
static void add_record(struct event_lines *events, const json_t *record)
{
	const char *type = record_text(record, "type");
	int pid, tid;

	if (record_is(record, "start") || record_is(record, "stop"))
		return;
	/* PTRACE_TRACEME: the proc connector does not report it. */
	if (!strcmp(type, "ptrace") && !strcmp(record_text(record, "comm"), "traceme"))
		return;
	pid = (int)record_number(record, "pid");
	tid = (int)record_number(record, "tid");
	if (!strcmp(type, "fork"))
		add_line(events, "fork %d %d", (int)record_number(record, "child_pid"),
			 (int)record_number(record, "child_tid"));
	else if (!strcmp(type, "uid"))
		add_line(events, "uid %d %d %u %u", pid, tid,
			 (unsigned int)record_number(record, "ruid"),
			 (unsigned int)record_number(record, "euid"));
	else if (!strcmp(type, "gid"))
		add_line(events, "gid %d %d %u %u", pid, tid,
			 (unsigned int)record_number(record, "rgid"),
			 (unsigned int)record_number(record, "egid"));
	else if (!strcmp(type, "sid"))
		/* Any thread can call setsid(2); the connector reports the leader. */
		add_line(events, "sid %d", pid);
	else if (!strcmp(type, "ptrace"))
		add_line(events, "ptrace %d %d %d", pid, tid,
			 json_is_true(json_object_get(record, "attached"))
				 ? (int)record_number(record, "tracer_pid")
				 : 0);
	else if (!strcmp(type, "comm"))
		add_comm(events, pid, tid, record_text(record, "comm"));
	else if (!strcmp(type, "exit"))
		add_line(events, "exit %d %u", pid, (unsigned int)record_status(record));
	else
		add_line(events, "%s %d %d", type, pid, tid);
}

static const char *const types[] = {"fork", "exec", "exit",   "comm",	 "uid",
				    "gid",  "sid",  "ptrace", "coredump"};

#define TYPES (sizeof(types) / sizeof(types[0]))
#define ALL   ((1u << TYPES) - 1)

/* Returns whether the line is of one of these types. */
static bool is_of(const char *line, unsigned int mask)
{
	for (unsigned int i = 0; i < TYPES; i++)
		if (mask & 1u << i && !strncmp(line, types[i], strlen(types[i])) &&
		    line[strlen(types[i])] == ' ')
			return true;
	return false;
}

/* The proc connector's events of the root's descendants, of these types only. */
static void collect_connector_events(struct event_lines *events, const struct connector *connector,
				     pid_t root, unsigned int mask)
{
	struct event_lines all = {0};

	memset(living, 0, sizeof(living));
	living[root] = 1;
	for (size_t i = 0; i < connector->count; i++)
		if (is_ours(&connector->events[i]))
			add_connector_event(&all, &connector->events[i]);
	for (size_t i = 0; i < all.count; i++)
		if (is_of(all.lines[i], mask))
			add_line(events, "%s", all.lines[i]);
	free(all.lines);
}

static void collect_own_events(struct event_lines *events, struct tool *tool)
{
	json_t *records = watch_finish(tool), *record;

	assert_int_equal(records_lost(records), 0);
	records_each(records, record) add_record(events, record);
	json_decref(records);
	tool_clear(tool);
}

/* The types that this kernel supports. */
static unsigned int known;

/* Whether there is a set-user-ID program. */
static bool prepared;

static void compare(struct tool *tool, const struct connector *connector, pid_t root,
		    unsigned int mask)
{
	struct event_lines own_events = {0}, connector_events = {0};

	collect_own_events(&own_events, tool);
	collect_connector_events(&connector_events, connector, root, mask & known);
	assert_same_events(&own_events, &connector_events);
	free(own_events.lines);
	free(connector_events.lines);
}

/* Starts a listener for these types. */
static void start_listener(struct tool *tool, unsigned int mask, const char *root)
{
	char list[100] = "";

	for (unsigned int i = 0; i < TYPES; i++) {
		if (!(mask & 1u << i))
			continue;
		strcat(list, *list ? "," : "");
		strcat(list, types[i]);
	}
	tool_start(tool,
		   WORDS("watch", "-j", "-e", list, "--threads", "--follow", "-p", root, "--ring",
			 "16M"),
		   -1);
}

#define TOGETHER 16

/*
 * Runs `count` listeners at the same time, for the sets of types `first`, `first + step`, ...,
 * during one run of actions. Returns false if the oracle has lost events.
 */
static bool compare_sets(unsigned int first, unsigned int step, unsigned int count,
			 unsigned int actions_done)
{
	struct tool tools[TOGETHER];
	struct connector connector;
	struct action_runner runner;
	bool overrun;

	if (!connector_start(&connector))
		skip();
	action_runner_start(&runner, actions_done);
	for (unsigned int i = 0; i < count; i++)
		start_listener(&tools[i], first + i * step, runner.text);
	for (unsigned int i = 0; i < count; i++)
		tool_wait_lines(&tools[i], 1);
	action_runner_run(&runner);
	/* Each ends with the last process, which may be one that nothing waits for. */
	for (unsigned int i = 0; i < count; i++)
		tool_wait(&tools[i]);
	connector_stop(&connector);
	for (unsigned int i = 0; i < count; i++) {
		if (!connector.overrun) {
			compare(&tools[i], &connector, runner.pid, first + i * step);
			continue;
		}
		tool_clear(&tools[i]);
	}
	overrun = connector.overrun;
	connector_clear(&connector);
	return !overrun;
}

/*
 * The proc connector reports the whole machine, and loses events if other processes cause too many:
 * then the run is repeated.
 */
static void compare_until_complete(unsigned int first, unsigned int step, unsigned int count,
				   unsigned int actions_done)
{
	if (!prepared)
		skip();
	for (unsigned int tries = 0; tries < 5; tries++)
		if (compare_sets(first, step, count, actions_done))
			return;
	print_message("the proc connector has lost events five times over\n");
	skip();
}

static void procsieve_and_the_proc_connector_report_the_same(void **state)
{
	(void)state;
	compare_until_complete(ALL, 1, 1, ACTIONS);
}

/*
 * All sets of types, several listeners at a time. On a slow machine every 43rd: an odd number, so
 * that each type is in some of the sets and not in others.
 */
static void every_set_of_types_reports_exactly_these_types(void **state)
{
	const unsigned int step = tool_longer(1) > 1 ? 43 : 1;
	unsigned int left = (ALL + step - 1) / step, first = 1;

	(void)state;
	while (left) {
		unsigned int count = left < TOGETHER ? left : TOGETHER;

		compare_until_complete(first, step, count, (unsigned int)action_count);
		first += count * step;
		left -= count;
	}
}

static int set_up(void **state)
{
	json_t *answer = check_run(NULL);

	(void)state;
	assert_non_null(answer);
	for (unsigned int i = 0; i < TYPES; i++)
		known |= (unsigned int)check_works(answer, types[i]) << i;
	prepared = actions_prepare(check_reports_set_uid(answer));
	json_decref(answer);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	actions_clear();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(procsieve_and_the_proc_connector_report_the_same),
		cmocka_unit_test(every_set_of_types_reports_exactly_these_types),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
