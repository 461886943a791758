/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listeners and loads as processes: started, looked at, stopped by their own id. */
#ifndef TOOLS_BENCH_PROCESS_H
#define TOOLS_BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define ANY_CPU (-1)

/* Where the programs were built; bench.mk knows better. */
#ifndef BUILD
#define BUILD "build"
#endif

/* A program that runs. Its output is thrown away; what it says on standard error is kept. */
struct process {
	pid_t pid;
	int err; /* a file of its own */

	/* Known once it has ended: */
	char said[1000];
	double cpu_ns; /* of all its threads, its own start included */
	long peak_kb;  /* resident at most; never less than what started it had */
};

/* What one turn of a load took. */
struct turn {
	double wall_ns;
	double cpu_ns; /* its own and its children's: blind to others on the CPU */
};

/* From now on an interrupt, as any other end of the bench, kills and reaps what was started. */
void process_guard(void);

/* Is there such a program, in PATH or in /usr/sbin? */
bool process_installed(const char *name);

/*
 * Starts it; `argv` is NULL-terminated. `out`: a descriptor for its output, -1: /dev/null. `cpu`:
 * where it must stay, or ANY_CPU. Ends the bench on failure.
 */
void process_start(struct process *process, const char *const *argv, int out, int cpu);

/*
 * SIGINT (SIGKILL where that does not help), or wait for the end by itself; reaps it. Returns its
 * exit status, -1 where a signal ended it.
 */
int process_stop(struct process *process);
int process_wait(struct process *process);

/* Has it ended by itself? It is left to be reaped. */
bool process_ended(const struct process *process);

/* What a stopped listener has counted ("NAME: N events, M lost"). False: it did not say. */
bool process_counted(const struct process *process, uint64_t *events, uint64_t *lost);

/* Nanoseconds of CPU that its threads have used so far (schedstat). */
uint64_t process_cpu_ns(const struct process *process);

/* A number from /proc/PID/status, by its label: "VmRSS". */
long process_status(const struct process *process, const char *label);

/* How often its threads were put on a CPU. */
long process_switches(const struct process *process);

/* Runs a load (work_load.c) to its end. */
struct turn process_load(const char *kind, uint64_t count);

#endif
