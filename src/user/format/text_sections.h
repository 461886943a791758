/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a record's sections add to a line of text. */
#ifndef USER_FORMAT_TEXT_SECTIONS_H
#define USER_FORMAT_TEXT_SECTIONS_H

#include <procsieve/record.h>

#include "base/terminal.h"
#include "format/format.h"

/* "NAME=VALUE" words behind the command, each with a blank before it. */
void text_sections(struct display *line, const struct run *run,
		   const struct procsieve_record *record, size_t size);

#endif
