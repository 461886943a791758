/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taskstats as an oracle: the statistics that the kernel sends over generic netlink for every task
 * that ends on this machine during a test (a separate thread reads them, so that the socket does
 * not overflow), or for one process on request.
 */
#ifndef TESTS_SYSTEM_ORACLE_TASKSTATS_H
#define TESTS_SYSTEM_ORACLE_TASKSTATS_H

#include <linux/taskstats.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The statistics of one task, or of one thread group; the kernel sends the latter with the exit of
 * the group's last thread.
 */
struct task_account {
	pid_t id;
	bool group;
	/*
	 * For a group, only the delays and run times are filled in. Zero where this kernel's
	 * structure is shorter than the header's.
	 */
	struct taskstats stats;
	uint64_t irq_delay_total; /* after all fields of version 13 */
};

/*
 * The delays that the kernel sums up for a process: their names in records (in microseconds) and
 * their offsets.
 */
#define TASKSTATS_DELAYS    8
#define TASKSTATS_CPU_DELAY 0
#define TASKSTATS_IRQ_DELAY 7
extern const struct taskstats_delay {
	const char *key;
	size_t at;
} taskstats_delays[TASKSTATS_DELAYS];

/* A 64-bit number at an offset in an account. */
int64_t taskstats_number(const struct task_account *account, size_t at);

struct taskstats_client {
	struct task_account *accounts; /* in order of arrival */
	size_t count;
	/* the receive buffer has overflowed, or accounts have version 15 (Linux 6.14 only) */
	bool overrun;

	/* Private to the reader. */
	int fd;
	unsigned short family;
	size_t room;
	unsigned long thread;
};

/*
 * Registers for all CPUs and starts the reader. Returns false if the kernel has no taskstats or
 * refuses: it accepts requests from the initial namespaces only.
 */
bool taskstats_start(struct taskstats_client *client);

/*
 * Reads the remaining accounts and deregisters. The kernel queues a task's account before the task
 * can be waited for, so none is missed.
 */
void taskstats_stop(struct taskstats_client *client);

/*
 * Requests the statistics of a task, or of its whole group, that is alive or not reaped yet. Stores
 * one account. For a group that never had several threads it covers live threads only. Returns
 * false in the same cases as taskstats_start().
 */
bool taskstats_get(struct taskstats_client *client, pid_t task, bool group);
void taskstats_clear(struct taskstats_client *client);

#endif
