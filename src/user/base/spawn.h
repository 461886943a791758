/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that waits with what it is to do until it is watched: watch -- COMMAND, check. */
#ifndef USER_BASE_SPAWN_H
#define USER_BASE_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/reason.h"

struct spawn {
	pid_t pid;
	int gate; /* a word through it: the child goes; -1: it has gone */
};

/*
 * Forks a child that will execute a command, or call `body` and end. Returns 0, or what
 * reason_set() returns.
 */
int spawn_prepare(struct spawn *spawn, char *const argv[], struct reason *why);
int spawn_prepare_body(struct spawn *spawn, void (*body)(void), struct reason *why);

/* Lets it go. Without this it ends, having run nothing, when its parent does. */
void spawn_release(struct spawn *spawn);

/* Ends and reaps a child that was never released. Returns whether that was the case. */
bool spawn_abandoned(struct spawn *spawn);

/*
 * Waits for it, until the run is asked to end (signals.h). Returns its status as a shell tells it:
 * the exit code, or 128 and the signal; 126 and 127 where COMMAND could not be run or found. Where
 * it runs on, it is 128 and the signal that ended the wait.
 */
int spawn_wait(const struct spawn *spawn);

#endif
