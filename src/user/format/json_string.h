/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as JSON strings: always valid UTF-8, in a room that is known beforehand. What is no
 * UTF-8 becomes U+FFFD and can be given exactly in base64 beside it.
 */
#ifndef USER_FORMAT_JSON_STRING_H
#define USER_FORMAT_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/* The most that one byte becomes. */
#define JSON_ESCAPED_MAX 6

/* Do all the bytes stand in a string as they are? */
bool json_is_plain(const char *bytes, size_t size);

/*
 * How many of the bytes, whole characters, fit into `room` bytes once escaped; with `exact`,
 * together with their base64.
 */
size_t json_fit(const char *bytes, size_t size, size_t room, bool exact);

/* Write at `at`, without quotation marks, and return the end. */
char *json_escape(char *at, const char *bytes, size_t size);
char *json_base64(char *at, const char *bytes, size_t size);

/* How long that becomes. */
static inline size_t json_base64_size(size_t size)
{
	return (size + 2) / 3 * 4;
}

#endif
