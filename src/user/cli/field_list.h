/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of --fields, and of -o of `ps`: a list of columns. */
#ifndef USER_CLI_FIELD_LIST_H
#define USER_CLI_FIELD_LIST_H

#include "base/reason.h"
#include "format/layout.h"

/*
 * Parses "NAME,NAME=HEADER,..." and adds the columns to the layout. Commas and blanks separate the
 * items. An empty header is allowed. `of` is COLUMN_OF_WATCH or COLUMN_OF_PS. Headers point into
 * `text`. Returns 0, or a negative value with *why filled.
 */
int field_list_parse(const char *option, const char *text, unsigned int of, struct layout *layout,
		     struct reason *why);

#endif
