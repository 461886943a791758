// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes the columns of a layout; see text_row.h. Columns that were asked for are never cut at the
 * width of the terminal; the command is.
 */
#include "format/text_row.h"

#include <string.h>

#include <procsieve/read_record.h>

#include "format/text_columns.h"
#include "format/text_line.h"

/* The command gets at least so many columns. */
#define PROGRAM_COLUMNS_MIN 20

/* A cell begins only if it has this much room: the ellipsis, and some of its text. */
#define CELL_BYTES_MIN 32

void text_row_init(struct text_row *row, const struct printer *printer,
		   const struct procsieve_record *record, size_t size, const char *branch)
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;

	*row = (struct text_row){
		.printer = printer, .record = record, .size = size, .branch = branch};
	while (record->flags & PROCSIEVE_F_SECTIONS &&
	       (section = procsieve_next_section(record, size, &offset)))
		if (section->kind < PROCSIEVE_SECTION_COUNT)
			row->sections[section->kind] = section;
}

bool text_row_section(const struct text_row *row, unsigned int kind, void *data, size_t size)
{
	return row->sections[kind] && !procsieve_section_copy(row->sections[kind], data, size);
}

static size_t layout_width(const struct layout *layout)
{
	size_t width = 0;

	for (size_t i = 0; i < layout->count; i++)
		width += layout->columns[i].width + 1;
	return width;
}

/* Pads with spaces up to the position of a column; with at least one space between two columns. */
static void pad(struct display *line, size_t position)
{
	if (position)
		display_column(line, position);
}

/* Moves a cell to the right, so that it ends at a position if it is not there yet. */
static void align_right(struct display *line, char *start, size_t end)
{
	const size_t size = line->at - start;
	size_t shift = end > line->columns ? end - line->columns : 0;

	if (shift > (size_t)(line->limit - line->at))
		shift = 0;
	memmove(start + shift, start, size);
	memset(start, ' ', shift);
	line->at += shift;
	line->columns += shift;
	line->cut = line->at;
}

/* Begins a cell. Returns whether there is room for one. */
static bool begin_cell(struct display *line, size_t position)
{
	pad(line, position);
	line->full |= line->limit - line->at < CELL_BYTES_MIN;
	return !line->full;
}

/*
 * Writes one cell. It gets up to half of the bytes that are left, so that no long value (such as a
 * variable of the environment) hides the cells after it.
 */
static void put_cell(struct display *line, const struct text_row *row,
		     const struct layout_column *column, size_t position)
{
	struct display cell;
	char *start;

	if (!begin_cell(line, position))
		return;
	start = line->at;
	cell = text_line_cell(line, (line->limit - line->at) / 2, SIZE_MAX);
	if (!column->put(&cell, row, column))
		display_string(&cell, "-");
	text_line_cell_end(line, &cell);
	if (column->right)
		align_right(line, start, position + column->width);
}

/*
 * Returns how many terminal columns the command gets, if `after` columns follow it: up to the edge
 * of the terminal. If other columns do not leave it enough, the line takes another line of the
 * terminal.
 */
static size_t program_columns(const struct display *line, const struct run *run, size_t after)
{
	const size_t least = line->columns + PROGRAM_COLUMNS_MIN + after;
	size_t width = run->width;

	if (!width)
		return SIZE_MAX;
	if (least > width && run->layout->count)
		width = (least + width - 1) / width * width;
	return width > line->columns + after ? width - line->columns - after : 0;
}

/* Writes the command, which is cut so that the `after` columns after it fit. */
static void put_program(struct display *line, const struct text_row *row,
			const struct layout_column *column, size_t position, size_t after)
{
	struct display cell;
	size_t bytes;

	text_line_color(line, row->printer->run, row->color ? COLOR_NONE : "");
	if (!begin_cell(line, position))
		return;
	bytes = line->limit - line->at;
	cell = text_line_cell(line, after ? bytes / 2 : bytes,
			      program_columns(line, row->printer->run, after));
	if (!column->put(&cell, row, column))
		display_string(&cell, "-");
	text_line_cell_end(line, &cell);
}

void text_row_put(struct display *line, const struct text_row *row, size_t start,
		  column_put *program)
{
	const struct run *run = row->printer->run;
	const struct layout *layout = run->layout;
	const struct layout_column command = {.put = program, .program = true};
	size_t after = layout_width(layout), position = start;

	/* No column is cut at the edge. */
	line->width = SIZE_MAX;
	text_line_color(line, run, row->color ? row->color : "");
	for (size_t i = 0; i < layout->count && !line->full; i++) {
		const struct layout_column *column = &layout->columns[i];

		after -= column->width + 1;
		if (column->program)
			put_program(line, row, column, position, after);
		else
			put_cell(line, row, column, position);
		position += column->width + 1;
	}
	if (program && !line->full)
		put_program(line, row, &command, position, 0);
	else
		text_line_color(line, run, row->color ? COLOR_NONE : "");
}

void text_row_put_headers(struct display *line, const struct layout *layout, size_t start)
{
	size_t position = start;

	line->width = SIZE_MAX;
	for (size_t i = 0; i < layout->count; i++) {
		const struct layout_column *column = &layout->columns[i];
		size_t size;
		const char *header = layout_header(column, &size);
		const size_t before = column->right ? column->width - size : 0;

		pad(line, position + before);
		display_rest(line, header, size);
		position += column->width + 1;
	}
	if (!layout->chosen) {
		pad(line, position);
		display_string(line, "COMMAND");
	}
}
