/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs need of a kernel beyond BPF itself, looked for once it has refused them. */
#ifndef USER_ENGINE_TOO_OLD_H
#define USER_ENGINE_TOO_OLD_H

#include <stdbool.h>

#include "base/reason.h"

/*
 * Fills *why with all that the running kernel lacks: since which Linux there is that, and what it
 * is needed for. Returns what reason_set() does, or 0 where nothing is lacking.
 */
int too_old(struct reason *why);

/* The same for one thing that the caller has found missing. */
int too_old_without(const char *what, const char *since, const char *purpose, struct reason *why);

/*
 * Has this struct of the running kernel such a field, in an anonymous member too? Where that cannot
 * be known: yes.
 */
bool too_old_has_field(const char *type, const char *field);

#endif
