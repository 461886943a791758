// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes JSON strings; see json_string.h. */
#include "format/json_string.h"

#include <stdint.h>
#include <string.h>

#include "base/fmt.h"
#include "base/utf8.h"

#define REPEAT_8(byte) (0x0101010101010101 * (uint64_t)(byte))

/* Returns whether any of the eight bytes is zero. */
static bool has_zero(uint64_t eight)
{
	return (eight - REPEAT_8(1)) & ~eight & REPEAT_8(0x80);
}

/* Returns whether none of the eight bytes needs escaping. */
static bool are_plain(uint64_t eight)
{
	bool control = (eight - REPEAT_8(' ')) & ~eight & REPEAT_8(0x80);
	bool beyond = eight & REPEAT_8(0x80);

	return !control && !beyond && !has_zero(eight ^ REPEAT_8('"')) &&
	       !has_zero(eight ^ REPEAT_8('\\')) && !has_zero(eight ^ REPEAT_8(0x7f));
}

static bool is_plain(uint8_t byte)
{
	return byte >= ' ' && byte < 0x7f && byte != '"' && byte != '\\';
}

bool json_is_plain(const char *bytes, size_t size)
{
	uint64_t eight;

	if (size < sizeof(eight)) {
		while (size && is_plain(bytes[size - 1]))
			size--;
		return !size;
	}
	for (size_t at = 0; at + sizeof(eight) < size; at += sizeof(eight)) {
		memcpy(&eight, bytes + at, sizeof(eight));
		if (!are_plain(eight))
			return false;
	}
	/* Check the last eight bytes. Some of them are checked twice. */
	memcpy(&eight, bytes + size - sizeof(eight), sizeof(eight));
	return are_plain(eight);
}

static char *put_code(char *at, uint32_t code)
{
	static const char digits[] = "0123456789abcdef";

	at = fmt_literal(at, "\\u");
	for (int shift = 12; shift >= 0; shift -= 4)
		*at++ = digits[code >> shift & 15];
	return at;
}

/* Returns the letter of a short escape, or 0. */
static char short_escape(uint32_t code)
{
	switch (code) {
	case '"':
	case '\\':
		return (char)code;
	case '\b':
		return 'b';
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\f':
		return 'f';
	case '\r':
		return 'r';
	default:
		return 0;
	}
}

/*
 * U+2028 and U+2029 end a line for some readers: JavaScript before 2019, and programs that split
 * text by Unicode rules.
 */
static bool is_line_end(uint32_t code)
{
	return code == 0x2028 || code == 0x2029;
}

static char *put_unit(char *at, const char *bytes, struct utf8_unit unit)
{
	char letter;

	if (!unit.valid)
		return fmt_literal(at, UTF8_REPLACEMENT);
	letter = short_escape(unit.code);
	if (letter) {
		*at++ = '\\';
		*at++ = letter;
		return at;
	}
	if (unit.code < ' ' || unit.code == 0x7f || is_line_end(unit.code))
		return put_code(at, unit.code);
	return fmt_bytes(at, bytes, unit.size);
}

char *json_escape(char *at, const char *bytes, size_t size)
{
	const char *end = bytes + size;
	struct utf8_unit unit;
	uint64_t eight;

	while (bytes < end) {
		if (end - bytes >= 8) {
			memcpy(&eight, bytes, 8);
			if (are_plain(eight)) {
				at = fmt_bytes(at, &eight, 8);
				bytes += 8;
				continue;
			}
		}
		if (is_plain(*bytes)) {
			*at++ = *bytes++;
			continue;
		}
		unit = utf8_next(bytes, end - bytes);
		at = put_unit(at, bytes, unit);
		bytes += unit.size;
	}
	return at;
}

size_t json_fit(const char *bytes, size_t size, size_t room, bool exact)
{
	char scratch[JSON_ESCAPED_MAX];
	size_t used = 0, escaped = 0;
	struct utf8_unit unit;

	/* The common case. */
	if (size * JSON_ESCAPED_MAX + (exact ? json_base64_size(size) : 0) <= room)
		return size;
	while (used < size) {
		unit = utf8_next(bytes + used, size - used);
		escaped += put_unit(scratch, bytes + used, unit) - scratch;
		if (escaped + (exact ? json_base64_size(used + unit.size) : 0) > room)
			break;
		used += unit.size;
	}
	return used;
}

char *json_base64(char *at, const char *bytes, size_t size)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t three = (uint8_t)bytes[i] << 16;

		if (left > 1)
			three |= (uint8_t)bytes[i + 1] << 8;
		if (left > 2)
			three |= (uint8_t)bytes[i + 2];
		*at++ = digits[three >> 18];
		*at++ = digits[three >> 12 & 63];
		*at++ = left > 1 ? digits[three >> 6 & 63] : '=';
		*at++ = left > 2 ? digits[three & 63] : '=';
	}
	return at;
}
