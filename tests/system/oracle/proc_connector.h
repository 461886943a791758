/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proc connector as an oracle: all that the kernel says over it, while a test does things. A
 * thread of its own reads, so that nothing is lost.
 */
#ifndef TESTS_SYSTEM_ORACLE_PROC_CONNECTOR_H
#define TESTS_SYSTEM_ORACLE_PROC_CONNECTOR_H

#include <linux/cn_proc.h>
#include <stdbool.h>
#include <stddef.h>

struct connector {
	struct proc_event *events;
	size_t count;
	bool overrun; /* the kernel had more than the socket could take */

	/* The reader's own. */
	int fd;
	size_t room;
	unsigned long thread;
};

/*
 * Subscribes and starts to read. Returns false where the kernel has no proc connector or refuses.
 */
bool connector_start(struct connector *connector);

/*
 * Reads what is there and unsubscribes. The kernel queues an event before what it tells of goes on:
 * of tasks that have been waited for none is missed.
 */
void connector_stop(struct connector *connector);
void connector_clear(struct connector *connector);

#endif
