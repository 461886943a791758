/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs `procsieve ps`. */
#ifndef TESTS_SYSTEM_HARNESS_RUN_PS_H
#define TESTS_SYSTEM_HARNESS_RUN_PS_H

#include "harness/records.h"

/*
 * Runs `procsieve ps --standalone -j WORDS...`, which must exit with 0 and print nothing on
 * standard error. Checks the first and last record and the process count in the last one. Returns
 * the records, an array that the caller owns.
 */
json_t *run_ps(const char *const *words);

/* Runs ps with exactly these words: for text output, or for usage errors. Freed by tool_clear(). */
void snapshot_run(struct tool *tool, const char *const *words);

/*
 * Indexes records by thread ID (a process record by its leader's). Fails on a duplicate. The caller
 * owns the index.
 */
json_t *snapshot_index(const json_t *records);

/* Returns NULL if there is none. */
json_t *snapshot_find(const json_t *index, pid_t tid);

/*
 * The IDs of the reported processes, in output order; thread IDs for thread records. Returns the
 * count; the caller frees the array.
 */
size_t snapshot_ids(const json_t *records, pid_t **ids);

#endif
