/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON of any length to a stdio stream. All strings are escaped. For output that is printed
 * once; records use json_line.h, which is faster.
 */
#ifndef USER_FORMAT_JSON_STREAM_H
#define USER_FORMAT_JSON_STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_stream {
	FILE *out;
	bool filled; /* the innermost object or list has a member already */
};

/*
 * Open and close an object or list. `bracket` is '{', '}', '[' or ']'. `key` is NULL in a list and
 * for the outermost value.
 */
void json_open(struct json_stream *json, const char *key, char bracket);
void json_close(struct json_stream *json, char bracket);

/* Write one member of an object, or of a list if `key` is NULL. */
void json_text(struct json_stream *json, const char *key, const char *text);
void json_bool(struct json_stream *json, const char *key, bool value);
void json_number(struct json_stream *json, const char *key, uint64_t number);
void json_seconds(struct json_stream *json, const char *key, double seconds); /* 3 decimals */

#endif
