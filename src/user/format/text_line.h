/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the text format: how they begin and end, and the columns that all kinds of them have. */
#ifndef USER_FORMAT_TEXT_LINE_H
#define USER_FORMAT_TEXT_LINE_H

#include "base/terminal.h"
#include "format/format.h"

#define COLOR_NONE   "\x1b[0m"
#define COLOR_BAD    "\x1b[31m"
#define COLOR_DIM    "\x1b[2m"
#define COLOR_CHANGE "\x1b[36m"

struct display text_line_begin(const struct printer *printer);
void text_line_end(struct display *line, const struct printer *printer);

/* Takes no column, and so is never left out, but where what stands before it is cut. */
void text_line_color(struct display *line, const struct run *run, const char *color);

/* Local time of day, "23:59:59.123". */
void text_line_time(struct display *line, const struct run *run, uint64_t boot_ns);

/* The name of a process. */
void text_line_comm(struct display *line, const char *comm);

/*
 * The command line; where it is not known the file, or the process's name in brackets as ps(1) has
 * it. Behind it comes what the sections say, for which it is cut where there is not room for both.
 */
void text_line_program(struct display *line, const struct run *run,
		       const struct procsieve_record *record, size_t size);

#endif
