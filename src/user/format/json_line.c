// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes fields of arbitrary bytes; see json_line.h. */
#include "format/json_line.h"

#include <string.h>

#include "base/utf8.h"

bool put_escaped_bytes(struct line *line, const struct quoted *field, const char *bytes,
		       size_t size)
{
	bool exact = !utf8_is_valid(bytes, size);
	size_t around = field->size + 1 + (exact ? field->exact_size + 1 : 0);
	size_t room = line->limit - line->at;
	size_t fit;

	fit = room < around ? 0 : json_fit(bytes, size, room - around, exact);
	/* An empty string would mean that the value itself is empty. */
	if (room < around || (size && !fit)) {
		line_fill(line);
		return false;
	}
	line->at = fmt_bytes(line->at, field->opening, field->size);
	line->at = json_escape(line->at, bytes, fit);
	put(line, "\"");
	if (exact) {
		line->at = fmt_bytes(line->at, field->exact_opening, field->exact_size);
		line->at = json_base64(line->at, bytes, fit);
		put(line, "\"");
	}
	if (fit < size)
		line_fill(line);
	return fit == size;
}

/* A list of strings as stored in a record, each with a terminating zero. */
struct strings {
	const char *at, *end;
};

static bool next_string(struct strings *strings, const char **string, size_t *size)
{
	if (strings->at >= strings->end)
		return false;
	*string = strings->at;
	*size = strnlen(strings->at, strings->end - strings->at);
	strings->at += *size + 1;
	return true;
}

/* Size of the quotes and comma around a string of a list, and around its base64 form. */
#define STRING_AROUND(exact) ((exact) ? sizeof("\"\",\"\",") : sizeof("\"\","))

/* How much of a list was written to the line. */
struct written {
	unsigned int count;
	size_t last_size; /* bytes written of the last string */
	bool all;
};

/*
 * Writes strings as long as there is room. The first that does not fit is cut, or omitted if none
 * of it fits. `room` includes the quotes around each string and, if `exact`, its base64 form.
 */
static struct written put_strings(struct line *line, struct strings strings, size_t room,
				  bool exact)
{
	const size_t around = STRING_AROUND(exact);
	struct written written = {0};
	const char *string;
	size_t size, fit;
	char *start;

	while ((written.all = !next_string(&strings, &string, &size)) == false) {
		if (room < around)
			break;
		room -= around;
		fit = json_fit(string, size, room, exact);
		if (size && !fit)
			break;
		put(line, "\"");
		start = line->at;
		line->at = json_escape(start, string, fit);
		room -= line->at - start + (exact ? json_base64_size(fit) : 0);
		put(line, "\",");
		written.count++;
		written.last_size = fit;
		if (fit < size)
			break;
	}
	return written;
}

static void put_strings_exact(struct line *line, struct strings strings, struct written written)
{
	const char *string;
	size_t size;

	while (written.count-- && next_string(&strings, &string, &size)) {
		put(line, "\"");
		line->at = json_base64(line->at, string, written.count ? size : written.last_size);
		put(line, "\",");
	}
}

bool put_list(struct line *line, const struct quoted *field, const char *bytes, size_t size)
{
	const struct strings strings = {bytes, bytes + size};
	const size_t around = field->size + field->exact_size + sizeof("\"\"]\"\"]");
	const size_t room = line->limit - line->at;
	bool exact = !utf8_is_valid(bytes, size);
	struct written written = {0};
	char *start = line->at;

	if (room >= around) {
		line->at = fmt_bytes(line->at, field->opening, field->size);
		written = put_strings(line, strings, room - around, exact);
	}
	/* An empty list would mean that there are no strings. */
	if (!written.count && !written.all) {
		line->at = start;
		line_fill(line);
		return false;
	}
	put_end(line, ']');
	if (exact) {
		line->at = fmt_bytes(line->at, field->exact_opening, field->exact_size);
		put_strings_exact(line, strings, written);
		put_end(line, ']');
	}
	if (!written.all)
		line_fill(line);
	return written.all;
}
