/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The columns of the text format: those that the command line names, or those that it adds to the
 * default ones. The cells are written by text_row.h.
 */
#ifndef USER_FORMAT_LAYOUT_H
#define USER_FORMAT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/display.h"

#define LAYOUT_MAX 128 /* columns in a layout */

/* Which lines have a column: those of `watch`, those of `ps`. */
#define COLUMN_OF_WATCH 1
#define COLUMN_OF_PS	2

struct text_row;
struct layout_column;

/* Writes the value of a column. Returns false if the record has none; then nothing was written. */
typedef bool column_put(struct display *line, const struct text_row *row,
			const struct layout_column *column);

/* Where the value of a field is: one of the tables of fields.h, and the field's place in it. */
struct field_place {
	unsigned char source, index;
};

#define FIELD_PLACES_MAX 4 /* of one name */

struct layout_column {
	column_put *put;
	const char *name;
	const char *header; /* `header_size` bytes; NULL: the name in capitals */
	size_t header_size;
	size_t width; /* minimum */
	bool right;   /* aligned to the right */
	bool program; /* the command, which is cut if the line is too long */
	uint32_t sections;
	struct field_place places[FIELD_PLACES_MAX]; /* for fields of fields.h */
	size_t place_count;
};

struct layout {
	struct layout_column columns[LAYOUT_MAX];
	size_t count;
	bool chosen;	   /* these columns alone; else in addition to the default ones */
	bool needs_args;   /* a column shows the program with its arguments */
	uint32_t sections; /* that the columns need, as a mask */
};

/*
 * Adds the column with a name of `size` bytes that applies to `of` (COLUMN_OF_*). `header` replaces
 * its header, and must outlive the layout; NULL: keep it. Returns 0; -ENOENT if there is no such
 * column; -E2BIG if the layout is full.
 */
int layout_add(struct layout *layout, unsigned int of, const char *name, size_t size,
	       const char *header, size_t header_size);

/*
 * Adds the column with that name before the command, unless the layout has it, there is no such
 * column, or the layout is full.
 */
void layout_add_name(struct layout *layout, unsigned int of, const char *name);

/*
 * Adds the columns of words of --with (base/with_words.h) and of sections in the same
 * way.
 */
void layout_add_data(struct layout *layout, unsigned int of, uint32_t words, uint32_t sections);

/* Returns whether the layout has a column with that name. */
bool layout_has(const struct layout *layout, const char *name);

/* Returns whether any column has a header. */
bool layout_has_headers(const struct layout *layout);

/* Stores the names of all columns that apply to `of`, separated by ", ". */
void layout_names(char *text, size_t size, unsigned int of);

/* Returns the header of a column, and its size in *size. It is valid until the next call. */
const char *layout_header(const struct layout_column *column, size_t *size);

#endif
