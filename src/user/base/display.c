// SPDX-License-Identifier: GPL-2.0-or-later
/* Formats text for a terminal; see display.h. */
#include "base/display.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"

/* Writes a piece completely or, if it does not fit, not at all. */
static void put_piece(struct display *display, const char *piece, size_t size, size_t columns)
{
	if (display->full || (size_t)(display->limit - display->at) < size ||
	    display->width - display->columns < columns) {
		display->full = true;
		return;
	}
	display->at = fmt_bytes(display->at, piece, size);
	display->columns += columns;
	if (display->width - display->columns >= sizeof(DISPLAY_CUT) - 1)
		display->cut = display->at;
}

/*
 * Writes characters of one byte and one column each. Copies all at once if nothing must be cut and
 * the last possible place to cut is after them.
 */
void display_plain(struct display *display, const char *bytes, size_t size)
{
	size_t columns = display->width - display->columns;

	if (!display->full && (size_t)(display->limit - display->at) >= size &&
	    columns >= size + sizeof(DISPLAY_CUT) - 1) {
		display->at = display->cut = fmt_bytes(display->at, bytes, size);
		display->columns += size;
		return;
	}
	for (; size; bytes++, size--)
		put_piece(display, bytes, 1, 1);
}

void display_string(struct display *display, const char *string)
{
	display_plain(display, string, strlen(string));
}

void display_u64(struct display *display, unsigned long long number)
{
	char digits[FMT_U64_MAX];
	display_plain(display, digits, fmt_u64(digits, number) - digits);
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
	display_u64(display, ns / scales[i].unit_ns);
	display_string(display, ".");
	display_u64(display, ns % scales[i].unit_ns / (scales[i].unit_ns / 10));
	display_string(display, scales[i].unit);
}

void display_column(struct display *display, size_t column)
{
	if (display->columns)
		display_string(display, " ");
	while (display->columns < column && !display->full)
		put_piece(display, " ", 1, 1);
}

/*
 * Returns whether a terminal shows this as a visible character. C1 controls, line separators and
 * marks that change the text direction are not.
 */
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

/*
 * Returns whether a byte needs no quoting. Only ASCII, and not '\0', which strchr() would find at
 * the end of the list.
 */
static bool is_plain(uint8_t byte)
{
	if ((byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z'))
		return true;
	return byte && strchr("_@%+=:,./-", byte);
}

static bool are_plain(const char *bytes, size_t size)
{
	while (size && is_plain(bytes[size - 1]))
		size--;
	return !size;
}

/* How a word must be quoted, the weakest first. */
enum quoting { PLAIN, SINGLE, ESCAPED };

static enum quoting quoting_of_unit(struct utf8_unit unit)
{
	if (!is_printable(unit) || unit.code == '\'')
		return ESCAPED;
	return unit.code >= 0x80 || is_plain(unit.code) ? PLAIN : SINGLE;
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

/* Writes one character inside $'...', in the syntax of bash(1). */
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
	/* The common case. */
	if (size && are_plain(bytes, size))
		display_plain(display, bytes, size);
	else
		put_quoted(display, bytes, size, quoting_of(bytes, size));
}

void display_rest(struct display *display, const char *bytes, size_t size)
{
	put_quoted(display, bytes, size, quoting_of(bytes, size) == ESCAPED ? ESCAPED : PLAIN);
}
