/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes arbitrary bytes as JSON strings: always valid UTF-8, and of a size known in advance.
 * Invalid UTF-8 becomes U+FFFD; base64 can contain the exact bytes.
 */
#ifndef USER_FORMAT_JSON_STRING_H
#define USER_FORMAT_JSON_STRING_H

#include <stdbool.h>
#include <stddef.h>

/* Maximum size of one escaped byte. */
#define JSON_ESCAPED_MAX 6

/* Returns whether none of the bytes needs escaping. */
bool json_is_plain(const char *bytes, size_t size);

/*
 * Returns how many of the bytes, in whole characters, fit in `room` bytes once they are escaped;
 * with `exact`, together with their base64 form.
 */
size_t json_fit(const char *bytes, size_t size, size_t room, bool exact);

/* Write the bytes at `at`, without quotation marks, and return the end. */
char *json_escape(char *at, const char *bytes, size_t size);
char *json_base64(char *at, const char *bytes, size_t size);

/* Returns the size of the base64 form of `size` bytes. */
static inline size_t json_base64_size(size_t size)
{
	return (size + 2) / 3 * 4;
}

#endif
