// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make bench: what watching costs, against the same work unwatched and against other tools. Each ratio is that of a pair
 * of runs, one straight after the other; the table shows the median of the pairs and their quartiles. Numbers are for
 * reading: none of them makes the bench fail.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "sample.h"

#define TOOL "build/procsieve"

static unsigned int rounds = 15;
static bool quick;

static void pause_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

/* Prints one row; quantiles are those of the sample. */
static void print_row(const char *work, const char *unit, struct sample *sample, const char *budget)
{
	printf("%-52s %9.2f %-8s (%.2f to %.2f)  %s\n", work, sample_quantile(sample, 0.5), unit,
	       sample_quantile(sample, 0.25), sample_quantile(sample, 0.75), budget);
	fflush(stdout);
}

/* A listener of the storm. */
struct listener {
	const char *work;
	const char *budget;
	unsigned int settle_ms; /* until it surely listens */
	const char *argv[12];
};

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Some need tracefs: in a mount namespace of their own, so that the machine stays as it is. */
#define WITH_TRACEFS(command) \
	"unshare", "-m", "sh", "-c", "mount -t tracefs none /sys/kernel/tracing && " command

static const struct listener storm_listeners[] = {
	{"storm, all forks and exits as JSON",
	 "budget 1.06",
	 300,
	 {TOOL, "watch", "-j", "-e", "fork,exit"}},
	{"storm, --failed, nothing fails", "budget 1.03", 300, {TOOL, "watch", "-j", "--failed"}},
	{"  cn_proc, everything", "", 100, {"build/bench/cn_listener"}},
	{"  cn_proc, failed exits", "", 100, {"build/bench/cn_listener", "nonzero"}},
	{"  exitsnoop (libbpf-tools)", "", 1500, {WITH_TRACEFS("exec /usr/sbin/exitsnoop")}},
	{"  forkstat", "", 500, {"forkstat", "-e", "fork,exit"}},
	{"  bpftrace, exits",
	 "",
	 4000,
	 {WITH_TRACEFS("exec bpftrace -e 'tracepoint:sched:sched_process_exit { printf(\"%d\\n\", "
		       "pid); }'")}},
};

/* Does the listener run, or has it given up? */
static bool listens(const struct process *process)
{
	return process_status(process, "Threads") > 0 && process_status(process, "VmRSS") > 0;
}

static void bench_storm(const struct listener *listener)
{
	const uint64_t count = quick ? 5000 : 12000;
	struct sample ratios = {0};

	for (unsigned int i = 0; i < rounds; i++) {
		double bare = process_load("storm", count), with;
		struct process process;

		process_start(&process, listener->argv, -1);
		pause_ms(listener->settle_ms);
		if (!listens(&process)) {
			process_stop(&process);
			process.said[strcspn(process.said, "\n")] = '\0';
			printf("%-52s does not run here: %.60s\n", listener->work, process.said);
			return;
		}
		with = process_load("storm", count);
		process_stop(&process);
		sample_add(&ratios, with / bare);
	}
	print_row(listener->work, "x bare", &ratios, listener->budget);
}

/* The flood: what an event costs the one who makes it, and what it costs the listener. */
static void bench_flood(const char *name, const struct listener *listener, const char *maker_budget,
			const char *listener_budget)
{
	const uint64_t count = quick ? 500000 : 2000000;
	struct sample maker = {0}, reader = {0};
	char work[100];

	for (unsigned int i = 0; i < (rounds + 1) / 2; i++) {
		double bare = process_load("flood", count), with;
		struct process process;
		uint64_t before;

		process_start(&process, listener->argv, -1);
		pause_ms(listener->settle_ms);
		before = process_cpu_ns(&process);
		with = process_load("flood", count);
		pause_ms(50);
		sample_add(&reader, (double)(process_cpu_ns(&process) - before) / (double)count);
		process_stop(&process);
		sample_add(&maker, with - bare);
	}
	snprintf(work, sizeof(work), "%s, kernel side of a comm event", name);
	print_row(work, "ns", &maker, maker_budget);
	snprintf(work, sizeof(work), "%s, listener's CPU for it", name);
	print_row(work, "ns", &reader, listener_budget);
}

/* What the hooks on system calls cost each of them. */
static void bench_calls(void)
{
	const uint64_t count = 2000000;
	struct sample ns = {0};

	for (unsigned int i = 0; i < (rounds + 1) / 2; i++) {
		double bare = process_load("calls", count), with;
		struct process process;

		process_start(&process, ARGV(TOOL, "watch", "-e", "uid"), -1);
		pause_ms(300);
		with = process_load("calls", count);
		process_stop(&process);
		sample_add(&ns, with - bare);
	}
	print_row("any system call, with -e uid", "ns", &ns, "");
}

/* Two makers at a million a second each, for a time. */
static void bench_sustained(void)
{
	const char *count = quick ? "2000000" : "10000000";
	const char *const load[] = {"build/bench/load", "steady", count, "1000000", NULL};
	struct process listener, makers[2];
	struct timespec start, end;
	double seconds;

	process_start(&listener, ARGV(TOOL, "watch", "-j", "-e", "comm", "--ring", "64M"), -1);
	pause_ms(300);
	clock_gettime(CLOCK_MONOTONIC, &start);
	process_start(&makers[0], load, -1);
	process_start(&makers[1], load, -1);
	process_wait(&makers[0]);
	process_wait(&makers[1]);
	clock_gettime(CLOCK_MONOTONIC, &end);
	seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
	process_stop(&listener);
	listener.said[strcspn(listener.said, "\n")] = '\0';
	printf("%-52s %9.2f %-8s for %.1f s: %s  budget 2 for 10 s, 0 lost\n",
	       "sustained, JSON, --ring 64M", 2 * strtod(count, NULL) / seconds / 1e6, "M/s",
	       seconds, listener.said);
}

/* From the start of the program to its first event's line, while processes come and go. */
static void bench_start(void)
{
	struct sample ms = {0};
	struct process load;

	process_start(&load, ARGV("build/bench/load", "storm", "1000000000"), -1);
	for (unsigned int i = 0; i < rounds; i++) {
		struct timespec start, end;
		struct process listener;
		char text[8192];
		int out[2];

		if (pipe2(out, O_CLOEXEC))
			return;
		clock_gettime(CLOCK_MONOTONIC, &start);
		process_start(&listener, ARGV(TOOL, "watch", "-j", "-n", "1"), out[1]);
		close(out[1]);
		while (read(out[0], text, sizeof(text)) > 0)
			if (strstr(text, "\"type\":\"fork\"") || strstr(text, "\"type\":\"exit\""))
				break;
		clock_gettime(CLOCK_MONOTONIC, &end);
		close(out[0]);
		process_wait(&listener);
		sample_add(&ms, (double)(end.tv_sec - start.tv_sec) * 1e3 +
					(double)(end.tv_nsec - start.tv_nsec) / 1e6);
	}
	process_stop(&load);
	print_row("start to first event", "ms", &ms, "budget 50");
}

static void bench_rest(void)
{
	struct process listener;
	long switches;

	process_start(&listener, ARGV(TOOL, "watch", "-j", "-e", "comm"), -1);
	pause_ms(300);
	process_load("flood", 300000);
	printf("%-52s %9.2f %-8s (%.2f at its highest, at start)  budget 12\n", "resident memory",
	       (double)process_status(&listener, "VmRSS") / 1024, "MB",
	       (double)process_status(&listener, "VmHWM") / 1024);
	process_stop(&listener);

	process_start(&listener, ARGV(TOOL, "watch", "-j", "--comm", "nobody"), -1);
	pause_ms(300);
	switches = process_status(&listener, "voluntary_ctxt_switches") +
		   process_status(&listener, "nonvoluntary_ctxt_switches");
	process_load("storm", 20000);
	pause_ms(1000);
	switches = process_status(&listener, "voluntary_ctxt_switches") +
		   process_status(&listener, "nonvoluntary_ctxt_switches") - switches;
	printf("%-52s %9ld %-8s budget 0\n", "idle, while 20000 processes come and go", switches,
	       "wake-ups");
	process_stop(&listener);
}

int main(int argc, char **argv)
{
	static const struct listener watch = {
		NULL, NULL, 300, {TOOL, "watch", "-j", "-e", "comm", "--ring", "64M"}};
	static const struct listener connector = {NULL, NULL, 100, {"build/bench/cn_listener"}};

	quick = argc > 1 && !strcmp(argv[1], "--quick");
	if (argc > 1 && !quick) {
		fprintf(stderr, "bench: takes --quick or nothing\n");
		return 2;
	}
	if (quick)
		rounds = 5;
	printf("%-52s %9s %-8s (quartiles)\n", "work", "median", "");
	for (size_t i = 0; i < sizeof(storm_listeners) / sizeof(storm_listeners[0]); i++)
		bench_storm(&storm_listeners[i]);
	bench_flood("flood", &watch, "budget 120", "budget 150");
	bench_flood("  cn_proc", &connector, "", "");
	bench_calls();
	bench_sustained();
	bench_start();
	bench_rest();
	return 0;
}
