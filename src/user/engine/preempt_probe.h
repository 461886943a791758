/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May the kernel switch to another task in the midst of a program? Then it passes over that program
 * for every other task of the CPU, until the first is back.
 */
#ifndef USER_ENGINE_PREEMPT_PROBE_H
#define USER_ENGINE_PREEMPT_PROBE_H

#include <stdbool.h>

/* Is this a kernel that switches tasks inside itself at all? Unknown counts as yes. */
bool preempt_is_possible(void);

/*
 * Does it do so in programs on raw tracepoints? (Since Linux 7.0.) Looked at once, by such a
 * program. Unknown counts as yes.
 */
bool preempt_hits_raw_tracepoints(void);

#endif
