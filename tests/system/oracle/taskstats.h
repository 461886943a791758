/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taskstats as an oracle: what the kernel says over generic netlink of every task that ends on this
 * machine, while a test does things (a thread of its own reads, so that nothing is lost), or of one
 * process when it is asked.
 */
#ifndef TESTS_SYSTEM_ORACLE_TASKSTATS_H
#define TESTS_SYSTEM_ORACLE_TASKSTATS_H

#include <linux/taskstats.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the kernel said of one task, or of one thread group, which it says with its last thread. */
struct task_account {
	pid_t id;
	bool group;
	/*
	 * Of a group only the delays and the run times are filled. Zeros where this kernel says
	 * less than the header.
	 */
	struct taskstats stats;
	uint64_t irq_delay_total; /* behind all that version 13 has */
};

/*
 * The delays, of a process as the kernel adds them up: how records call them (in microseconds), and
 * where they are.
 */
#define TASKSTATS_DELAYS    8
#define TASKSTATS_CPU_DELAY 0
#define TASKSTATS_IRQ_DELAY 7
extern const struct taskstats_delay {
	const char *key;
	size_t at;
} taskstats_delays[TASKSTATS_DELAYS];

/* A number of 64 bits at an offset in an account. */
int64_t taskstats_number(const struct task_account *account, size_t at);

struct taskstats_client {
	struct task_account *accounts; /* in the order in which they came */
	size_t count;
	/*
	 * the kernel had more than the socket could take, or said it in the way of Linux 6.14 alone
	 */
	bool overrun;

	/* The reader's own. */
	int fd;
	unsigned short family;
	size_t room;
	unsigned long thread;
};

/*
 * Registers for all CPUs and starts to read. Returns false where the kernel has no taskstats, or
 * refuses: it has them for the first namespaces only.
 */
bool taskstats_start(struct taskstats_client *client);

/*
 * Reads what is there and deregisters. A task's account is there before anyone can have waited for
 * the task: none is missed.
 */
void taskstats_stop(struct taskstats_client *client);

/*
 * What a task, or its whole group, has had so far, where it lives or is not reaped yet: the one
 * account. Of a group that never had several threads it is that of the living alone. Returns false
 * as taskstats_start().
 */
bool taskstats_ask(struct taskstats_client *client, pid_t task, bool group);
void taskstats_clear(struct taskstats_client *client);

#endif
