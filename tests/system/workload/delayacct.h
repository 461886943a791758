/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's switch for delay accounting, and its way back. */
#ifndef TESTS_SYSTEM_WORKLOAD_DELAYACCT_H
#define TESTS_SYSTEM_WORKLOAD_DELAYACCT_H

#include <stdbool.h>

/*
 * Switches it for tasks that begin from now on. Returns false where this kernel has no switch. What
 * it was before comes back with delayacct_restore(), and when the test dies before that.
 */
bool delayacct_switch(bool on);

/* Does nothing where nothing was switched. */
void delayacct_restore(void);

#endif
