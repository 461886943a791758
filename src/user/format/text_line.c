// SPDX-License-Identifier: GPL-2.0-or-later
/* Builds lines of the text format; see text_line.h. */
#include "format/text_line.h"

#include <string.h>

#include <procsieve/payload.h>

#include "base/fmt.h"
#include "format/text_sections.h"

/*
 * The command gets at least this much if the sections are too long: terminal columns, and one part
 * in so many of the bytes.
 */
#define COMMAND_COLUMNS_MIN 20
#define COMMAND_SHARE	    4

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

void text_line_time(struct display *line, const struct run *run, uint64_t boot_ns)
{
	char time[16];

	*fmt_local_time(time, real_time(run, boot_ns)) = '\0';
	terminal_string(line, time);
}

void text_line_comm(struct display *line, const char *comm)
{
	terminal_word(line, comm, strnlen(comm, PROCSIEVE_COMM_SIZE));
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
			terminal_string(line, " ");
		terminal_word(line, at, size);
	}
}

static void put_command(struct display *line, const struct procsieve_record *record, size_t size)
{
	struct procsieve_program program = {0};

	procsieve_program(record, size, &program);
	if (program.argv_len) {
		put_arguments(line, &program);
		line->full |= !!(record->flags & PROCSIEVE_F_ARGV_CUT);
	} else if (program.filename_len) {
		terminal_word(line, program.filename, program.filename_len);
		line->full |= !!(record->flags & PROCSIEVE_F_FILENAME_CUT);
	} else {
		terminal_string(line, "[");
		text_line_comm(line, record->comm);
		terminal_string(line, "]");
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

/*
 * Writes the command and leaves `bytes` and `columns` of the line free. If it is cut, the line
 * continues after the ellipsis.
 */
static void put_command_leaving(struct display *line, const struct procsieve_record *record,
				size_t size, size_t bytes, size_t columns)
{
	struct display command = *line;

	command.cut = line->at;
	command.limit -= bytes + sizeof(DISPLAY_CUT) - 1;
	command.width -= columns;
	put_command(&command, record, size);
	line->cut = command.cut;
	if (command.full) {
		command.columns = line->columns + columns_of(line->at, command.cut);
		command.columns += sizeof(DISPLAY_CUT) - 1;
		command.at = fmt_literal(command.cut, DISPLAY_CUT);
	} else if (line->width - command.columns >= sizeof(DISPLAY_CUT) - 1) {
		line->cut = command.at;
	}
	line->at = command.at;
	line->columns = command.columns;
}

/*
 * The sections are too long themselves: the command gets its minimum, and the sections are cut at
 * the end of the line.
 */
static void put_both_cut(struct display *line, const struct run *run,
			 const struct procsieve_record *record, size_t size)
{
	const size_t room = line->limit - line->at, columns = line->width - line->columns;

	put_command_leaving(line, record, size, room - room / COMMAND_SHARE,
			    run->width ? columns - COMMAND_COLUMNS_MIN : 0);
	text_sections(line, run, record, size);
}

/*
 * The sections were requested, so they are kept and the command is cut. The sections are first
 * written where the command will start, then moved to the end of the buffer, and finally moved to
 * the end of the command.
 */
static void put_command_and_sections(struct display *line, const struct run *run,
				     const struct procsieve_record *record, size_t size)
{
	struct display sections = *line;
	size_t bytes, columns;

	sections.limit -= (line->limit - line->at) / COMMAND_SHARE;
	sections.width -= COMMAND_COLUMNS_MIN;
	text_sections(&sections, run, record, size);
	if (sections.full) {
		put_both_cut(line, run, record, size);
		return;
	}
	bytes = sections.at - line->at;
	columns = sections.columns - line->columns;
	memmove(line->limit - bytes, line->at, bytes);
	put_command_leaving(line, record, size, bytes, columns);
	memmove(line->at, line->limit - bytes, bytes);
	line->at += bytes;
	line->columns += columns;
}

/*
 * Returns whether there is hardly enough room for the command alone. A character has at most four
 * bytes.
 */
static bool is_narrow(const struct display *line)
{
	return line->full || line->width - line->columns <= COMMAND_COLUMNS_MIN ||
	       line->limit - line->at < COMMAND_SHARE * 4 * (COMMAND_COLUMNS_MIN + 1);
}

void text_line_program(struct display *line, const struct run *run,
		       const struct procsieve_record *record, size_t size)
{
	if (!(record->flags & PROCSIEVE_F_SECTIONS)) {
		put_command(line, record, size);
	} else if (is_narrow(line)) {
		put_command(line, record, size);
		text_sections(line, run, record, size);
	} else {
		put_command_and_sections(line, run, record, size);
	}
}
