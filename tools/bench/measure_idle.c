// SPDX-License-Identifier: GPL-2.0-or-later
/* Measures procsieve without a load to compare: start-up time, memory, and wake-ups when idle. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rows.h"

#define STARTS 10

static double since_ms(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

/*
 * Reads until the line of an event arrives; lines of type start or host are not events. Returns
 * false at end of file.
 */
static bool read_event(int fd)
{
	char text[16384];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(text) - 1 &&
	       (got = read(fd, text + length, sizeof(text) - 1 - length)) > 0) {
		length += got;
		text[length] = '\0';
		if (strstr(text, "\"type\":\"fork\"") || strstr(text, "\"type\":\"exec\"") ||
		    strstr(text, "\"type\":\"exit\""))
			return true;
	}
	return false;
}

/* The time from the start of the program to the line of its first event, with a load. */
static void start_row(void)
{
	struct row row = {
		.work = "start to first event", .unit = "ms", .kind = AT_MOST, .budget = 50};
	struct process load;

	process_start(&load, ARGV(BUILD "/bench/work_load", "storm", "1000000000"), -1, ANY_CPU);
	for (unsigned int i = 0; i < STARTS; i++) {
		struct process listener;
		struct timespec start;
		int out[2];

		if (pipe2(out, O_CLOEXEC))
			break;
		round_begin(&row);
		clock_gettime(CLOCK_MONOTONIC, &start);
		process_start(&listener, ARGV(TOOL, "watch", "-j", "-n", "1"), out[1], ANY_CPU);
		close(out[1]);
		if (read_event(out[0]))
			sample_add(&row.figure, since_ms(&start));
		close(out[0]);
		process_stop(&listener);
	}
	/* The load would not end by itself. It does not catch SIGINT. */
	process_stop(&load);
	if (row.figure.count)
		table_print_row(&row);
	else
		table_print_skipped(row.work, "no event came");
}

static void memory_rows(void)
{
	struct row highest = {.work = "peak resident memory (VmHWM)",
			      .unit = "MB",
			      .kind = AT_MOST,
			      .budget = 12};
	struct row later = {.work = "resident memory after a flood (VmRSS)", .unit = "MB"};
	struct process listener;

	process_start(&listener, ARGV(TOOL, "watch", "-j", "-e", "comm"), -1, ANY_CPU);
	pause_ms(SETTLE_MS);
	load_run("flood", 300000);
	sample_add(&highest.figure, (double)process_status(&listener, "VmHWM") / 1024);
	sample_add(&later.figure, (double)process_status(&listener, "VmRSS") / 1024);
	process_stop(&listener);
	table_print_row(&highest);
	table_print_row(&later);
}

static void idle_row(const char *work, const char *const *argv, unsigned int storm)
{
	struct row row = {.work = work, .unit = "wake-ups", .kind = AT_MOST, .budget = 0};
	struct process listener;
	long before;

	process_start(&listener, argv, -1, ANY_CPU);
	pause_ms(SETTLE_MS);
	if (process_ended(&listener)) {
		process_wait(&listener);
		table_print_skipped(work, "the listener ended");
		return;
	}
	before = process_switches(&listener);
	if (storm)
		load_run("storm", storm);
	pause_ms(2000);
	sample_add(&row.figure, (double)(process_switches(&listener) - before));
	process_stop(&listener);
	table_print_row(&row);
}

void rows_idle(const struct effort *effort)
{
	struct process sleeper;
	char pid[16];

	start_row();
	memory_rows();
	process_start(&sleeper, ARGV("sleep", "1000"), -1, ANY_CPU);
	snprintf(pid, sizeof(pid), "%d", sleeper.pid);
	idle_row("idle, -p of a sleeper, 2 s", ARGV(TOOL, "watch", "-j", "-p", pid), 0);
	process_stop(&sleeper);
	idle_row("idle, --comm of no process, during a storm",
		 ARGV(TOOL, "watch", "-j", "--comm", "nobody"), effort->storm);
}
