/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes for a terminal: nothing that it would obey or that would disturb the layout comes
 * through, and words stay what they were: quoted as a shell understands it where they hold more
 * than plain characters.
 */
#ifndef USER_BASE_TERMINAL_H
#define USER_BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A line on its way. What does not fit any more, and all behind it, is left out, and `full` says
 * so.
 */
struct display {
	char *at;
	char *limit;	/* room in bytes */
	size_t columns; /* used; a character is taken for one */
	size_t width;	/* columns there are */
	char *cut;	/* the last place where DISPLAY_CUT has room behind it */
	bool full;
};

/* What stands at the end of a line that was cut. */
#define DISPLAY_CUT "..."

/* Plain text of our own. */
void terminal_string(struct display *display, const char *string);
void terminal_u64(struct display *display, unsigned long long number);

/* Nanoseconds with one decimal in the unit that fits: "1.2ms". */
void terminal_duration(struct display *display, unsigned long long ns);

/* Blanks up to a column; one at least, if anything stands before. */
void terminal_column(struct display *display, size_t column);

/* Foreign bytes as one word: quoted if need be, '' where empty. */
void terminal_word(struct display *display, const char *bytes, size_t size);

/*
 * Foreign bytes up to the end of a line: quoted only where they hold what is not to be shown as it
 * is.
 */
void terminal_rest(struct display *display, const char *bytes, size_t size);

#endif
