/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a JSON line that a record's sections make. */
#ifndef USER_FORMAT_JSON_SECTIONS_H
#define USER_FORMAT_JSON_SECTIONS_H

#include <procsieve/record.h>

#include "format/format.h"
#include "format/json_line.h"

/*
 * Fields of known size: they have room in any line where nothing long stands before them. Returns
 * which kinds of the others there are.
 */
unsigned int json_short_sections(struct line *line, const struct run *run,
				 const struct procsieve_record *record, size_t size);

/*
 * Those others, the directory first. Marks as cut what the record has not whole, and what the line
 * has no room for.
 */
void json_long_sections(struct line *line, const struct run *run,
			const struct procsieve_record *record, size_t size, unsigned int kinds);

#endif
