// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares snapshots of many sleeping processes with a reader of /proc in C (proc_reader.c): whole
 * runs of each, with the output discarded. The ratio is of wall time; the ratio of CPU time is in
 * the remark.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "rows.h"

#define FEW	 1000
#define MORE	 10000
#define MANY	 30000
#define READER	 BUILD "/bench/proc_reader"
#define SNAPSHOT TOOL, "ps", "--standalone"

/* The result of one run from its start to its end. */
struct run {
	double wall_ns, cpu_ns;
	double peak_mb;
	bool failed;
};

/* A --with word, and the files in which a reader finds (most of) the same, besides stat. */
static const struct with_word {
	const char *group;
	const char *files[2];
} groups[] = {
	{"args", {"cmdline"}},
	{"exe", {"exe"}},
	{"cwd", {"cwd"}},
	{"cred", {"status"}},
	{"time", {"status", "schedstat"}},
	{"mem", {"status"}},
	{"io", {"io"}},
	{"sched", {NULL}},
	{"delay", {NULL}},
	{"ns", {"ns/pid", "status"}},
	{"cgroup", {"cgroup"}},
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct run run(const char *const *argv)
{
	double start = now_ns();
	struct process process;
	struct run run;

	process_start(&process, argv, -1, ANY_CPU);
	run.failed = process_wait(&process) != 0;
	run.wall_ns = now_ns() - start;
	run.cpu_ns = process.cpu_ns;
	run.peak_mb = (double)process.peak_kb / 1024;
	return run;
}

/* Medians of CPU time in nanoseconds, which other work on the machine changes little. */
struct costs {
	double reader, other;
};

/* Measures pairs of runs of `reader` and `other`, and prints their row. */
static struct costs compare(struct row *row, const char *const *reader, const char *const *other,
			    unsigned int rounds)
{
	struct sample cpu = {.count = 0}, bare_cpu = cpu, with_cpu = cpu;

	for (unsigned int i = 0; i < rounds; i++) {
		struct run bare = run(reader), with = run(other);

		row->rounds++;
		row->blind += with.failed;
		sample_add(&row->bare, bare.wall_ns);
		sample_add(&row->with, with.wall_ns);
		sample_add(&row->figure, with.wall_ns / bare.wall_ns);
		sample_add(&bare_cpu, bare.cpu_ns);
		sample_add(&with_cpu, with.cpu_ns);
		sample_add(&cpu, with.cpu_ns / bare.cpu_ns);
	}
	row_add_remark(row, "of CPU time %.3f", sample_quantile(&cpu, 0.5));
	table_print_row(row);
	return (struct costs){sample_quantile(&bare_cpu, 0.5), sample_quantile(&with_cpu, 0.5)};
}

/* Starts this number of sleeping processes. Returns false if not all can be created. */
static bool start_sleepers(struct process *sleepers, unsigned int count)
{
	char number[16], text[16];
	ssize_t got;
	int out[2];

	if (pipe(out))
		return false;
	snprintf(number, sizeof(number), "%u", count);
	process_start(sleepers, ARGV(BUILD "/bench/work_sleepers", number), out[1], ANY_CPU);
	close(out[1]);
	got = read(out[0], text, sizeof(text));
	close(out[0]);
	return got > 0;
}

/* The results for one number of processes, from which the slope and the memory row are made. */
struct point {
	struct costs costs;
	double peak_mb;
};

static struct point json_row(unsigned int count, unsigned int rounds)
{
	struct row row = {.unit = "x"};
	struct point point;
	char work[64];

	snprintf(work, sizeof(work), "snapshot of %u sleepers: ps -j", count);
	row.work = work;
	if (count == MANY) {
		row.kind = AT_MOST;
		row.budget = 0.1;
	}
	point.costs = compare(&row, ARGV(READER), ARGV(SNAPSHOT, "-j"), rounds);
	point.peak_mb = run(ARGV(SNAPSHOT, "-j")).peak_mb;
	return point;
}

static void group_row(const struct with_word *with_word, unsigned int rounds)
{
	struct row row = {.unit = "x"};
	char work[80];

	snprintf(work, sizeof(work), "  --with %s, against stat%s%s%s%s", with_word->group,
		 with_word->files[0] ? ", " : "", with_word->files[0] ? with_word->files[0] : "",
		 with_word->files[1] ? ", " : "", with_word->files[1] ? with_word->files[1] : "");
	row.work = work;
	compare(&row, ARGV(READER, with_word->files[0], with_word->files[1]),
		ARGV(SNAPSHOT, "-j", "--with", with_word->group), rounds);
}

static void largest_rows(const struct effort *effort)
{
	struct row text = {.work = "  as text", .unit = "x"};
	struct row procps = {.work = "  ps ax -o pid,ppid (procps)", .unit = "x"};

	compare(&text, ARGV(READER), ARGV(SNAPSHOT), effort->peer_rounds);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		group_row(&groups[i], effort->slow_rounds);
	if (program_is_installed("ps"))
		compare(&procps, ARGV(READER), ARGV("ps", "ax", "-o", "pid,ppid"),
			effort->slow_rounds);
	else
		table_print_skipped(procps.work, "not installed");
}

/* Prints all rows for this number of sleeping processes. Returns false if it cannot create them. */
static bool sleepers_rows(unsigned int count, const struct effort *effort, struct point *point)
{
	struct process sleepers;
	bool started = start_sleepers(&sleepers, count);
	char work[64];

	if (started) {
		*point = json_row(count, effort->peer_rounds);
		if (count == MANY)
			largest_rows(effort);
	}
	process_stop(&sleepers);
	if (!started) {
		snprintf(work, sizeof(work), "snapshot of %u sleepers", count);
		sleepers.err_text[strcspn(sleepers.err_text, "\n")] = '\0';
		table_print_skipped(work, sleepers.err_text);
	}
	return started;
}

/* The time of a snapshot of one process: mostly loading the programs. */
static void load_row(unsigned int rounds)
{
	struct row row = {.work = "snapshot of one process: only start-up", .unit = "ms"};
	struct sample cpu = {.count = 0};
	char self[16];

	snprintf(self, sizeof(self), "%d", getpid());
	for (unsigned int i = 0; i < rounds; i++) {
		struct run one = run(ARGV(SNAPSHOT, "-j", "-p", self));

		row.rounds++;
		row.blind += one.failed;
		sample_add(&row.figure, one.wall_ns / 1e6);
		sample_add(&cpu, one.cpu_ns / 1e6);
	}
	row_add_remark(&row, "of CPU time %.2f ms", sample_quantile(&cpu, 0.5));
	table_print_row(&row);
}

static double slope_us(double few_ns, double many_ns)
{
	return (many_ns - few_ns) / (MANY - FEW) / 1e3;
}

static void slope_row(const struct point *few, const struct point *many)
{
	struct row row = {.work = "  CPU time per added process, from 1,000", .unit = "us"};

	sample_add(&row.figure, slope_us(few->costs.other, many->costs.other));
	row_add_remark(&row, "of the reader %.2f us",
		       slope_us(few->costs.reader, many->costs.reader));
	table_print_row(&row);
}

static void memory_row(const struct point *few, const struct point *many)
{
	struct row row = {.work = "  peak memory of ps -j, 30,000 to 1,000",
			  .unit = "x",
			  .kind = AT_MOST,
			  .budget = 1.05};

	sample_add(&row.figure, many->peak_mb / few->peak_mb);
	row_add_remark(&row, "%.2f MB", many->peak_mb);
	table_print_row(&row);
}

void rows_ps(const struct effort *effort)
{
	struct point few, more, many;
	bool measured;

	load_row(effort->peer_rounds);
	measured = sleepers_rows(FEW, effort, &few);
	sleepers_rows(MORE, effort, &more);
	measured &= sleepers_rows(MANY, effort, &many);
	if (!measured)
		return;
	slope_row(&few, &many);
	memory_row(&few, &many);
}
