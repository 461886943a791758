/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tests whether the kernel may switch to another task while a program runs. If it does, it skips
 * the program for every other task of that CPU until the first task continues.
 */
#ifndef USER_ENGINE_PREEMPT_PROBE_H
#define USER_ENGINE_PREEMPT_PROBE_H

#include <stdbool.h>

/* Returns whether this kernel can preempt kernel code at all; true if not known. */
bool preempt_is_possible(void);

/*
 * Returns whether it preempts programs on raw tracepoints (since Linux 7.0); true if not known.
 * Tested once, with such a program.
 */
bool preempt_hits_raw_tracepoints(void);

#endif
