// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of formats; see format.h. */
#include "format.h"

#include <string.h>

static const struct format *const formats[] = {&format_text, &format_json};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

const struct format *const *format_list(size_t *count)
{
	*count = FORMAT_COUNT;
	return formats;
}
