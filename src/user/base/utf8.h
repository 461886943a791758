/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decodes UTF-8 that may be invalid: names and arguments of processes can contain any bytes. */
#ifndef USER_BASE_UTF8_H
#define USER_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces bytes that are not valid UTF-8: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/*
 * One character, or the maximal part of an invalid sequence that is replaced as one (Unicode 15,
 * 3.9, "U+FFFD Substitution").
 */
struct utf8_unit {
	uint32_t code; /* code point; undefined if not valid */
	uint8_t size;  /* bytes */
	bool valid;
};

/* Returns the unit at the start of `size` bytes; `size` is at least 1. */
struct utf8_unit utf8_next(const char *bytes, size_t size);

/* Returns whether all bytes are valid UTF-8. */
bool utf8_is_valid(const char *bytes, size_t size);

#endif
