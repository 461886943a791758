/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listeners and loads as processes: started, looked at, stopped by their own id. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* A program that runs. Its output is thrown away; what it says on standard error is kept. */
struct process {
	pid_t pid;
	int err;	 /* a file of its own */
	char said[1000]; /* the last of it, once stopped */
};

/* Starts it; `argv` is NULL-terminated. `out`: a descriptor for its output, -1: /dev/null. Ends the bench on failure. */
void process_start(struct process *process, const char *const *argv, int out);

/* SIGINT, or wait for the end by itself; reaps it. Returns its exit status, -1 where a signal ended it. */
int process_stop(struct process *process);
int process_wait(struct process *process);

/* Nanoseconds of CPU that it has used so far (/proc/PID/schedstat). */
uint64_t process_cpu_ns(const struct process *process);

/* A number from /proc/PID/status, by its label: "VmRSS". */
long process_status(const struct process *process, const char *label);

/* Runs a load (load.c) to its end. Returns the nanoseconds of one turn. */
double process_load(const char *kind, uint64_t count);

#endif
