/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A child that does one of everything that there are events for, so that it can be seen whether
 * they come.
 */
#ifndef USER_CLI_CHECK_EVENTS_H
#define USER_CLI_CHECK_EVENTS_H

#include "base/reason.h"
#include "base/spawn.h"

/* Starts the child; it waits until spawn_release(). Returns 0, or what reason_set() returns. */
int check_events_prepare(struct spawn *spawn, struct reason *why);

#endif
