// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for a terminal; see display.h. */
#include "display.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "utf8.h"

/* One piece, whole or not at all. */
static void put_piece(struct display *display, const char *piece, size_t size, size_t columns)
{
	if (display->full || (size_t)(display->limit - display->at) < size ||
	    display->width - display->columns < columns) {
		display->full = true;
		return;
	}
	display->at = text_bytes(display->at, piece, size);
	display->columns += columns;
	if (display->width - display->columns >= sizeof(DISPLAY_CUT) - 1)
		display->cut = display->at;
}

void display_string(struct display *display, const char *string)
{
	for (; *string; string++)
		put_piece(display, string, 1, 1);
}

void display_number(struct display *display, unsigned long long number)
{
	char digits[TEXT_NUMBER_MAX];
	size_t size = text_number(digits, number) - digits;

	for (size_t i = 0; i < size; i++)
		put_piece(display, digits + i, 1, 1);
}

void display_duration(struct display *display, unsigned long long ns)
{
	static const struct {
		unsigned long long below_ns, unit_ns;
		const char *unit;
	} scales[] = {
		{1000000ull, 1000, "us"},
		{1000000000ull, 1000000, "ms"},
		{3600000000000ull, 1000000000, "s"},
		{86400000000000ull, 3600000000000, "h"},
		{ULLONG_MAX, 86400000000000, "d"},
	};
	unsigned int i = 0;

	while (ns >= scales[i].below_ns && scales[i].below_ns != ULLONG_MAX)
		i++;
	display_number(display, ns / scales[i].unit_ns);
	display_string(display, ".");
	display_number(display, ns % scales[i].unit_ns / (scales[i].unit_ns / 10));
	display_string(display, scales[i].unit);
}

void display_column(struct display *display, size_t column)
{
	if (display->columns)
		display_string(display, " ");
	while (display->columns < column && !display->full)
		display_string(display, " ");
}

/* Does a terminal show it as a character, and nothing else? C1 controls, line ends and changes of direction are not. */
static bool is_printable(struct utf8_unit unit)
{
	static const struct {
		uint32_t first, last;
	} invisible[] = {
		{0xad, 0xad},	  {0x61c, 0x61c},   {0x180e, 0x180e},
		{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
		{0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
	};
	uint32_t code = unit.code;

	if (unit.valid && code >= ' ' && code < 0x7f)
		return true;
	if (!unit.valid || code < ' ' || (code >= 0x7f && code < 0xa0))
		return false;
	for (size_t i = 0; i < sizeof(invisible) / sizeof(invisible[0]); i++)
		if (code >= invisible[i].first && code <= invisible[i].last)
			return false;
	return true;
}

/* How must a word be written? */
enum quoting { PLAIN, SINGLE, ESCAPED };

static enum quoting quoting_of_unit(struct utf8_unit unit)
{
	if (!is_printable(unit) || unit.code == '\'')
		return ESCAPED;
	if (unit.code >= 0x80 || (unit.code >= '0' && unit.code <= '9') ||
	    ((unit.code | 0x20) >= 'a' && (unit.code | 0x20) <= 'z'))
		return PLAIN;
	return strchr("_@%+=:,./-", (int)unit.code) ? PLAIN : SINGLE;
}

static enum quoting quoting_of(const char *bytes, size_t size)
{
	enum quoting quoting = size ? PLAIN : SINGLE;
	struct utf8_unit unit;

	for (; size && quoting != ESCAPED; bytes += unit.size, size -= unit.size) {
		enum quoting needed;

		unit = utf8_next(bytes, size);
		needed = quoting_of_unit(unit);
		quoting = needed > quoting ? needed : quoting;
	}
	return quoting;
}

/* Inside $'...', as bash(1) has it. */
static void put_escaped(struct display *display, const char *bytes, struct utf8_unit unit)
{
	char piece[16];
	int size;

	if (is_printable(unit) && unit.code != '\'' && unit.code != '\\') {
		put_piece(display, bytes, unit.size, 1);
		return;
	}
	if (!unit.valid) {
		for (unsigned int i = 0; i < unit.size; i++) {
			snprintf(piece, sizeof(piece), "\\x%02x", (uint8_t)bytes[i]);
			put_piece(display, piece, 4, 4);
		}
		return;
	}
	switch (unit.code) {
	case '\n':
		size = snprintf(piece, sizeof(piece), "\\n");
		break;
	case '\t':
		size = snprintf(piece, sizeof(piece), "\\t");
		break;
	case '\'':
	case '\\':
		size = snprintf(piece, sizeof(piece), "\\%c", (char)unit.code);
		break;
	default:
		size = snprintf(piece, sizeof(piece),
				unit.code < 0x80      ? "\\x%02x"
				: unit.code < 0x10000 ? "\\u%04x"
						      : "\\U%08x",
				unit.code);
	}
	put_piece(display, piece, size, size);
}

static void put_quoted(struct display *display, const char *bytes, size_t size,
		       enum quoting quoting)
{
	static const char *const opening[] = {"", "'", "$'"};
	struct utf8_unit unit;

	display_string(display, opening[quoting]);
	for (; size && !display->full; bytes += unit.size, size -= unit.size) {
		unit = utf8_next(bytes, size);
		if (quoting == ESCAPED)
			put_escaped(display, bytes, unit);
		else
			put_piece(display, bytes, unit.size, 1);
	}
	if (quoting != PLAIN)
		display_string(display, "'");
}

void display_word(struct display *display, const char *bytes, size_t size)
{
	put_quoted(display, bytes, size, quoting_of(bytes, size));
}

void display_rest(struct display *display, const char *bytes, size_t size)
{
	put_quoted(display, bytes, size, quoting_of(bytes, size) == ESCAPED ? ESCAPED : PLAIN);
}
