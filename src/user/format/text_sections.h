/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the sections of a record at the end of a text line. */
#ifndef USER_FORMAT_TEXT_SECTIONS_H
#define USER_FORMAT_TEXT_SECTIONS_H

#include <procsieve/record.h>

#include "base/terminal.h"
#include "format/format.h"

/* Writes words "NAME=VALUE", each with a leading space. */
void text_sections(struct display *line, const struct run *run,
		   const struct procsieve_record *record, size_t size);

#endif
