/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that waits until it is watched before it starts: watch -- COMMAND, check. */
#ifndef USER_BASE_SPAWN_H
#define USER_BASE_SPAWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/reason.h"

struct spawn {
	pid_t pid;
	int release_fd; /* pipe to the child; one byte releases it; -1: released */
	/*
	 * Shared with the child, which sets it: clock_boot_ns() of its exec; 0: not yet, or failed
	 */
	volatile uint64_t *exec_ns;
};

/*
 * Forks a child that will, once released, execute a command or call `body` and exit. Returns 0, or
 * what reason_set() returns.
 */
int spawn_prepare(struct spawn *spawn, char *const argv[], struct reason *why);
int spawn_prepare_body(struct spawn *spawn, void (*body)(void), struct reason *why);

/*
 * Lets the child run. If it is never called, the child exits with its parent without running
 * anything.
 */
void spawn_release(struct spawn *spawn);

/* Returns clock_boot_ns() of the child's exec; 0: there was none yet, or it failed. */
uint64_t spawn_exec_ns(const struct spawn *spawn);

/* If the child was never released: ends and reaps it. Returns whether this was done. */
bool spawn_cancel(struct spawn *spawn);

/*
 * Waits for the child, or until the run is asked to end (signals.h). Returns its status in the form
 * that shells use: the exit code, or 128 plus the signal number; 126 or 127 if the command could
 * not be run or was not found. If the child still runs, returns 128 plus the signal that ended the
 * wait.
 */
int spawn_wait(const struct spawn *spawn);

#endif
