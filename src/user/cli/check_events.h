/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that generates one event of each type, to check whether the events arrive. */
#ifndef USER_CLI_CHECK_EVENTS_H
#define USER_CLI_CHECK_EVENTS_H

#include "base/reason.h"
#include "base/spawn.h"

/* Starts the child, which waits until spawn_release(). Returns 0, or what reason_set() returned. */
int check_events_prepare(struct spawn *spawn, struct reason *why);

/*
 * Waits for the child after spawn_release(). Returns 0, or what reason_set() returned if the child
 * could not cause all events.
 */
int check_events_wait(const struct spawn *spawn, struct reason *why);

#endif
