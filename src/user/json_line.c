// SPDX-License-Identifier: GPL-2.0-or-later
/* Fields of any bytes; see json_line.h. */
#include "json_line.h"

#include <string.h>

#include "utf8.h"

bool put_unplain(struct line *line, const struct quoted *field, const char *bytes, size_t size)
{
	bool exact = !utf8_is_valid(bytes, size);
	size_t around = field->size + 1 + (exact ? field->exact_size + 1 : 0);
	size_t room = line->limit - line->at;
	size_t fit;

	if (room < around)
		return false;
	fit = json_fit(bytes, size, room - around, exact);
	line->at = text_bytes(line->at, field->opening, field->size);
	line->at = json_escape(line->at, bytes, fit);
	put(line, "\"");
	if (exact) {
		line->at = text_bytes(line->at, field->exact_opening, field->exact_size);
		line->at = json_base64(line->at, bytes, fit);
		put(line, "\"");
	}
	return fit == size;
}

/* Arguments as they lie in a record, each up to its zero. */
struct arguments {
	const char *at, *end;
};

static bool next_argument(struct arguments *arguments, const char **argument, size_t *size)
{
	if (arguments->at >= arguments->end)
		return false;
	*argument = arguments->at;
	*size = strnlen(arguments->at, arguments->end - arguments->at);
	arguments->at += *size + 1;
	return true;
}

/* How much of the arguments a line shows. */
struct shown {
	unsigned int count;
	size_t last_size; /* bytes of the last one */
	bool all;
};

/*
 * Argument by argument while there is room; the one that has not enough is cut. `room` counts what stands around a
 * string as well, and with `exact` what its base64 will take.
 */
static struct shown put_strings(struct line *line, struct arguments arguments, size_t room,
				bool exact)
{
	const size_t around = exact ? sizeof("\"\",\"\",") : sizeof("\"\",");
	struct shown shown = {0};
	const char *argument;
	size_t size, fit;
	char *start;

	while ((shown.all = !next_argument(&arguments, &argument, &size)) == false) {
		if (room < around)
			break;
		room -= around;
		fit = json_fit(argument, size, room, exact);
		put(line, "\"");
		start = line->at;
		line->at = json_escape(start, argument, fit);
		room -= line->at - start + (exact ? json_base64_size(fit) : 0);
		put(line, "\",");
		shown.count++;
		shown.last_size = fit;
		if (fit < size)
			break;
	}
	return shown;
}

static void put_strings_exact(struct line *line, struct arguments arguments, struct shown shown)
{
	const char *argument;
	size_t size;

	while (shown.count-- && next_argument(&arguments, &argument, &size)) {
		put(line, "\"");
		line->at = json_base64(line->at, argument, shown.count ? size : shown.last_size);
		put(line, "\",");
	}
}

void put_argv(struct line *line, const char *argv, size_t argv_size)
{
	const struct arguments arguments = {argv, argv + argv_size};
	const size_t around = sizeof(",\"argv\":[\"\"],\"argv_b64\":[\"\"]");
	const size_t room = line->limit - line->at;
	bool exact = !utf8_is_valid(argv, argv_size);
	struct shown shown;

	if (room < around) {
		line->cut |= CUT_ARGV;
		return;
	}
	put(line, ",\"argv\":[");
	shown = put_strings(line, arguments, room - around, exact);
	put_end(line, ']');
	if (!shown.all)
		line->cut |= CUT_ARGV;
	if (!exact)
		return;
	put(line, ",\"argv_b64\":[");
	put_strings_exact(line, arguments, shown);
	put_end(line, ']');
}
