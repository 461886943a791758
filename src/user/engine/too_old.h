/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel features that the programs need besides BPF itself. Checked after the kernel has
 * refused them.
 */
#ifndef USER_ENGINE_TOO_OLD_H
#define USER_ENGINE_TOO_OLD_H

#include <stdbool.h>

#include "base/reason.h"

/*
 * Fills *why with all features that the running kernel lacks, the Linux version that introduced
 * each, and its purpose. Returns the result of reason_set(), or 0 if nothing is missing.
 */
int too_old(struct reason *why);

/* The same for one feature that the caller has found missing. */
int too_old_without(const char *what, const char *since, const char *purpose, struct reason *why);

/*
 * Returns whether a struct of the running kernel has a field, also inside unnamed members; true if
 * not known.
 */
bool too_old_has_field(const char *type, const char *field);

#endif
