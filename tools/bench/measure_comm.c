// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures with a load that changes its name as fast as it can: the cost of an event for the
 * process that causes it and for the listener, and the rate of events that a listener can sustain.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rows.h"

struct reader {
	const char *load_work, *reader_work;
	double load_budget, reader_budget; /* 0: none */
	unsigned int settle_ms;
	const char *argv[8];
};

static const struct reader readers[] = {
	{"flood, kernel side of a comm event",
	 "flood, listener's CPU for an event, JSON",
	 120,
	 150,
	 SETTLE_MS,
	 {TOOL, "watch", "-j", "-e", "comm", RING}},
	{"  the same with text",
	 "flood, listener's CPU for an event, text",
	 0,
	 0,
	 SETTLE_MS,
	 {TOOL, "watch", "-e", "comm", RING}},
	{"  other: cn_proc, kernel side",
	 "  other: cn_proc, bare recv",
	 0,
	 0,
	 CONNECTOR_MS,
	 {CONNECTOR}},
};

/* Each of two loads makes more than half of the budget, because starting takes time, too. */
#define MAKER_RATE   1050000
#define STRING_OF(x) #x
#define STRING(x)    STRING_OF(x)

static enum budget_kind at_most(double budget)
{
	return budget > 0 ? AT_MOST : NO_BUDGET;
}

/*
 * The cost for the load is CPU time: it never waits, and the time that other processes use its CPU
 * does not count.
 */
static void flood_rows(const struct reader *reader, unsigned int rounds, uint64_t count)
{
	struct row load_row = {.work = reader->load_work,
			       .unit = "ns",
			       .kind = at_most(reader->load_budget),
			       .budget = reader->load_budget};
	struct row listener = {.work = reader->reader_work,
			       .unit = "ns",
			       .kind = at_most(reader->reader_budget),
			       .budget = reader->reader_budget};
	struct row settled = {.work = "    without its start", .unit = "ns"};
	uint64_t all_lost = 0;

	for (unsigned int i = 0; i < rounds; i++) {
		struct turn bare, with;
		uint64_t events = 0, lost = 0, start_ns;
		struct process process;

		round_begin(&load_row);
		bare = load_run("flood", count);
		process_start(&process, reader->argv, -1, OTHER_CPU);
		pause_ms(reader->settle_ms);
		start_ns = process_cpu_ns(&process);
		with = load_run("flood", count);
		pause_ms(50);
		process_stop(&process);
		row_difference(&load_row, bare.cpu_ns, with.cpu_ns);
		if (process_read_counts(&process, &events, &lost) && events) {
			sample_add(&listener.figure, process.cpu_ns / (double)events);
			sample_add(&settled.figure,
				   (process.cpu_ns - (double)start_ns) / (double)events);
		}
		all_lost += lost;
	}
	if (all_lost)
		row_add_remark(&load_row, "%llu lost or overruns", (unsigned long long)all_lost);
	table_print_row(&load_row);
	if (!listener.figure.count) {
		table_print_skipped(listener.work, "it counted no events");
		return;
	}
	table_print_row(&listener);
	table_print_row(&settled);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Runs this number of loads to their end. Prints two rows: the rate, and the number of losses. */
static void sustained_rows(struct row *rate, const char *const *listen, const char *const *load,
			   unsigned int loads)
{
	struct row loss = {.work = "  lost", .unit = "lost", .kind = AT_MOST, .budget = 0};
	struct process listener, load_processes[2];
	uint64_t events = 0, lost = 0;
	double start, seconds;

	round_begin(rate);
	process_start(&listener, listen, -1, ANY_CPU);
	pause_ms(SETTLE_MS);
	start = now_s();
	for (unsigned int i = 0; i < loads; i++)
		process_start(&load_processes[i], load, -1, ANY_CPU);
	for (unsigned int i = 0; i < loads; i++)
		process_wait(&load_processes[i]);
	seconds = now_s() - start;
	process_stop(&listener);
	if (!process_read_counts(&listener, &events, &lost)) {
		table_print_skipped(rate->work, "the listener printed no counts");
		return;
	}
	/* All events, delivered or lost. */
	sample_add(&rate->figure, (double)(events + lost) / seconds / 1e6);
	row_add_remark(rate, "%llu events in %.1f s", (unsigned long long)events, seconds);
	sample_add(&loss.figure, (double)lost);
	table_print_row(rate);
	table_print_row(&loss);
}

void rows_comm(const struct effort *effort)
{
	/*
	 * One CPU limits the rate, not the listener. So that row has no budget, only its losses
	 * have.
	 */
	struct row one = {.work = "sustained, one CPU as fast as it can", .unit = "M/s"};
	struct row two = {.work = "sustained, 2 makers, --ring 64M",
			  .unit = "M/s",
			  .kind = AT_LEAST,
			  .budget = 2};
	const char *const usual[] = {TOOL, "watch", "-j", "-e", "comm", NULL};
	const char *const wide[] = {TOOL, "watch", "-j", "-e", "comm", RING, NULL};
	unsigned int rounds = effort->peer_rounds;
	char ms[16], count[16];

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		flood_rows(&readers[i], rounds, effort->flood);
	snprintf(ms, sizeof(ms), "%u", effort->sustained_ms);
	snprintf(count, sizeof(count), "%u", effort->sustained_ms * (MAKER_RATE / 1000));
	sample_add(&one.bare, load_run("flood", effort->flood).wall_ns);
	sustained_rows(&one, usual, ARGV(BUILD "/bench/work_load", "lasting", ms), 1);
	sustained_rows(&two, wide,
		       ARGV(BUILD "/bench/work_load", "steady", count, STRING(MAKER_RATE)), 2);
}
