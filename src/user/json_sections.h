/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields of a JSON line that a record's sections make. */
#ifndef JSON_SECTIONS_H
#define JSON_SECTIONS_H

#include <procsieve/record.h>

#include "format.h"
#include "json_line.h"

/* Marks as cut what the record has not whole, and what the line has no room for. */
void json_sections(struct line *line, const struct run *run, const struct procsieve_record *record,
		   size_t size);

#endif
