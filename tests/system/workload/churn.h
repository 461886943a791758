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

struct herd {
	uid_t uid;  /* used by no other process, not even by another run of the test */
	pid_t pid;  /* of the first process, which does not exit */
	int memory; /* shared by all processes */
	struct herd_order *order;
};

/* The processes also execute the test program: every main() calls this first. */
void herd_main(int argc, char **argv);

/* Chooses the user ID. */
void herd_prepare(struct herd *herd);

/* Starts the processes, paused. `threads`: they also start threads that exit again. */
void herd_start(struct herd *herd, bool threads);
void herd_go(struct herd *herd);

/* Pauses them. When it returns, nothing changes any more. */
void herd_hold(struct herd *herd);

/* Ends all processes. */
void herd_end(struct herd *herd);

/* One process or thread, as /proc shows it. */
struct member {
	pid_t pid, tid;
	uint64_t start; /* of the process, in clock ticks; 0 for threads */
	char comm[16];
	bool rests; /* it is not running, and not in a system call that ends by itself */
};

/* Compares thread IDs. */
int member_compare(const void *one, const void *other);

/* All processes, sorted; with `threads` all threads. Returns their count, at most `most`. */
size_t herd_members(const struct herd *herd, struct member *members, size_t most, bool threads);

#endif
