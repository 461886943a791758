/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this kernel gives, as `procsieve check` says it. */
#ifndef TESTS_SYSTEM_HARNESS_RUN_CHECK_H
#define TESTS_SYSTEM_HARNESS_RUN_CHECK_H

#include "harness/records.h"

/* The answer, with `--hooks WAY` (NULL: without). NULL where there is none; the caller owns it. */
json_t *check_run(const char *way);

bool check_works(const json_t *answer, const char *type);

/* The names of the hooks that serve a type; the answer's. */
const json_t *check_hooks(const json_t *answer, const char *type);

/* Is running a set-uid program a uid and a gid event? */
bool check_tells_set_uid(const json_t *answer);

#endif
