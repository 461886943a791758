// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds lines of the text format; see text_line.h. */
#include "format/text_line.h"

#include <string.h>

#include <procsieve/read_record.h>

#include "base/fmt.h"
#include "base/names.h"

/* Reserved for text added when the line is full: the ellipsis, up to 3 colors, the newline. */
#define TAIL_MAX (sizeof(DISPLAY_CUT) + 6 * sizeof(COLOR_BAD))

void text_line_color(struct display *line, const struct run *run, const char *color)
{
	if (run->color)
		line->at = fmt_string(line->at, color);
}

struct display text_line_begin(const struct printer *printer)
{
	return (struct display){
		.at = printer->out->end,
		.cut = printer->out->end,
		.limit = printer->out->end + printer->run->max_line - TAIL_MAX,
		.width = printer->run->width ? printer->run->width : SIZE_MAX,
	};
}

void text_line_end(struct display *line, const struct printer *printer)
{
	if (line->full) {
		line->at = line->cut;
		/* The escape sequence that ends a color may have been cut. */
		text_line_color(line, printer->run, COLOR_NONE);
		line->at = fmt_literal(line->at, DISPLAY_CUT);
	}
	*line->at++ = '\n';
	printer->out->end = line->at;
}

/* The name is only valid until the next call of user_name(). */
void text_line_user(struct display *line, uint32_t uid)
{
	const char *name = user_name(uid);

	display_word(line, name, strlen(name));
}

void text_line_users(struct display *line, const struct procsieve_record *record)
{
	text_line_user(line, record->uid);
	if (record->euid == record->uid)
		return;
	display_string(line, "(");
	text_line_user(line, record->euid);
	display_string(line, ")");
}

void text_line_comm(struct display *line, const char *comm)
{
	display_word(line, comm, strnlen(comm, PROCSIEVE_COMM_SIZE));
}

/*
 * Daemons that set a title (sshd, postgres) fill the rest of argv with zeros: empty arguments at
 * the end, except the first, are left out.
 */
static void put_arguments(struct display *line, const struct procsieve_program *program)
{
	const char *at = program->argv, *end = at + program->argv_len;
	size_t size;

	while (end - at > 1 && !end[-1] && !end[-2])
		end--;
	for (; at < end && !line->full; at += size + 1) {
		size = strnlen(at, end - at);
		if (at > program->argv)
			display_string(line, " ");
		display_word(line, at, size);
	}
}

void text_line_program(struct display *line, const struct procsieve_record *record, size_t size)
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

/*
 * Counts the columns of text that was written, one for each character. UTF-8 continuation bytes do
 * not count.
 */
static size_t columns_of(const char *at, const char *end)
{
	size_t columns = 0;

	for (; at < end; at++)
		columns += ((unsigned char)*at & 0xc0) != 0x80;
	return columns;
}

struct display text_line_cell(const struct display *line, size_t bytes, size_t columns)
{
	struct display cell = *line;

	cell.cut = line->at;
	cell.limit = line->at + bytes - (sizeof(DISPLAY_CUT) - 1);
	cell.width = columns > SIZE_MAX - line->columns ? SIZE_MAX : line->columns + columns;
	return cell;
}

void text_line_cell_end(struct display *line, struct display *cell)
{
	if (cell->full) {
		cell->columns = line->columns + columns_of(line->at, cell->cut);
		cell->columns += sizeof(DISPLAY_CUT) - 1;
		cell->at = fmt_literal(cell->cut, DISPLAY_CUT);
	}
	line->at = line->cut = cell->at;
	line->columns = cell->columns;
}
