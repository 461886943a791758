// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures with a load that creates processes as fast as it can, without a listener and directly
 * after that with each listener. The ratios are of wall time, as a user sees it; for procsieve also
 * of CPU time, which other work on the machine does not change.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "rows.h"

/* A tool that handles each exit uses more CPU time than this for it. */
#define CPU_NS_MIN 20

struct listener {
	const char *work;
	const char *by_cpu; /* the name of a second row, or NULL */
	double budget;	    /* 0: none */
	const char *needs;  /* the program, or NULL: ours */
	unsigned int settle_ms;
	unsigned int lines; /* events of one process of the load; 0: the filter matches none */
	const char *argv[12];
};

/* For tools that need tracefs: mounts it in a new mount namespace, not on the machine. */
#define WITH_TRACEFS(command) \
	"unshare", "-m", "sh", "-c", "mount -t tracefs none /sys/kernel/tracing && exec " command

#define BPFTRACE_MS 4000

static const struct listener listeners[] = {
	{.work = "storm, all forks and exits as JSON",
	 .by_cpu = "  the same, CPU time",
	 .budget = 1.06,
	 .settle_ms = SETTLE_MS,
	 .lines = 2,
	 .argv = {TOOL, "watch", "-j", "-e", "fork,exit"}},
	{.work = "storm, --failed, nothing fails",
	 .by_cpu = "  the same, CPU time",
	 .budget = 1.03,
	 .settle_ms = SETTLE_MS,
	 .argv = {TOOL, "watch", "-j", "--failed"}},
	{.work = "storm, the same, sections and accounting",
	 .settle_ms = SETTLE_MS,
	 .lines = 2,
	 .argv = {TOOL, "watch", "-j", "-e", "fork,exit", "--accounting", "--with",
		  "exe,cwd,cgroup,ns,ancestors,tty"}},
	{.work = "  other: cn_proc, all events",
	 .settle_ms = CONNECTOR_MS,
	 .lines = 2,
	 .argv = {CONNECTOR}},
	{.work = "  other: cn_proc, failed exits",
	 .settle_ms = CONNECTOR_MS,
	 .argv = {CONNECTOR, "nonzero"}},
	{.work = "  other: exitsnoop (libbpf-tools)",
	 .needs = "exitsnoop",
	 .settle_ms = 1500,
	 .lines = 1,
	 .argv = {WITH_TRACEFS("/usr/sbin/exitsnoop")}},
	{.work = "  other: forkstat, forks and exits",
	 .needs = "forkstat",
	 .settle_ms = SETTLE_MS,
	 .lines = 2,
	 .argv = {"forkstat", "-e", "fork,exit"}},
	{.work = "  other: bpftrace, exits",
	 .needs = "bpftrace",
	 .settle_ms = BPFTRACE_MS,
	 .lines = 1,
	 .argv = {WITH_TRACEFS("bpftrace -e 'tracepoint:sched:sched_process_exit "
			       "{ printf(\"%d\\n\", pid); }'")}},
};

struct storm {
	const struct listener *listener;
	struct row wall, cpu;
	uint64_t lost;
};

/* Causes one exit that every listener must receive. */
static void cause_failed_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(1);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/*
 * Returns whether the listener has received its events. One that receives nothing costs nothing,
 * and its ratio must not count as a good one.
 */
static bool received_enough(const struct listener *listener, const struct process *process,
			    uint64_t count, double cpu_ns, uint64_t *lost)
{
	uint64_t events, lost_events;

	if (listener->needs)
		return cpu_ns / (double)count > CPU_NS_MIN;
	if (!process_read_counts(process, &events, &lost_events))
		return false;
	*lost += lost_events;
	/* The proc connector drops events that do not fit, and reports an overrun. */
	return events >= (listener->lines && !lost_events ? listener->lines * count : 1);
}

static void add_ratio(struct row *row, double bare, double with)
{
	sample_add(&row->bare, bare);
	sample_add(&row->with, with);
	sample_add(&row->figure, with / bare);
}

/* Returns false if the listener does not run here; then the row says why. */
static bool run_round(struct storm *storm, uint64_t count)
{
	const struct listener *listener = storm->listener;
	struct turn bare, with;
	struct process process;
	double cpu_ns;

	round_begin(&storm->wall);
	bare = load_run("storm", count);
	process_start(&process, listener->argv, -1, ANY_CPU);
	pause_ms(listener->settle_ms);
	if (process_ended(&process)) {
		process_wait(&process);
		process.err_text[strcspn(process.err_text, "\n")] = '\0';
		process.err_text[70] = '\0';
		table_print_skipped(listener->work, process.err_text);
		return false;
	}
	cause_failed_exit();
	cpu_ns = (double)process_cpu_ns(&process);
	with = load_run("storm", count);
	cpu_ns = (double)process_cpu_ns(&process) - cpu_ns;
	process_stop(&process);
	if (!received_enough(listener, &process, count, cpu_ns, &storm->lost))
		storm->wall.blind++;
	add_ratio(&storm->wall, bare.wall_ns, with.wall_ns);
	add_ratio(&storm->cpu, bare.cpu_ns, with.cpu_ns);
	return true;
}

static void storm_row(const struct listener *listener, unsigned int rounds, uint64_t count)
{
	enum budget_kind kind = listener->budget > 0 ? AT_MOST : NO_BUDGET;
	struct storm storm = {
		.listener = listener,
		.wall = {.work = listener->work,
			 .unit = "x",
			 .kind = kind,
			 .budget = listener->budget},
		.cpu = {.work = listener->by_cpu, .unit = "x"},
	};

	if (listener->needs && !program_is_installed(listener->needs)) {
		table_print_skipped(listener->work, "not installed");
		return;
	}
	for (unsigned int i = 0; i < rounds; i++)
		if (!run_round(&storm, count))
			return;
	if (storm.lost)
		row_add_remark(&storm.wall, "%llu lost or overruns",
			       (unsigned long long)storm.lost);
	table_print_row(&storm.wall);
	if (listener->by_cpu)
		table_print_row(&storm.cpu);
}

void rows_fork(const struct effort *effort)
{
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		unsigned int rounds = effort->peer_rounds;

		if (listeners[i].budget > 0)
			rounds = effort->rounds;
		else if (listeners[i].settle_ms >= BPFTRACE_MS)
			rounds = effort->slow_rounds;
		storm_row(&listeners[i], rounds, effort->storm);
	}
}
