// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes JSON to a stdio stream; see json_stream.h. */
#include "format/json_stream.h"

#include <inttypes.h>
#include <string.h>

#include "format/json_string.h"

/* Minimum number of bytes that are escaped at once. */
#define CHUNK 256

static void put_string(FILE *out, const char *text)
{
	char escaped[CHUNK * JSON_ESCAPED_MAX], *end;
	size_t size = strlen(text), fits;

	fputc('"', out);
	for (; size; text += fits, size -= fits) {
		/*
		 * Escapes whole characters: one that does not fit completely starts the next chunk.
		 */
		fits = json_fit(text, size, sizeof(escaped), false);
		end = json_escape(escaped, text, fits);
		fwrite(escaped, 1, end - escaped, out);
	}
	fputc('"', out);
}

/* Writes the comma and key before a value. */
static void begin(struct json_stream *json, const char *key)
{
	if (json->filled)
		fputc(',', json->out);
	json->filled = true;
	if (!key)
		return;
	put_string(json->out, key);
	fputc(':', json->out);
}

void json_open(struct json_stream *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->out);
	json->filled = false;
}

void json_close(struct json_stream *json, char bracket)
{
	fputc(bracket, json->out);
	json->filled = true;
}

void json_text(struct json_stream *json, const char *key, const char *text)
{
	begin(json, key);
	put_string(json->out, text);
}

void json_bool(struct json_stream *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_number(struct json_stream *json, const char *key, uint64_t number)
{
	begin(json, key);
	fprintf(json->out, "%" PRIu64, number);
}

void json_seconds(struct json_stream *json, const char *key, double seconds)
{
	begin(json, key);
	fprintf(json->out, "%.3f", seconds);
}
