/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listeners and loads as processes: starts them, measures them, and stops them by their pid. */
#ifndef TOOLS_BENCH_PROCESS_H
#define TOOLS_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ANY_CPU (-1)

/* The build directory, unless bench.mk sets it. */
#ifndef BUILD
#define BUILD "build"
#endif

/* A running program. Its standard error is kept. */
struct process {
	pid_t pid;
	int err; /* memfd with its standard error */

	/* Valid after it has ended: */
	char err_text[1000]; /* its standard error */
	double cpu_ns;	     /* CPU time of all its threads, including its start */
	long peak_kb;	     /* peak resident memory; at least that of its parent at fork */
};

/* The cost of one turn of a load. */
struct turn {
	double wall_ns;
	double cpu_ns; /* CPU time of the load and its children */
};

/* From now on, when the benchmark ends for any reason, all started processes are killed. */
void process_kill_at_exit(void);

/* Returns whether there is a program with this name in PATH or in /usr/sbin. */
bool program_is_installed(const char *name);

/*
 * Starts a program; `argv` is NULL-terminated. `out`: a descriptor for its standard output; -1:
 * /dev/null. `cpu`: the only CPU that it may run on, or ANY_CPU. Exits on failure.
 */
void process_start(struct process *process, const char *const *argv, int out, int cpu);

/*
 * process_stop() sends SIGINT, and SIGKILL if that has no effect; process_wait() waits until the
 * process ends by itself. Both reap it. Return its exit code, or -1 if a signal ended it.
 */
int process_stop(struct process *process);
int process_wait(struct process *process);

/* Returns whether the process has ended by itself. Does not reap it. */
bool process_ended(const struct process *process);

/*
 * Reads the counts that a stopped listener has printed ("NAME: N events, M lost"). Returns false if
 * it has printed none.
 */
bool process_read_counts(const struct process *process, uint64_t *events, uint64_t *lost);

/* Returns the CPU time in nanoseconds that all its threads have used so far (schedstat). */
uint64_t process_cpu_ns(const struct process *process);

/* Returns a number from /proc/PID/status by its label, such as "VmRSS". */
long process_status(const struct process *process, const char *label);

/* Returns the number of context switches of all its threads. */
long process_switches(const struct process *process);

/* Runs a load (work_load.c) to its end. Returns the cost of one turn. */
struct turn load_run(const char *kind, uint64_t count);

#endif
