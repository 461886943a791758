/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs of `procsieve ps`. */
#ifndef TESTS_SYSTEM_HARNESS_RUN_PS_H
#define TESTS_SYSTEM_HARNESS_RUN_PS_H

#include "harness/records.h"

/*
 * Runs `procsieve ps --standalone -j WORDS...`, which must end with 0 and say nothing on standard
 * error. Returns its records, an array that the caller owns: they begin and end as they should, and
 * the end counts the processes.
 */
json_t *snapshot_take(const char *const *words);

/* Runs it with these words alone; as text, or to be refused. tool_clear() frees it. */
void snapshot_run(struct tool *tool, const char *const *words);

/*
 * Records by the ids of threads, those of processes by that of the leader; fails where there are
 * two. The caller owns it.
 */
json_t *snapshot_index(const json_t *records);

/* NULL: none. */
json_t *snapshot_find(const json_t *index, pid_t tid);

/*
 * The ids of what is told, in its order, of threads theirs. Returns the count; the caller frees
 * them.
 */
size_t snapshot_ids(const json_t *records, pid_t **ids);

#endif
