/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the sections of a record as fields of a JSON line. */
#ifndef USER_FORMAT_JSON_SECTIONS_H
#define USER_FORMAT_JSON_SECTIONS_H

#include <procsieve/record.h>

#include "format/format.h"
#include "format/json_line.h"

/*
 * Writes fields of known size. They always fit if no field of variable size was written before.
 * Returns the kinds of the other sections, as a mask.
 */
unsigned int json_short_sections(struct line *line, const struct run *run,
				 const struct procsieve_record *record, size_t size);

/*
 * Writes the other sections, `kinds`, with the working directory first. Marks a field as cut if the
 * record does not contain all of it, or if it does not fit in the line.
 */
void json_long_sections(struct line *line, const struct run *run,
			const struct procsieve_record *record, size_t size, unsigned int kinds);

#endif
