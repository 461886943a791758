/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses JSON lines with jansson, a strict parser. */
#ifndef TESTS_UNIT_PARSE_JSON_LINE_H
#define TESTS_UNIT_PARSE_JSON_LINE_H

#include <jansson.h>

#include "record_builder.h"
#include "run_builder.h"

#define LONGEST_LINE FORMAT_MAX_LINE

static char memory[LONGEST_LINE + 64];

static inline struct buffer empty_buffer(void)
{
	return (struct buffer){memory, memory, memory + sizeof(memory)};
}

/* Parses the only line in the buffer; the caller releases the result. */
static inline json_t *parse_line(const struct buffer *out, size_t max_line)
{
	size_t size = out->end - out->start;
	json_error_t error;
	json_t *line;

	assert_in_range(size, 2, max_line);
	assert_int_equal(out->end[-1], '\n');
	for (const char *at = out->start; at < out->end - 1; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			fail_msg("byte %#x in the line", *at);
	line = json_loadb(out->start, size - 1, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		fail_msg("%s: %.*s", error.text, (int)size, out->start);
	return line;
}

static inline json_t *format_record(const struct built_record *built, size_t max_line)
{
	struct run run = build_run(max_line);
	struct buffer out = empty_buffer();

	format_json.event(printer_of(&format_json, &out, &run, 7), &built->header, built->size);
	return parse_line(&out, max_line);
}

#endif
