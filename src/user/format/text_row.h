/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A text line in the columns of a layout. */
#ifndef USER_FORMAT_TEXT_ROW_H
#define USER_FORMAT_TEXT_ROW_H

#include <procsieve/record.h>
#include <procsieve/section.h>

#include "base/display.h"
#include "format/format.h"
#include "format/layout.h"

/* A record whose line is written. */
struct text_row {
	const struct printer *printer;
	const struct procsieve_record *record;
	size_t size;
	const char *branch; /* prefix of the command in a tree, or NULL */
	const char *color;  /* of the columns before the command, or NULL */
	const struct procsieve_section *sections[PROCSIEVE_SECTION_COUNT]; /* NULL: not there */
};

/* Fills *row, and finds the sections of the record. */
void text_row_init(struct text_row *row, const struct printer *printer,
		   const struct procsieve_record *record, size_t size, const char *branch);

/* Copies a section of fixed size. Returns false if the record does not have it. */
bool text_row_section(const struct text_row *row, unsigned int kind, void *data, size_t size);

/*
 * Writes the columns of the layout, beginning at column `start`. If it only adds to the default
 * columns, the command follows, written by `program` (NULL: none).
 */
void text_row_put(struct display *line, const struct text_row *row, size_t start,
		  column_put *program);

/* Writes the headers of the columns in the same places, and that of the command. */
void text_row_put_headers(struct display *line, const struct layout *layout, size_t start);

#endif
