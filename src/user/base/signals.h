/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT and SIGTERM: the first requests an orderly end, the second an immediate end. After the
 * first, blocking calls return EINTR repeatedly, so that every call notices it.
 */
#ifndef USER_BASE_SIGNALS_H
#define USER_BASE_SIGNALS_H

#include <sys/types.h>

/*
 * Installs the handlers. If `command` is the pid of a child (0: none), the first signal is
 * forwarded to the child instead, while it is running. A signal from the terminal is not forwarded,
 * because the terminal sends it to the child too. The run ends when the child does.
 */
void signals_install(pid_t command);

/* Returns how many times the run was asked to end. */
int signals_count(void);

/* Returns the last signal that asked the run to end, or 0. */
int signals_last(void);

#endif
