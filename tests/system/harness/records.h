/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a `procsieve watch -j` run, read with jansson, not with our own code. */
#ifndef TESTS_SYSTEM_HARNESS_RECORDS_H
#define TESTS_SYSTEM_HARNESS_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "harness/run_tool.h"

/*
 * Starts `procsieve watch -j WORDS...` and returns when it is listening. `prepare`: see
 * tool_start_after(); NULL: nothing.
 */
void watch_start(struct tool *tool, const char *const *words);
void watch_start_after(struct tool *tool, const char *const *words, tool_prepare *prepare);

/*
 * Stops the tool if it is still running, checks that it exited with 0, and returns its records: an
 * array that the caller owns.
 */
json_t *watch_finish(struct tool *tool);

/*
 * Parses each line of a text into an array of objects. Fails on invalid JSON and on a gap in `seq`.
 */
json_t *records_load(const char *text);

/* Iterates over an array of records, in order. */
#define records_each(records, record)                                                    \
	for (size_t records_at = 0; records_at < json_array_size(records) &&             \
				    ((record) = json_array_get(records, records_at), 1); \
	     records_at++)

bool record_is(const json_t *record, const char *type);

/* A field of a record. Fails if the field is missing or has another type. */
int64_t record_number(const json_t *record, const char *key);
uint64_t record_u64(const json_t *record, const char *key); /* a 64-bit number in a string */
const char *record_text(const json_t *record, const char *key);

/*
 * The exact bytes of a string, or of item `at` of a list. Read from `KEY_b64` if that field exists.
 * Zero-terminated; the caller frees them.
 */
char *record_bytes(const json_t *record, const char *key, size_t *size);
char *record_item(const json_t *record, const char *key, size_t at, size_t *size);

/* The number of items of a list; 0 if the field is missing. */
size_t record_items(const json_t *record, const char *key);

/* Returns whether `trunc` names the field. */
bool record_is_cut(const json_t *record, const char *key);

/* The wait(2) status of an exit record. */
int record_status(const json_t *record);

/* The number of records of a type for one process (0: any process). */
size_t records_count(const json_t *records, const char *type, pid_t pid);

/* The only record of that type for that process. Fails if there is none or more than one. */
json_t *records_only(const json_t *records, const char *type, pid_t pid);

/* The number of lost events, from the closing record. */
int64_t records_lost(const json_t *records);

#endif
