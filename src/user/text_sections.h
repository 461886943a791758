/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record's sections add to a line of text. */
#ifndef TEXT_SECTIONS_H
#define TEXT_SECTIONS_H

#include <procsieve/record.h>

#include "display.h"
#include "format.h"

/* "NAME=VALUE" words behind the command, each with a blank before it. */
void text_sections(struct display *line, const struct run *run,
		   const struct procsieve_record *record, size_t size);

#endif
