/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel features that the programs need besides BPF itself. Checked after the kernel has
 * refused them.
 */
#ifndef USER_ENGINE_REQUIRED_FEATURES_H
#define USER_ENGINE_REQUIRED_FEATURES_H

#include <stdbool.h>

#include "base/reason.h"

/*
 * Fills *why with all features that the running kernel lacks, the Linux version that introduced
 * each, and its purpose. Returns the result of reason_set(), or 0 if nothing is missing.
 */
int features_check(struct reason *why);

/* The same for one feature that the caller has found missing. */
int features_refuse(const char *what, const char *since, const char *purpose, struct reason *why);

/*
 * Returns whether a struct of the running kernel has a field, also inside unnamed members; true if
 * not known.
 */
bool features_has_field(const char *type, const char *field);

#endif
