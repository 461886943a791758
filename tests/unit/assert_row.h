/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of the text format, and bytes that they must not contain. */
#ifndef TESTS_UNIT_ASSERT_ROW_H
#define TESTS_UNIT_ASSERT_ROW_H

#include <locale.h>
#include <wchar.h>
#include <wctype.h>

#include "format/format.h"
#include "record_builder.h"
#include "run_builder.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The columns' positions as displayed. */
enum { AT_PID = 22, AT_WHAT = 47, AT_COMMAND = 67 };

static char memory[FORMAT_MAX_LINE];
static struct run run = {.max_line = 8000};

static inline const char *format_record(const struct built_record *built)
{
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	format_text.event(printer_of(&format_text, &out, &run, 0), &built->header, built->size);
	assert_int_equal(out.end[-1], '\n');
	out.end[-1] = '\0';
	assert_null(strchr(memory, '\n'));
	return memory;
}

static inline int set_up(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	run = (struct run){.max_line = 8000};
	return 0;
}

/*
 * Bytes that a terminal would interpret, or that would be displayed as something else or not at
 * all.
 */
static const char *const harmful[] = {
	"\x1b[2J",
	"\a\b\r\n\v",
	"\x7f",
	"\xc2\x9b"
	"2J",
	"\xe2\x80\xae",
	"\xe2\x81\xa6",
	"\xe2\x80\xa8",
	"\xe2\x80\x8f",
	"\xef\xbb\xbf",
	"\xd8\x9c",
	"\xff\xfe",
	"\xe2\x82",
	"\xed\xa0\x80",
	"\xc0\x9b",
	"\x80\x9b",
	"\xe2\x80\x8b",
	"\x01",
	"\t",
};

/* Uses the C library's strict decoder, which has its own list of control characters. */
static inline void assert_harmless(const char *text)
{
	wchar_t wide[1000];
	size_t count;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	count = mbstowcs(wide, text, LENGTH(wide));
	if (count >= LENGTH(wide))
		fail_msg("no UTF-8: %s", text);
	for (size_t i = 0; i < count; i++)
		if (iswcntrl(wide[i]) ||
		    wcschr(L"\x061c\x200b\x200c\x200d\x200e\x200f\x2028\x2029\x202a\x202b\x202c"
			   L"\x202d\x202e\x2060\x2066\x2067\x2068\x2069\xfeff",
			   wide[i]))
			fail_msg("U+%04X in: %s", (unsigned int)wide[i], text);
}

/* Removes the colours; the last escape sequence must be the reset. */
static inline void remove_colors(void)
{
	const char *last = "";
	char *to = memory;

	for (const char *at = memory; *at;) {
		if (*at == '\x1b') {
			last = strncmp(at, "\x1b[0m", 4) ? at : "\x1b[0m";
			at = strchr(at, 'm') + 1;
			continue;
		}
		*to++ = *at++;
	}
	*to = '\0';
	assert_memory_equal(last, "\x1b[0m", 4);
}

#endif
