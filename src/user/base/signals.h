/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT, SIGTERM and SIGHUP: the first requests an orderly end, the second an immediate end. After
 * the first, blocking calls return EINTR repeatedly, so that every call notices it. Once a file can
 * be reopened, a SIGHUP that a process sends asks for that instead.
 */
#ifndef USER_BASE_SIGNALS_H
#define USER_BASE_SIGNALS_H

#include <stdbool.h>
#include <sys/types.h>

/* Installs the handlers. */
void signals_install(void);

/*
 * From now on the first signal is forwarded to this child instead, while it is running. A signal
 * from the terminal is not forwarded, because the terminal sends it to the child too. The run ends
 * when the child does.
 */
void signals_forward_to(pid_t command);

/*
 * From now on a SIGHUP that a process sends asks to reopen the output. One from the kernel, whose
 * terminal is gone, still asks to end, unless SIGHUP was ignored at the start.
 */
void signals_catch_hangup(void);

/* Takes that back: a SIGHUP asks to end again, unless it was ignored at the start. */
void signals_hangup_ends(void);

/* Returns whether a SIGHUP has asked to reopen the output since the last call. */
bool signals_consume_hangup(void);

/* Returns how many times the run was asked to end. */
int signals_count(void);

/* Returns the last signal that asked the run to end, or 0. */
int signals_last(void);

#endif
