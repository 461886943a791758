// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procsieve status: asks a server what it does, and prints that for people, for programs or for
 * Prometheus.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "lib/connection.h"
#include "base/names.h"
#include "parse/option_table.h"
#include "cli/subcommand.h"

struct status_options {
	const char *socket;
	bool json, prometheus, help;
};

static int take_socket(void *target, const char *option, const char *value, struct reason *why)
{
	struct status_options *o = target;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the path of a socket is missing", option);
	o->socket = value;
	return 0;
}

#define FLAG(member) OPTION_FLAG(struct status_options, member)

static const struct option_row rows[] = {
	{"Options:", 0, "--socket", "PATH", OPTION_TAKE(take_socket),
	 "of the server (default: " PROCSIEVE_SOCKET ")"},
	{NULL, 'j', "--json", NULL, FLAG(json), "as one JSON object"},
	{NULL, 0, "--prometheus", NULL, FLAG(prometheus),
	 "as metrics, for node_exporter's textfile collector"},
	{NULL, 'h', "--help", NULL, FLAG(help), "print this"},
};

static const struct option_table table = {"status", rows, sizeof(rows) / sizeof(rows[0])};

static double seconds_since(uint64_t boot_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9 - (double)boot_ns / 1e9;
}

/* What a filter has beside its events: the names of its lists and flags. */
static const char *const list_names[WIRE_LIST_COUNT] = {
#define X(member, size) [WIRE_##member] = #member,
	WIRE_LISTS(X)
#undef X
};

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{WIRE_THREADS, "threads"},
	{WIRE_NO_ARGS, "no_args"},
	{WIRE_FOLLOW, "follow"},
	{WIRE_STATUSES, "exit_status"},
};

#define FLAG_COUNT (sizeof(flag_names) / sizeof(flag_names[0]))

static const char *const section_names[PROCSIEVE_SECTION_COUNT] = {
#define X(NAME, name, data, text) [PROCSIEVE_SECTION_##NAME] = #name,
	PROCSIEVE_SECTIONS(X)
#undef X
};

/* The names whose bits are set, separated by commas, each between two `quote`s. */
static void print_names(uint64_t mask, const char *(*name_of)(unsigned int), const char *quote)
{
	const char *comma = "";

	for (unsigned int i = 0; i < 64 && mask >> i; i++) {
		if (!(mask >> i & 1) || !name_of(i))
			continue;
		printf("%s%s%s%s", comma, quote, name_of(i), quote);
		comma = ",";
	}
}

static const char *section_name(unsigned int kind)
{
	return kind < PROCSIEVE_SECTION_COUNT ? section_names[kind] : NULL;
}

static const char *flag_name(unsigned int bit)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flag_names[i].flag == 1u << bit)
			return flag_names[i].name;
	return NULL;
}

static void text_listener(const struct wire_listener *listener)
{
	printf("%-8u%-9s%-12llu%-10llu%-10llu%3.0f%% of %-8llu%7.0f  ", listener->pid,
	       user_name(listener->uid), (unsigned long long)listener->delivered,
	       (unsigned long long)listener->lost, (unsigned long long)listener->missed,
	       listener->ring_size ? 100 * (double)listener->ring_used / (double)listener->ring_size
				   : 0,
	       (unsigned long long)listener->ring_size, seconds_since(listener->since_ns));
	print_names(listener->events, event_name, "");
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++)
		if (listener->counts[i])
			printf(" %s:%u", list_names[i], listener->counts[i]);
	if (listener->flags) {
		printf(" ");
		print_names(listener->flags, flag_name, "");
	}
	if (listener->sections) {
		printf(" with ");
		print_names(listener->sections, section_name, "");
	}
	printf("%s\n", listener->restricted ? " (its own processes)" : "");
}

static void print_text(const struct wire_status *status)
{
	printf("up %.0f s, %u listener%s", seconds_since(status->started_ns),
	       status->listener_count, status->listener_count == 1 ? "" : "s");
	if (status->restricted)
		printf(" of your own\n");
	else
		printf(", %llu requests accepted, %llu refused\n",
		       (unsigned long long)status->accepted, (unsigned long long)status->refused);
	if (status->listener_count)
		printf("\n%-8s%-9s%-12s%-10s%-10s%-16s%7s  FILTER\n", "PID", "USER", "DELIVERED",
		       "LOST", "MISSED", "RING", "SECONDS");
	for (unsigned int i = 0; i < status->listener_count; i++)
		text_listener(&status->listeners[i]);
	if (status->hook_count)
		printf("\n%-36s%12s%12s%12s\n", "HOOK", "MISSED", "RUNS", "NS/RUN");
	for (unsigned int i = 0; i < status->hook_count; i++) {
		const struct wire_hook *hook = &status->hooks[i];

		printf("%-36s%12llu%12llu", hook->name, (unsigned long long)hook->missed,
		       (unsigned long long)hook->runs);
		if (hook->runs)
			printf("%12.0f\n", (double)hook->time_ns / (double)hook->runs);
		else
			printf("%12s\n", "-");
	}
	if (status->hook_count && !status->hooks[0].runs && !status->restricted)
		printf("\nThe kernel counts runs and time while kernel.bpf_stats_enabled is 1.\n");
}

static void json_listener(const struct wire_listener *listener)
{
	printf("{\"pid\":%u,\"uid\":%u,\"restricted\":%s,\"events\":[", listener->pid,
	       listener->uid, listener->restricted ? "true" : "false");
	print_names(listener->events, event_name, "\"");
	printf("],\"with\":[");
	print_names(listener->sections, section_name, "\"");
	printf("],\"flags\":[");
	print_names(listener->flags, flag_name, "\"");
	printf("],\"values\":{");
	for (unsigned int i = 0, first = 1; i < WIRE_LIST_COUNT; i++) {
		if (!listener->counts[i])
			continue;
		printf("%s\"%s\":%u", first ? "" : ",", list_names[i], listener->counts[i]);
		first = 0;
	}
	printf("},\"delivered\":%llu,\"lost\":%llu,\"missed\":%llu,\"ring_bytes\":%llu,"
	       "\"ring_used_bytes\":%llu,\"seconds\":%.3f}",
	       (unsigned long long)listener->delivered, (unsigned long long)listener->lost,
	       (unsigned long long)listener->missed, (unsigned long long)listener->ring_size,
	       (unsigned long long)listener->ring_used, seconds_since(listener->since_ns));
}

static void print_json(const struct wire_status *status)
{
	printf("{\"v\":1,\"type\":\"status\",\"restricted\":%s,\"seconds\":%.3f,"
	       "\"accepted\":%llu,\"refused\":%llu,\"listeners\":[",
	       status->restricted ? "true" : "false", seconds_since(status->started_ns),
	       (unsigned long long)status->accepted, (unsigned long long)status->refused);
	for (unsigned int i = 0; i < status->listener_count; i++) {
		printf("%s", i ? "," : "");
		json_listener(&status->listeners[i]);
	}
	printf("],\"hooks\":[");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("%s{\"name\":\"%s\",\"missed\":%llu,\"runs\":%llu,\"time_ns\":%llu}",
		       i ? "," : "", status->hooks[i].name,
		       (unsigned long long)status->hooks[i].missed,
		       (unsigned long long)status->hooks[i].runs,
		       (unsigned long long)status->hooks[i].time_ns);
	printf("]}\n");
}

static void metric(const char *name, const char *type, const char *help)
{
	printf("# HELP procsieve_%s %s\n# TYPE procsieve_%s %s\n", name, help, name, type);
}

/* One metric of every listener. */
static void listener_metric(const struct wire_status *status, const char *name, const char *type,
			    const char *help, size_t offset)
{
	if (!status->listener_count)
		return;
	metric(name, type, help);
	for (unsigned int i = 0; i < status->listener_count; i++) {
		const struct wire_listener *listener = &status->listeners[i];
		uint64_t value;

		memcpy(&value, (const char *)listener + offset, sizeof(value));
		printf("procsieve_%s{slot=\"%u\",pid=\"%u\",uid=\"%u\"} %llu\n", name,
		       listener->slot, listener->pid, listener->uid, (unsigned long long)value);
	}
}

static void print_prometheus(const struct wire_status *status)
{
	metric("uptime_seconds", "gauge", "Time since the server has started.");
	printf("procsieve_uptime_seconds %.3f\n", seconds_since(status->started_ns));
	metric("listeners", "gauge", "Listeners there are.");
	printf("procsieve_listeners %u\n", status->listener_count);
	if (!status->restricted)
		metric("requests_total", "counter", "Requests for listeners.");
	if (!status->restricted)
		printf("procsieve_requests_total{answer=\"accepted\"} %llu\n"
		       "procsieve_requests_total{answer=\"refused\"} %llu\n",
		       (unsigned long long)status->accepted, (unsigned long long)status->refused);
	listener_metric(status, "listener_delivered_total", "counter",
			"Events that the listener got.", offsetof(struct wire_listener, delivered));
	listener_metric(status, "listener_lost_total", "counter",
			"Events that its ring had no room for.",
			offsetof(struct wire_listener, lost));
	listener_metric(status, "listener_missed_total", "counter",
			"Times that the kernel passed over a hook for its events.",
			offsetof(struct wire_listener, missed));
	listener_metric(status, "listener_ring_size_bytes", "gauge", "Size of its ring.",
			offsetof(struct wire_listener, ring_size));
	listener_metric(status, "listener_ring_used_bytes", "gauge", "Of that, not read yet.",
			offsetof(struct wire_listener, ring_used));
	if (!status->hook_count)
		return;
	metric("hook_missed_total", "counter", "Times that the kernel passed over a hook.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_missed_total{hook=\"%s\",number=\"%u\"} %llu\n",
		       status->hooks[i].name, i, (unsigned long long)status->hooks[i].missed);
	metric("hook_runs_total", "counter", "Runs of a hook, while bpf_stats_enabled is 1.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_runs_total{hook=\"%s\",number=\"%u\"} %llu\n",
		       status->hooks[i].name, i, (unsigned long long)status->hooks[i].runs);
	metric("hook_seconds_total", "counter", "Time spent in a hook, likewise.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_seconds_total{hook=\"%s\",number=\"%u\"} %.9f\n",
		       status->hooks[i].name, i, (double)status->hooks[i].time_ns / 1e9);
}

static int ask(const char *path, struct wire_status *status, struct reason *why)
{
	int fd = connection_open(path), err;

	if (fd < 0)
		return reason_set(why, fd == -EACCES ? STATUS_PRIVILEGE : STATUS_FAILURE,
				  "cannot connect to %s: %s; is `procsieve serve` running?", path,
				  strerror(-fd));
	err = connection_status(fd, status);
	close(fd);
	return err ? reason_set(why, STATUS_FAILURE, "%s", status->text) : 0;
}

int cmd_status(int argc, char **argv)
{
	struct status_options options = {.socket = PROCSIEVE_SOCKET};
	struct wire_status status = {0};
	struct reason why;

	if (options_parse(&table, &options, &options.help, argc, argv, NULL, &why))
		return reason_print(&why);
	if (options.help) {
		cmd_status_help(stdout);
		return 0;
	}
	if (options.json && options.prometheus) {
		reason_set(&why, STATUS_USAGE, "--json contradicts --prometheus: which is it?");
		return reason_print(&why);
	}
	if (ask(options.socket, &status, &why))
		return reason_print(&why);
	if (options.json)
		print_json(&status);
	else if (options.prometheus)
		print_prometheus(&status);
	else
		print_text(&status);
	return 0;
}

void cmd_status_help(FILE *out)
{
	fputs("usage: procsieve status [OPTION...]\n\n"
	      "Asks `procsieve serve` for its listeners: whose they are, what they want, what they "
	      "got "
	      "and\nlost; and what the hooks cost. Who is not root is told of its own.\n",
	      out);
	options_help(&table, out);
}
