/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A group of processes that change all the time: they fork, execute programs, change their names,
 * start threads and exit, all under one user ID. They can be paused.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_CHURN_H
#define TESTS_SYSTEM_WORKLOAD_CHURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct churn {
	uid_t uid;  /* used by no other process, not even by another run of the test */
	pid_t pid;  /* of the first process, which does not exit */
	int memory; /* shared by all processes */
	struct churn_control *control;
};

/* The processes also execute the test program: every main() calls this first. */
void churn_main(int argc, char **argv);

/* Chooses the user ID. */
void churn_prepare(struct churn *churn);

/* Starts the processes, paused. `threads`: they also start threads that exit again. */
void churn_start(struct churn *churn, bool threads);
void churn_resume(struct churn *churn);

/* Pauses them. When it returns, nothing changes any more. */
void churn_pause(struct churn *churn);

/* Ends all processes. */
void churn_end(struct churn *churn);

/* One process or thread, as /proc shows it. */
struct churn_task {
	pid_t pid, tid;
	uint64_t start; /* of the process, in clock ticks; 0 for threads */
	char comm[16];
	bool sleeps; /* it is not running, and not in a system call that ends by itself */
};

/* Compares thread IDs. */
int churn_task_compare(const void *one, const void *other);

/* All processes, sorted; with `threads` all threads. Returns their count, at most `most`. */
size_t churn_list_tasks(const struct churn *churn, struct churn_task *tasks, size_t most,
			bool threads);

#endif
