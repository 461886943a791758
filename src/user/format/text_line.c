// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of the text format; see text_line.h. */
#include "format/text_line.h"

#include <string.h>

#include <procsieve/payload.h>

#include "base/fmt.h"
#include "format/text_sections.h"

/*
 * What a command keeps where the sections are too long: columns of a terminal, and one in so many
 * bytes.
 */
#define COMMAND_LEAST 20
#define COMMAND_SHARE 4

/* What is put in when the line is full already: the ellipsis, colours (3 at most), the newline. */
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
		/* The end of a colour may have been cut away. */
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

static void put_arguments(struct display *line, const struct procsieve_program *program)
{
	const char *at = program->argv, *end = at + program->argv_len;
	size_t size;

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

/* Columns of what was put: a character is one, and its bytes but the first are continuations. */
static size_t columns_of(const char *at, const char *end)
{
	size_t columns = 0;

	for (; at < end; at++)
		columns += ((unsigned char)*at & 0xc0) != 0x80;
	return columns;
}

/*
 * The command in what is left but for so many bytes and columns. Where it is cut, the line goes on
 * behind the ellipsis.
 */
static void put_command_before(struct display *line, const struct procsieve_record *record,
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
 * Sections that are too long themselves: the command keeps its least, and they are cut at the end.
 */
static void put_both_cut(struct display *line, const struct run *run,
			 const struct procsieve_record *record, size_t size)
{
	const size_t room = line->limit - line->at, columns = line->width - line->columns;

	put_command_before(line, record, size, room - room / COMMAND_SHARE,
			   run->width ? columns - COMMAND_LEAST : 0);
	text_sections(line, run, record, size);
}

/*
 * The sections keep their room, for they are what was asked for: they are put where the command is
 * to begin, then to the end of the line, and in the end behind the command.
 */
static void put_beside_sections(struct display *line, const struct run *run,
				const struct procsieve_record *record, size_t size)
{
	struct display sections = *line;
	size_t bytes, columns;

	sections.limit -= (line->limit - line->at) / COMMAND_SHARE;
	sections.width -= COMMAND_LEAST;
	text_sections(&sections, run, record, size);
	if (sections.full) {
		put_both_cut(line, run, record, size);
		return;
	}
	bytes = sections.at - line->at;
	columns = sections.columns - line->columns;
	memmove(line->limit - bytes, line->at, bytes);
	put_command_before(line, record, size, bytes, columns);
	memmove(line->at, line->limit - bytes, bytes);
	line->at += bytes;
	line->columns += columns;
}

/*
 * Would the sections have to share what is hardly enough for a command? A character has four bytes
 * at most.
 */
static bool is_narrow(const struct display *line)
{
	return line->full || line->width - line->columns <= COMMAND_LEAST ||
	       line->limit - line->at < COMMAND_SHARE * 4 * (COMMAND_LEAST + 1);
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
		put_beside_sections(line, run, record, size);
	}
}
