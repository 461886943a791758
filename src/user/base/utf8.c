// SPDX-License-Identifier: GPL-2.0-or-later
/* Decodes UTF-8; see utf8.h. */
#include "base/utf8.h"

#include <string.h>

/*
 * Requirements of a first byte: how many bytes follow, and the allowed range of the second byte
 * (Unicode 15, table 3-7).
 */
struct lead {
	uint8_t following;
	uint8_t least, most;
};

static struct lead lead_of(uint8_t byte)
{
	if (byte < 0xc2 || byte > 0xf4)
		return (struct lead){0};
	if (byte < 0xe0)
		return (struct lead){1, 0x80, 0xbf};
	if (byte < 0xf0)
		return (struct lead){2, byte == 0xe0 ? 0xa0 : 0x80, byte == 0xed ? 0x9f : 0xbf};
	return (struct lead){3, byte == 0xf0 ? 0x90 : 0x80, byte == 0xf4 ? 0x8f : 0xbf};
}

struct utf8_unit utf8_next(const char *bytes, size_t size)
{
	const uint8_t first = bytes[0];
	struct utf8_unit unit = {first, 1, first < 0x80};
	struct lead lead;

	if (unit.valid)
		return unit;
	lead = lead_of(first);
	unit.code = first & (0x3f >> lead.following);
	for (unsigned int i = 1; i <= lead.following; i++) {
		uint8_t byte;

		if (i == size)
			return unit;
		byte = bytes[i];
		if (byte < (i == 1 ? lead.least : 0x80) || byte > (i == 1 ? lead.most : 0xbf))
			return unit;
		unit.code = unit.code << 6 | (byte & 0x3f);
		unit.size++;
	}
	unit.valid = lead.following;
	return unit;
}

bool utf8_is_valid(const char *bytes, size_t size)
{
	const char *end = bytes + size;
	struct utf8_unit unit;
	uint64_t eight;

	while (bytes < end) {
		if (end - bytes >= 8) {
			memcpy(&eight, bytes, 8);
			if (!(eight & 0x8080808080808080)) {
				bytes += 8;
				continue;
			}
		}
		if (!(*bytes & 0x80)) {
			bytes++;
			continue;
		}
		unit = utf8_next(bytes, end - bytes);
		if (!unit.valid)
			return false;
		bytes += unit.size;
	}
	return true;
}
