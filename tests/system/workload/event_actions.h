/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions that cause proc connector events, for the comparison with procsieve's events. */
#ifndef TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H
#define TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Each action runs in a child process of its own, which exits afterwards. */
struct deed {
	const char *name;
	void (*run)(void);
};

extern const struct deed deeds[];
extern const size_t deed_count;

/*
 * Makes a set-user-ID and set-group-ID program for the actions that need one (without these bits
 * for kernels on which their effect cannot be reported). Removed by deeds_clear(). Returns false if
 * there is no directory for such a program.
 */
bool deeds_prepare(bool set_uid);
void deeds_clear(void);

/*
 * A process that performs `count` actions, all of them once and then random ones, each in a child
 * process. It waits to be started, so that it can be watched from the beginning.
 */
struct root {
	pid_t pid;
	char text[16];
	int gate;
};

void root_start(struct root *root, unsigned int count);

/* Starts the actions and waits for the process to end. */
void root_run(struct root *root);

#endif
