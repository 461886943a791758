/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Formats arbitrary bytes for a terminal. Control characters and anything else that would disturb
 * the layout are escaped. Words that contain more than plain characters are quoted in shell syntax,
 * so that no information is lost.
 */
#ifndef USER_BASE_DISPLAY_H
#define USER_BASE_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A line that is being written. What does not fit, and everything after it, is dropped, and `full`
 * is set.
 */
struct display {
	char *at;
	char *limit;	/* end of the buffer */
	size_t columns; /* columns in use, one for each character */
	size_t width;	/* columns available */
	char *cut;	/* last position after which DISPLAY_CUT fits */
	bool full;
};

/* Marks the end of a line that was cut. */
#define DISPLAY_CUT "..."

/* Writes plain ASCII text, or a number in decimal. */
void display_plain(struct display *display, const char *bytes, size_t size);
void display_string(struct display *display, const char *string);
void display_u64(struct display *display, unsigned long long number);

/* Writes a duration with one decimal in a suitable unit: "1.2ms". */
void display_duration(struct display *display, unsigned long long ns);

/* Pads with spaces up to a column; with at least one space if the line is not empty. */
void display_column(struct display *display, size_t column);

/* Writes untrusted bytes as one word: quoted if needed, '' if empty. */
void display_word(struct display *display, const char *bytes, size_t size);

/*
 * Writes untrusted bytes as the last text of a line. Quotes them only if they contain something
 * that must be escaped.
 */
void display_rest(struct display *display, const char *bytes, size_t size);

#endif
