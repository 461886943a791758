// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a server's status as two tables; see status_print.h. */
#include <stdio.h>

#include "base/names.h"
#include "cli/status_print.h"

/* Prints the names of the bits that are set, separated by commas. */
static void print_names(uint64_t mask, const char *(*name_of)(unsigned int))
{
	const char *comma = "";

	for (unsigned int i = 0; i < 64 && mask >> i; i++) {
		if (!(mask >> i & 1) || !name_of(i))
			continue;
		printf("%s%s", comma, name_of(i));
		comma = ",";
	}
}

static void print_listener(const struct wire_listener *listener)
{
	printf("%-8u%-9s%-12llu%-10llu%-10llu%3.0f%% of %-8llu%7.0f  ", listener->pid,
	       user_name(listener->uid), (unsigned long long)listener->delivered,
	       (unsigned long long)listener->lost, (unsigned long long)listener->missed,
	       listener->ring_size ? 100 * (double)listener->ring_used / (double)listener->ring_size
				   : 0,
	       (unsigned long long)listener->ring_size, status_seconds_since(listener->since_ns));
	print_names(listener->events, event_name);
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++)
		if (listener->counts[i])
			printf(" %s:%u", status_list_names[i], listener->counts[i]);
	if (listener->flags) {
		printf(" ");
		print_names(listener->flags, status_flag_name);
	}
	if (listener->sections) {
		printf(" with ");
		print_names(listener->sections, status_section_name);
	}
	printf("%s\n", listener->restricted ? " (its own processes)" : "");
}

void status_print_text(const struct wire_status *status)
{
	printf("up %.0f s, %u listener%s", status_seconds_since(status->started_ns),
	       status->listener_count, status->listener_count == 1 ? "" : "s");
	if (status->restricted)
		printf(" of your own\n");
	else
		printf(", %llu request%s accepted, %llu refused\n",
		       (unsigned long long)status->accepted, status->accepted == 1 ? "" : "s",
		       (unsigned long long)status->refused);
	if (status->listener_count)
		printf("\n%-8s%-9s%-12s%-10s%-10s%-16s%7s  FILTER\n", "PID", "USER", "DELIVERED",
		       "LOST", "MISSED", "RING", "SECONDS");
	for (unsigned int i = 0; i < status->listener_count; i++)
		print_listener(&status->listeners[i]);
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
