/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taskstats as an oracle: what the kernel says over generic netlink of every task that ends on this machine, while a
 * test does things. A thread of its own reads, so that nothing is lost.
 */
#ifndef TASKSTATS_H
#define TASKSTATS_H

#include <linux/taskstats.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What the kernel said of one task, or of one thread group, which it says with its last thread. */
struct task_account {
	pid_t id;
	bool group;
	/* Of a group only the delays and the run times are filled. Zeros where this kernel says less than the header. */
	struct taskstats stats;
	uint64_t irq_delay_total; /* behind all that version 13 has */
};

struct taskstats_client {
	struct task_account *accounts; /* in the order in which they came */
	size_t count;
	bool overrun; /* the kernel had more than the socket could take, or said it in the way of Linux 6.14 alone */

	/* The reader's own. */
	int fd;
	unsigned short family;
	size_t room;
	unsigned long thread;
};

/*
 * Registers for all CPUs and starts to read. Returns false where the kernel has no taskstats, or refuses: it has them
 * for the first namespaces only.
 */
bool taskstats_start(struct taskstats_client *client);

/*
 * Reads what is there and deregisters. A task's account is there before anyone can have waited for the task: none is
 * missed.
 */
void taskstats_stop(struct taskstats_client *client);
void taskstats_clear(struct taskstats_client *client);

#endif
