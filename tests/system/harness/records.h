/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a run of `procsieve watch -j`, read by a JSON parser that is not ours. */
#ifndef TESTS_SYSTEM_HARNESS_RECORDS_H
#define TESTS_SYSTEM_HARNESS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "harness/run_tool.h"

/* Starts `procsieve watch -j WORDS...` and returns when it listens. */
void watch_start(struct tool *tool, const char *const *words);

/*
 * Stops it where it still runs, checks that it ended with 0, and returns its records, an array that
 * the caller owns.
 */
json_t *watch_finish(struct tool *tool);

/*
 * The lines of a text as an array of objects. Fails on what is no strict JSON, and on a gap in
 * `seq`.
 */
json_t *records_load(const char *text);

/* Every record of an array, in order. */
#define records_each(records, record)                                                    \
	for (size_t records_at = 0; records_at < json_array_size(records) &&             \
				    ((record) = json_array_get(records, records_at), 1); \
	     records_at++)

bool record_is(const json_t *record, const char *type);

/* A field of a record; fails where it is missing or of another type. */
int64_t record_number(const json_t *record, const char *key);
uint64_t record_wide(const json_t *record, const char *key); /* a number in a string */
const char *record_text(const json_t *record, const char *key);

/*
 * The exact bytes of a string, or of item `at` of a list: from `KEY_b64` where that is there.
 * Zero-terminated; the caller frees them.
 */
char *record_bytes(const json_t *record, const char *key, size_t *size);
char *record_item(const json_t *record, const char *key, size_t at, size_t *size);

/* How many items a list has; 0 where the field is missing. */
size_t record_items(const json_t *record, const char *key);

/* Does `trunc` name the field? */
bool record_is_cut(const json_t *record, const char *key);

/* The wait(2) status that an exit record tells. */
int record_status(const json_t *record);

/* The records of a type, of one process (0: of any). */
size_t records_count(const json_t *records, const char *type, pid_t pid);

/* The one record of that type and process. Fails where there is none, or more than one. */
json_t *records_only(const json_t *records, const char *type, pid_t pid);

/* How many events were lost, by the closing record. */
int64_t records_lost(const json_t *records);

#endif
