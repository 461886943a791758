/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Switches the kernel's delay accounting, and restores it. */
#ifndef TESTS_SYSTEM_WORKLOAD_DELAYACCT_H
#define TESTS_SYSTEM_WORKLOAD_DELAYACCT_H

#include <stdbool.h>

/*
 * Switches it for tasks that start from now on. Returns false if this kernel has no such switch.
 * The former value is restored by delayacct_restore(), or if the test dies before that.
 */
bool delayacct_switch(bool on);

/* Does nothing if nothing was switched. */
void delayacct_restore(void);

#endif
