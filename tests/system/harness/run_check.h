/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel supports, as `procsieve check` reports it. */
#ifndef TESTS_SYSTEM_HARNESS_RUN_CHECK_H
#define TESTS_SYSTEM_HARNESS_RUN_CHECK_H

#include "harness/records.h"

/*
 * Runs check with `--hooks MODE` (NULL: without the option). Returns its JSON, which the caller
 * owns, or NULL if it printed none.
 */
json_t *check_run(const char *mode);

bool check_works(const json_t *answer, const char *type);

/* The names of the hooks that serve an event type. Owned by `answer`. */
const json_t *check_hooks(const json_t *answer, const char *type);

/* Returns whether running a set-user-ID program is reported as a uid and a gid event. */
bool check_reports_set_uid(const json_t *answer);

#endif
