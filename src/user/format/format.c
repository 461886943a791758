// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of formats; see format.h. */
#include "format/format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

void format_names(char *text, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < FORMAT_COUNT && length < size; i++)
		length += snprintf(text + length, size - length, "%s%s", i ? ", " : "",
				   formats[i]->name);
}

int printer_open(struct printer *printer, const struct format *format, const struct run *run,
		 struct buffer *out)
{
	*printer = (struct printer){.format = format, .run = run, .out = out};
	if (!format->state_size)
		return 0;
	printer->state = calloc(1, format->state_size);
	return printer->state ? 0 : -ENOMEM;
}

void printer_close(struct printer *printer)
{
	free(printer->state);
	printer->state = NULL;
}
