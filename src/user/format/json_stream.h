/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON of any length to a stdio stream, with every string escaped: for what is printed once.
 * Records, of which there are millions, have json_line.h.
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
 * Opens and closes an object or a list: `bracket` is one of "{", "}", "[", "]". `key` is NULL in a
 * list, and for the outermost one.
 */
void json_open(struct json_stream *json, const char *key, char bracket);
void json_close(struct json_stream *json, char bracket);

/* One member: of an object, or of a list where `key` is NULL. */
void json_text(struct json_stream *json, const char *key, const char *text);
void json_bool(struct json_stream *json, const char *key, bool value);
void json_number(struct json_stream *json, const char *key, uint64_t number);
void json_seconds(struct json_stream *json, const char *key, double seconds); /* milliseconds */

#endif
