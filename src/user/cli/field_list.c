// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses a list of columns; see field_list.h. */
#include "cli/field_list.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/quote.h"

#define SEPARATORS ", \t\n"

/* Longer than the list of all names. */
#define NAMES_SIZE 1800

static int refuse_name(const char *option, const char *name, size_t size, unsigned int of,
		       struct reason *why)
{
	char names[NAMES_SIZE], word[64];
	const char *suggestion;

	layout_names(names, sizeof(names), of);
	snprintf(word, sizeof(word), "%.*s", (int)size, name);
	suggestion = nearest_listed(word, names);
	/* The list of all names would hide a suggestion. */
	if (*suggestion)
		return reason_set(why, STATUS_USAGE, "%s: %s is not a field%s", option, quote(word),
				  suggestion);
	return reason_set(why, STATUS_USAGE, "%s: %s is not a field%s; known: %s", option,
			  quote(word),
			  of == COLUMN_OF_PS ? " (to write to a file: --output FILE)" : "", names);
}

/* Adds one item. */
static int add_item(const char *option, const char *item, size_t size, unsigned int of,
		    struct layout *layout, struct reason *why)
{
	const char *equals = memchr(item, '=', size);
	const size_t name = equals ? (size_t)(equals - item) : size;
	int err = layout_add(layout, of, item, name, equals ? equals + 1 : NULL,
			     equals ? size - name - 1 : 0);

	if (err == -E2BIG)
		return reason_set(why, STATUS_USAGE, "%s: more than %d fields", option, LAYOUT_MAX);
	return err ? refuse_name(option, item, name, of, why) : 0;
}

int field_list_parse(const char *option, const char *text, unsigned int of, struct layout *layout,
		     struct reason *why)
{
	const char *at = text + strspn(text, SEPARATORS);
	int err = 0;

	if (!*at)
		return reason_set(why, STATUS_USAGE,
				  "%s: the list is empty; it needs at least one item", option);
	layout->chosen = true;
	while (!err && *at) {
		const size_t size = strcspn(at, SEPARATORS);

		err = add_item(option, at, size, of, layout, why);
		at += size;
		at += strspn(at, SEPARATORS);
	}
	return err;
}
