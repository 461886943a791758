/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Translates the cgroups of a filter into keys of the sieve's tables. */
#ifndef USER_ENGINE_SIEVE_CGROUPS_H
#define USER_ENGINE_SIEVE_CGROUPS_H

#include <stdbool.h>

#include "engine/sieve_compile.h"

/* Passes a key of by_path or by_glob to `add_value` for each cgroup of the filter (id or path). */
int sieve_add_cgroups(const struct procsieve_filter *filter, sieve_add_value *add_value,
		      void *context);

/* Returns whether the filter has paths with a '*'. */
bool sieve_has_globs(const struct procsieve_filter *filter);

#endif
