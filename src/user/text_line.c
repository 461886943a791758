// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of the text format; see text_line.h. */
#include "text_line.h"

#include <string.h>

#include <procsieve/payload.h>

#include "text.h"

/* What is put in when the line is full already: the ellipsis, colours (3 at most), the newline. */
#define TAIL_MAX (sizeof(DISPLAY_CUT) + 6 * sizeof(COLOR_BAD))

void text_line_color(struct display *line, const struct run *run, const char *color)
{
	if (run->color)
		line->at = text_string(line->at, color);
}

struct display text_line_begin(const struct buffer *out, const struct run *run)
{
	return (struct display){
		.at = out->end,
		.cut = out->end,
		.limit = out->end + run->max_line - TAIL_MAX,
		.width = run->width ? run->width : SIZE_MAX,
	};
}

void text_line_end(struct display *line, const struct run *run, struct buffer *out)
{
	if (line->full) {
		line->at = line->cut;
		/* The end of a colour may have been cut away. */
		text_line_color(line, run, COLOR_NONE);
		line->at = text_literal(line->at, DISPLAY_CUT);
	}
	*line->at++ = '\n';
	out->end = line->at;
}

void text_line_time(struct display *line, const struct run *run, uint64_t boot_ns)
{
	char time[16];

	*text_local_time(time, real_time(run, boot_ns)) = '\0';
	display_string(line, time);
}

void text_line_comm(struct display *line, const char *comm)
{
	display_word(line, comm, strnlen(comm, PROCSIEVE_COMM_SIZE));
}

static void put_arguments(struct display *line, const struct procsieve_program *program)
{
	const char *at = program->argv, *end = at + program->argv_len;
	size_t size;

	for (; at < end && !line->full; at += size + 1) {
		size = strnlen(at, end - at);
		if (at > program->argv)
			display_string(line, " ");
		display_word(line, at, size);
	}
}

void text_line_command(struct display *line, const struct procsieve_record *record, size_t size)
{
	struct procsieve_program program = {0};

	procsieve_program(record, size, &program);
	if (program.argv_len) {
		put_arguments(line, &program);
		line->full |= !!(record->flags & PROCSIEVE_F_ARGV_CUT);
	} else if (program.filename_len) {
		display_word(line, program.filename, program.filename_len);
		line->full |= !!(record->flags & PROCSIEVE_F_FILENAME_CUT);
	} else {
		display_string(line, "[");
		text_line_comm(line, record->comm);
		display_string(line, "]");
	}
}
