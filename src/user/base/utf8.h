/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Taking bytes apart that should be UTF-8 and may not be: names and arguments of processes are any
 * bytes.
 */
#ifndef USER_BASE_UTF8_H
#define USER_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands for bytes that are no character: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/*
 * One character, or one maximal part of a character that is none (Unicode 15, 3.9, "U+FFFD
 * Substitution").
 */
struct utf8_unit {
	uint32_t code; /* code point; of no meaning where it is not valid */
	uint8_t size;  /* bytes */
	bool valid;
};

/* The unit at the start of `size` bytes, of which there is at least one. */
struct utf8_unit utf8_next(const char *bytes, size_t size);

bool utf8_is_valid(const char *bytes, size_t size);

#endif
