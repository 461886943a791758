/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds lines of the text format: their start and end, and the columns common to all lines. */
#ifndef USER_FORMAT_TEXT_LINE_H
#define USER_FORMAT_TEXT_LINE_H

#include "base/display.h"
#include "format/format.h"

#define COLOR_NONE   "\x1b[0m"
#define COLOR_BAD    "\x1b[31m"
#define COLOR_DIM    "\x1b[2m"
#define COLOR_CHANGE "\x1b[36m"

/* Starts a line at printer->out->end, and ends it with a newline: cut, if it was too long. */
struct display text_line_begin(const struct printer *printer);
void text_line_end(struct display *line, const struct printer *printer);

/*
 * Writes an escape sequence. It takes no column, so it is only lost if the text before it is cut.
 */
void text_line_color(struct display *line, const struct run *run, const char *color);

/* Writes the name of a user. */
void text_line_user(struct display *line, uint32_t uid);

/*
 * Writes the real user of a process, and the effective one if it is another: "alice(root)".
 */
void text_line_users(struct display *line, const struct procsieve_record *record);

/* Writes the name of a process. */
void text_line_comm(struct display *line, const char *comm);

/*
 * Writes the command line. If it is unknown, writes the file name, or the process name in brackets
 * as ps(1) does.
 */
void text_line_program(struct display *line, const struct procsieve_record *record, size_t size);

/*
 * A cell of a line: text_line_cell() returns a display at the end of the line, with room for so
 * many bytes and columns. When it has been written, text_line_cell_end() continues the line after
 * it. A cell that was cut ends with the ellipsis.
 */
struct display text_line_cell(const struct display *line, size_t bytes, size_t columns);
void text_line_cell_end(struct display *line, struct display *cell);

#endif
