// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a server's status as metrics in the Prometheus text format; see status_print.h. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/status_print.h"

static void print_metric_header(const char *name, const char *type, const char *help)
{
	printf("# HELP procsieve_%s %s\n# TYPE procsieve_%s %s\n", name, help, name, type);
}

/* Prints one metric for each listener. */
static void print_listener_metric(const struct wire_status *status, const char *name,
				  const char *type, const char *help, size_t offset)
{
	if (!status->listener_count)
		return;
	print_metric_header(name, type, help);
	for (unsigned int i = 0; i < status->listener_count; i++) {
		const struct wire_listener *listener = &status->listeners[i];
		uint64_t value;

		memcpy(&value, (const char *)listener + offset, sizeof(value));
		printf("procsieve_%s{slot=\"%u\",pid=\"%u\",uid=\"%u\"} %llu\n", name,
		       listener->slot, listener->pid, listener->uid, (unsigned long long)value);
	}
}

static void print_hook_metrics(const struct wire_status *status)
{
	print_metric_header("hook_missed_total", "counter",
			    "Times that the kernel skipped a hook.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_missed_total{hook=\"%s\",number=\"%u\"} %llu\n",
		       status->hooks[i].name, i, (unsigned long long)status->hooks[i].missed);
	print_metric_header("hook_runs_total", "counter",
			    "Runs of a hook, while bpf_stats_enabled is 1.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_runs_total{hook=\"%s\",number=\"%u\"} %llu\n",
		       status->hooks[i].name, i, (unsigned long long)status->hooks[i].runs);
	print_metric_header("hook_seconds_total", "counter",
			    "Time spent in a hook, while bpf_stats_enabled is 1.");
	for (unsigned int i = 0; i < status->hook_count; i++)
		printf("procsieve_hook_seconds_total{hook=\"%s\",number=\"%u\"} %.9f\n",
		       status->hooks[i].name, i, (double)status->hooks[i].time_ns / 1e9);
}

void status_print_prometheus(const struct wire_status *status)
{
	print_metric_header("uptime_seconds", "gauge", "Time since the server started.");
	printf("procsieve_uptime_seconds %.3f\n", status_seconds_since(status->started_ns));
	print_metric_header("listeners", "gauge", "Current listeners.");
	printf("procsieve_listeners %u\n", status->listener_count);
	if (!status->restricted)
		print_metric_header("requests_total", "counter", "Requests for listeners.");
	if (!status->restricted)
		printf("procsieve_requests_total{answer=\"accepted\"} %llu\n"
		       "procsieve_requests_total{answer=\"refused\"} %llu\n",
		       (unsigned long long)status->accepted, (unsigned long long)status->refused);
	print_listener_metric(status, "listener_delivered_total", "counter",
			      "Events delivered to the listener.",
			      offsetof(struct wire_listener, delivered));
	print_listener_metric(status, "listener_lost_total", "counter",
			      "Events lost because its ring was full.",
			      offsetof(struct wire_listener, lost));
	print_listener_metric(status, "listener_missed_total", "counter",
			      "Times that the kernel skipped a hook for its events.",
			      offsetof(struct wire_listener, missed));
	print_listener_metric(status, "listener_ring_size_bytes", "gauge", "Size of its ring.",
			      offsetof(struct wire_listener, ring_size));
	print_listener_metric(status, "listener_ring_used_bytes", "gauge",
			      "Part of its ring that is not read yet.",
			      offsetof(struct wire_listener, ring_used));
	if (status->hook_count)
		print_hook_metrics(status);
}
