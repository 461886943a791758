/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT and SIGTERM: the first asks for an orderly end, the second for one at once. Blocking calls
 * return EINTR after the first, again and again, so that none can sleep through it.
 */
#ifndef USER_BASE_SIGNALS_H
#define USER_BASE_SIGNALS_H

#include <sys/types.h>

/*
 * Installs the handlers. With `command` (a child's process id; 0: none) the first signal is passed
 * on to it instead, as long as it lives, unless the signal comes from the terminal, which sends it
 * to the command as well; the run ends when the command does.
 */
void signals_install(pid_t command);

/* How many times was the run asked to end? */
int signals_count(void);

/* The signal that asked last; 0: none has. */
int signals_last(void);

#endif
