// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of formats; see format.h. */
#include "format/format.h"

#include <errno.h>
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

const struct format *const *format_list(size_t *count)
{
	*count = FORMAT_COUNT;
	return formats;
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
