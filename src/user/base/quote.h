/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotes user input for messages: in quotation marks, so that spaces are visible, without anything
 * that a terminal would interpret, and truncated to a length that fits on a line.
 */
#ifndef USER_BASE_QUOTE_H
#define USER_BASE_QUOTE_H

#define QUOTE_SIZE 180 /* two of them fit in a struct reason */

/*
 * Writes the quoted text into `out` and returns `out`. Bytes outside printable ASCII become \x1b
 * and the like. Text that is too long is cut and ends in "...".
 */
const char *quote_into(char out[QUOTE_SIZE], const char *text);

/* The same, in memory that is valid until the end of the enclosing block. */
#define quote(text) quote_into((char[QUOTE_SIZE]){0}, text)

#endif
