/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of columns of the text format. For layout.c alone. */
#ifndef USER_FORMAT_TEXT_COLUMNS_H
#define USER_FORMAT_TEXT_COLUMNS_H

#include "format/layout.h"
#include "format/text_row.h"

/* A column that is not simply a field of fields.h. */
struct column {
	const char *name;
	const char *header; /* NULL: the name in capitals */
	unsigned char width;
	bool right;
	unsigned char of; /* COLUMN_OF_* */
	uint32_t sections;
	column_put *put;
};

/* text_columns.c: what both commands know. Returns the table and its size. */
const struct column *text_columns(size_t *count);

/* Writes the program with its arguments. */
column_put text_put_program;

/* text_ps_columns.c: the keywords of ps(1), only for `ps`. */
const struct column *text_ps_columns(size_t *count);

/* A field of fields.h. */
struct text_field {
	const char *name;
	bool shown; /* by default, where the section is asked for */
	unsigned char width;
	bool right;
};

/* A table of fields.h: of a payload or of a section. */
struct text_source {
	const struct text_field *fields;
	size_t count;
	unsigned int of;
	uint32_t section; /* its bit; 0: a payload */
	/* Writes a field. Returns false if the record has no such payload or section. */
	bool (*put)(struct display *line, const struct text_row *row, unsigned int index);
};

/* text_fields.c. */
const struct text_source *text_sources(size_t *count);

/* Writes the first of the column's fields that the record has. */
column_put text_put_field;

#endif
