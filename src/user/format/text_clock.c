// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats the time of a text line; see text_clock.h. */
#include "format/text_clock.h"

#include <string.h>
#include <time.h>

#include "base/fmt.h"

/* "2026-01-31" */
#define DATE_SIZE 10

#define SECOND_NS 1000000000ll

static const char *const names[TIME_STYLE_COUNT] = {
	[TIME_STYLE_LOCAL] = "local", [TIME_STYLE_UTC] = "utc",	    [TIME_STYLE_DATE] = "date",
	[TIME_STYLE_REL] = "rel",     [TIME_STYLE_DELTA] = "delta", [TIME_STYLE_NONE] = "none",
};

int time_style_find(const char *name)
{
	for (int style = 0; style < TIME_STYLE_COUNT; style++)
		if (!strcmp(name, names[style]))
			return style;
	return -1;
}

void text_clock_start(struct text_clock *clock, uint64_t boot_ns)
{
	clock->origin_ns = boot_ns;
	clock->has_origin = true;
}

static void format_second(struct text_clock *clock, time_t second, bool utc)
{
	struct tm tm;
	char *at = clock->text;

	if (utc)
		gmtime_r(&second, &tm);
	else
		localtime_r(&second, &tm);
	at = fmt_digits(at, tm.tm_year + 1900, 4);
	*at++ = '-';
	at = fmt_digits(at, tm.tm_mon + 1, 2);
	*at++ = '-';
	at = fmt_digits(at, tm.tm_mday, 2);
	*at++ = ' ';
	at = fmt_digits(at, tm.tm_hour, 2);
	*at++ = ':';
	at = fmt_digits(at, tm.tm_min, 2);
	*at++ = ':';
	at = fmt_digits(at, tm.tm_sec, 2);
	*at++ = '.';
	*at = '\0';
	clock->second = second;
	clock->day = (tm.tm_year + 1900) * 366 + tm.tm_yday;
}

bool text_clock_set(struct text_clock *clock, const struct run *run, uint64_t boot_ns)
{
	const int day = clock->day;
	int64_t second;

	if (run->time >= TIME_STYLE_REL)
		return false;
	second = fmt_split_seconds(real_time(run, boot_ns), &clock->rest_ns);
	if (second == clock->second && *clock->text)
		return false;
	format_second(clock, second, run->time == TIME_STYLE_UTC);
	return day && day != clock->day && run->time != TIME_STYLE_DATE;
}

const char *text_clock_date(char date[static 11], const struct text_clock *clock)
{
	memcpy(date, clock->text, DATE_SIZE);
	date[DATE_SIZE] = '\0';
	return date;
}

/* Writes a time of day, with the date if it is wanted. */
static void put_moment(struct display *line, const struct text_clock *clock, enum time_style style)
{
	char text[sizeof(clock->text) + sizeof("123Z")], *at = text;

	if (style == TIME_STYLE_DATE)
		at = fmt_bytes(at, clock->text, DATE_SIZE + 1);
	at = fmt_bytes(at, clock->text + DATE_SIZE + 1, sizeof("23:59:59.") - 1);
	at = fmt_digits(at, clock->rest_ns / 1000000, 3);
	if (style == TIME_STYLE_UTC)
		*at++ = 'Z';
	display_plain(line, text, at - text);
}

/*
 * Writes a number of seconds, at the right of its column. It can be negative: the events of two
 * CPUs need not be in the order of their times.
 */
static void put_seconds(struct display *line, int64_t ns)
{
	const uint64_t size = ns < 0 ? -(uint64_t)ns : (uint64_t)ns;
	char digits[1 + FMT_U64_MAX + sizeof(".123456")], *end = digits;
	const size_t width = text_clock_width(TIME_STYLE_REL);

	if (ns < 0)
		*end++ = '-';
	end = fmt_u64(end, size / SECOND_NS);
	*end++ = '.';
	end = fmt_digits(end, size % SECOND_NS / 1000, 6);
	*end = '\0';
	for (size_t used = end - digits; used < width; used++)
		display_string(line, " ");
	display_string(line, digits);
}

void text_clock_put(struct display *line, struct text_clock *clock, const struct run *run,
		    uint64_t boot_ns)
{
	if (run->time < TIME_STYLE_REL) {
		put_moment(line, clock, run->time);
		return;
	}
	if (run->time == TIME_STYLE_NONE)
		return;
	if (!clock->has_origin)
		text_clock_start(clock, boot_ns);
	put_seconds(line, (int64_t)(boot_ns - clock->origin_ns));
	if (run->time == TIME_STYLE_DELTA)
		clock->origin_ns = boot_ns;
}
