/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proc connector as an oracle: collects all its events during a test. A separate thread reads
 * them, so that the socket does not overflow.
 */
#ifndef TESTS_SYSTEM_ORACLE_PROC_CONNECTOR_H
#define TESTS_SYSTEM_ORACLE_PROC_CONNECTOR_H

#include <linux/cn_proc.h>
#include <stdbool.h>
#include <stddef.h>

struct connector {
	struct proc_event *events;
	size_t count;
	bool overrun; /* the socket's receive buffer has overflowed */

	/* Private to the reader. */
	int fd;
	size_t room;
	unsigned long thread;
};

/*
 * Subscribes and starts the reader. Returns false if the kernel has no proc connector or refuses.
 */
bool connector_start(struct connector *connector);

/*
 * Reads the remaining events and unsubscribes. The kernel queues an event before the task
 * continues, so no event of a task that has been waited for is missed.
 */
void connector_stop(struct connector *connector);
void connector_clear(struct connector *connector);

#endif
