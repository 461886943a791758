/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A user's words inside a message: in quotation marks, so that blanks show, without anything that a
 * terminal would obey, and not longer than a line can bear.
 */
#ifndef USER_BASE_QUOTE_H
#define USER_BASE_QUOTE_H

#define QUOTE_SIZE 180 /* two of them fit in a struct reason */

/*
 * Writes the quoted text into `out` and returns it. Bytes outside printable ASCII become \x1b and
 * the like; what is too long ends in "...".
 */
const char *quote_into(char out[QUOTE_SIZE], const char *text);

/* The same in memory that lives as long as the block around the call. */
#define quote(text) quote_into((char[QUOTE_SIZE]){0}, text)

#endif
