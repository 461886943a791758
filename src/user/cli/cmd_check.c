// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procsieve check: reports what this kernel supports. It does not rely on the kernel version but
 * tries: a child generates one event of each type, and the events must arrive; then it takes
 * snapshots.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <procsieve/event.h>

#include "source/listener.h"
#include "base/names.h"
#include "parse/filter_lists.h"
#include "parse/option_table.h"
#include "cli/check_events.h"
#include "cli/check_snapshots.h"
#include "cli/subcommand.h"
#include "format/json_stream.h"

/* Timeout for the child's events. */
#define EVENT_TIMEOUT_MS 5000

#define HOOKS_MAX	 8

struct check_options {
	bool json, help;
	enum hook_mode hook_mode;
};

struct findings {
	const struct engine *engine;
	unsigned long counts[PROCSIEVE_EVENT_COUNT];
	bool snapshot_works[CHECK_SNAPSHOT_COUNT]; /* whether each snapshot works */
};

static void count_events(struct listener *listener, unsigned long *counts)
{
	const struct procsieve_record *record;
	size_t size;

	while ((record = procsieve_next(listener->reader, &size)))
		if (record->type < PROCSIEVE_EVENT_COUNT)
			counts[record->type]++;
}

/* Reads events until the child and its children have ended. */
static void collect_events(struct listener *listener, unsigned long *counts)
{
	struct pollfd ready = {.fd = procsieve_fd(listener->reader), .events = POLLIN};

	do {
		count_events(listener, counts);
		if (!procsieve_arm(listener->reader))
			continue;
		if (listener_targets_gone(listener))
			break;
	} while (poll(&ready, 1, EVENT_TIMEOUT_MS) > 0);
	listener_stop(listener);
	count_events(listener, counts);
}

static bool everything_works(const struct findings *findings)
{
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++)
		if (!findings->counts[type])
			return false;
	for (enum check_snapshot kind = 0; kind < CHECK_SNAPSHOT_COUNT; kind++)
		if (!findings->snapshot_works[kind])
			return false;
	return true;
}

static void print_text(const struct findings *findings)
{
	struct utsname kernel;
	const char *missing;

	uname(&kernel);
	printf("procsieve %s on Linux %s, %s\n\n%-10s%-8sHOOKS\n", PROCSIEVE_VERSION,
	       kernel.release, kernel.machine, "EVENT", "WORKS");
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		const char *names[HOOKS_MAX];
		size_t count = engine_event_hooks(findings->engine, PROCSIEVE_MASK(type), names,
						  HOOKS_MAX);

		printf("%-10s%-8s", event_name(type), findings->counts[type] ? "yes" : "no");
		for (size_t i = 0; i < count; i++)
			printf("%s%s", i ? " " : "", names[i]);
		printf("\n");
	}
	printf("\n%-10s%-8sITERATOR\n", "SNAPSHOT", "WORKS");
	for (enum check_snapshot kind = 0; kind < CHECK_SNAPSHOT_COUNT; kind++)
		printf("%-10s%-8s%s\n", check_snapshot_name(kind),
		       findings->snapshot_works[kind] ? "yes" : "no",
		       check_snapshot_iterator(kind));
	for (unsigned int at = 0; (missing = engine_missing_feature(findings->engine, at)); at++)
		printf("%s%s\n", at ? "" : "\n", missing);
}

static void json_events(struct json_stream *json, const struct findings *findings)
{
	json_open(json, "events", '{');
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		const char *names[HOOKS_MAX];
		size_t count = engine_event_hooks(findings->engine, PROCSIEVE_MASK(type), names,
						  HOOKS_MAX);

		json_open(json, event_name(type), '{');
		json_bool(json, "works", findings->counts[type]);
		json_open(json, "hooks", '[');
		for (size_t i = 0; i < count; i++)
			json_text(json, NULL, names[i]);
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void json_snapshots(struct json_stream *json, const struct findings *findings)
{
	json_open(json, "snapshots", '{');
	for (enum check_snapshot kind = 0; kind < CHECK_SNAPSHOT_COUNT; kind++) {
		json_open(json, check_snapshot_name(kind), '{');
		json_bool(json, "works", findings->snapshot_works[kind]);
		json_text(json, "iterator", check_snapshot_iterator(kind));
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void print_json(const struct findings *findings)
{
	struct json_stream json = {.out = stdout};
	struct utsname kernel;
	const char *missing;

	uname(&kernel);
	json_open(&json, NULL, '{');
	json_number(&json, "v", 1);
	json_text(&json, "type", "check");
	json_text(&json, "version", PROCSIEVE_VERSION);
	json_text(&json, "kernel", kernel.release);
	json_text(&json, "machine", kernel.machine);
	json_bool(&json, "works", everything_works(findings));
	json_events(&json, findings);
	json_snapshots(&json, findings);
	json_open(&json, "lacks", '[');
	for (unsigned int at = 0; (missing = engine_missing_feature(findings->engine, at)); at++)
		json_text(&json, NULL, missing);
	json_close(&json, ']');
	json_close(&json, '}');
	putchar('\n');
}

static void print_findings(const struct check_options *options, const struct findings *findings)
{
	if (options->json)
		print_json(findings);
	else
		print_text(findings);
}

static int run_check(const struct check_options *options, struct reason *why)
{
	struct procsieve_filter filter = {.events = PROCSIEVE_ALL_EVENTS, .follow = true};
	const struct listener_source source = {.standalone = true,
					       .hook_mode = options->hook_mode,
					       .ring_size = ENGINE_RING_MIN * 64};
	struct findings findings = {0};
	struct listener listener;
	struct spawn spawn;
	__u64 pid;
	int err = check_events_prepare(&spawn, why);

	if (err)
		return reason_print(why);
	pid = spawn.pid;
	filter.pids = (struct procsieve_list){.values = &pid, .count = 1};
	if (listener_open(&listener, &filter, &source, why)) {
		spawn_cancel(&spawn);
		return reason_print(why);
	}
	spawn_release(&spawn);
	collect_events(&listener, findings.counts);
	err = check_events_wait(&spawn, why);
	for (enum check_snapshot kind = 0; kind < CHECK_SNAPSHOT_COUNT && !err; kind++)
		err = check_snapshot_works(kind, &findings.snapshot_works[kind], why);
	findings.engine = listener.engine;
	if (!err)
		print_findings(options, &findings);
	listener_close(&listener);
	if (err)
		return reason_print(why);
	return everything_works(&findings) ? 0 : STATUS_KERNEL;
}

static int set_hooks(void *options, const char *option, const char *value, struct reason *why)
{
	struct check_options *o = options;

	return parse_hook_mode(option, value, &o->hook_mode, why);
}

#define FLAG(member) OPTION_FLAG(struct check_options, member)

static const struct option_row rows[] = {
	{NULL, 'j', "--json", NULL, FLAG(json), "print one JSON object"},
	{NULL, 0, "--hooks", "KIND", OPTION_VALUE(set_hooks),
	 "type of hooks: auto, tracepoint, classic or fentry"},
	{NULL, 'h', "--help", NULL, FLAG(help), "print this"},
};

static const struct option_table table = {"check", rows, sizeof(rows) / sizeof(rows[0]), NULL};

int cmd_check(int argc, char **argv)
{
	struct check_options options = {0};
	struct reason why;

	if (options_parse(&table, &options, &options.help, argc, argv, NULL, &why))
		return reason_print(&why);
	if (options.help) {
		cmd_check_help(stdout);
		return 0;
	}
	return run_check(&options, &why);
}

void cmd_check_help(FILE *out)
{
	fputs("usage: procsieve check [OPTION...]\n\n"
	      "Starts a child that causes one event of each type and reports which events arrive, "
	      "and\nby which hooks. Takes snapshots of itself. Then lists what this kernel lacks, "
	      "and the\neffects.\n\n",
	      out);
	options_help(&table, out);
	fputs("\nExit status: 0 if everything works; 4 if something does not; 3 without "
	      "privilege.\n",
	      out);
}
