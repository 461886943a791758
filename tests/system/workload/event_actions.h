/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Actions that cause proc connector events, for the comparison with procsieve's events. */
#ifndef TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H
#define TESTS_SYSTEM_WORKLOAD_EVENT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Each action runs in a child process of its own, which exits afterwards. */
struct action {
	const char *name;
	void (*run)(void);
};

extern const struct action actions[];
extern const size_t action_count;

/*
 * Makes a set-user-ID and set-group-ID program for the actions that need one (without these bits
 * for kernels on which their effect cannot be reported). Removed by actions_clear(). Returns false
 * if there is no directory for such a program.
 */
bool actions_prepare(bool set_uid);
void actions_clear(void);

/*
 * A process that performs `count` actions, all of them once and then random ones, each in a child
 * process. It waits to be started, so that it can be watched from the beginning.
 */
struct action_runner {
	pid_t pid;
	char text[16];
	int gate;
};

void action_runner_start(struct action_runner *runner, unsigned int count);

/* Starts the actions and waits for the process to end. */
void action_runner_run(struct action_runner *runner);

#endif
