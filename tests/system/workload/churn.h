/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A herd of processes that never rests: they fork, run programs, take names, start threads and end,
 * all under one user id; until they are held.
 */
#ifndef TESTS_SYSTEM_WORKLOAD_CHURN_H
#define TESTS_SYSTEM_WORKLOAD_CHURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct herd {
	uid_t uid;  /* that nobody else has, not another run of the test either */
	pid_t pid;  /* of the first, which does not end */
	int memory; /* that all of them look at */
	struct herd_order *order;
};

/* Members run the test program again: every main() begins with this. */
void herd_main(int argc, char **argv);

/* Chooses its user id. */
void herd_prepare(struct herd *herd);

/* Starts it, held. `threads`: with threads that come and go. */
void herd_start(struct herd *herd, bool threads);
void herd_go(struct herd *herd);

/* Nothing happens any more when it returns. */
void herd_hold(struct herd *herd);

/* Ends them all. */
void herd_end(struct herd *herd);

/* One of them, as /proc has it. */
struct member {
	pid_t pid, tid;
	uint64_t start; /* of the process, in clock ticks; 0 for threads */
	char comm[16];
	bool rests; /* does not run, and is in nothing that does not end by itself */
};

/* By thread id. */
int member_compare(const void *one, const void *other);

/* All that there are, sorted; with their threads or without. Returns how many, `most` at most. */
size_t herd_members(const struct herd *herd, struct member *members, size_t most, bool threads);

#endif
