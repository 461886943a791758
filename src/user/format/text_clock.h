/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time at the start of a text line, in one of the styles of enum time_style. */
#ifndef USER_FORMAT_TEXT_CLOCK_H
#define USER_FORMAT_TEXT_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/display.h"
#include "format/format.h"

/* What a printer keeps from line to line. All zero at first. */
struct text_clock {
	char text[24]; /* of the second `second`: "2026-01-31 23:59:59."; "" at first */
	int64_t second;
	int day;	    /* of that second, different on each day; 0: none yet */
	uint32_t rest_ns;   /* of the current line */
	uint64_t origin_ns; /* boot time that TIME_STYLE_REL and TIME_STYLE_DELTA count from */
	bool has_origin;
};

/* Sets the origin: the start of the run. */
void text_clock_start(struct text_clock *clock, uint64_t boot_ns);

/*
 * Sets the time of the next line. Returns whether its date is another than that of the line before,
 * in a style that does not show the date.
 */
bool text_clock_set(struct text_clock *clock, const struct run *run, uint64_t boot_ns);

/* Writes the time of the line: text_clock_width() columns. */
void text_clock_put(struct display *line, struct text_clock *clock, const struct run *run,
		    uint64_t boot_ns);

/* Returns the date of the line, "2026-01-31". Only valid in a style with a time of day. */
const char *text_clock_date(char date[static 11], const struct text_clock *clock);

/* Returns the width of the time, 0 if none is shown. */
static inline size_t text_clock_width(enum time_style style)
{
	static const unsigned char widths[TIME_STYLE_COUNT] = {
		[TIME_STYLE_LOCAL] = sizeof("23:59:59.123") - 1,
		[TIME_STYLE_UTC] = sizeof("23:59:59.123Z") - 1,
		[TIME_STYLE_DATE] = sizeof("2026-01-31 23:59:59.123") - 1,
		[TIME_STYLE_REL] = sizeof("12345.123456") - 1,
		[TIME_STYLE_DELTA] = sizeof("12345.123456") - 1,
	};

	return widths[style];
}

/* Returns the style with that name, or -1. */
int time_style_find(const char *name);

#endif
