// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotes user input for messages; see quote.h. */
#include "base/quote.h"

#include <stdio.h>
#include <string.h>

/*
 * Escapes a byte if needed. Bytes above ASCII are escaped too: some terminals interpret C1
 * controls, and truncation may split a character.
 */
static char *put_byte(char *end, unsigned char byte)
{
	if (byte < ' ' || byte > '~')
		return end + sprintf(end, "\\x%02x", byte);
	if (byte == '"' || byte == '\\')
		*end++ = '\\';
	*end++ = (char)byte;
	return end;
}

const char *quote_into(char out[QUOTE_SIZE], const char *text)
{
	/* At or below this position one escape and the end still fit. */
	const char *last = out + QUOTE_SIZE - sizeof("\\xff...\"");
	char *end = out;

	*end++ = '"';
	while (*text && end <= last)
		end = put_byte(end, (unsigned char)*text++);
	strcpy(end, *text ? "...\"" : "\"");
	return out;
}
