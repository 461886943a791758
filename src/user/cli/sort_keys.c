// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses the value of --sort; see sort_keys.h. */
#include "cli/sort_keys.h"

#include <errno.h>

#include "base/nearest.h"
#include "base/quote.h"
#include "parse/list.h"

static int add_key(const struct parsing *parsing, const char *item, void *result)
{
	const bool descending = *item == '-';
	char known[128];

	switch (sort_order_add(result, item + descending, descending)) {
	case -ENOENT:
		sort_key_names(known, sizeof(known));
		return refuse(parsing,
			      "%s is not a key%s; known: %s, each with or without a leading -",
			      quote(item), nearest_listed(item + descending, known), known);
	case -E2BIG:
		return refuse(parsing, "more than %d keys", SORT_KEYS_MAX);
	}
	return 0;
}

int sort_keys_parse(const char *option, const char *text, struct sort_order *order,
		    struct reason *why)
{
	struct sort_order draft = *order;
	int err = list_walk(&(struct parsing){option, why}, text, add_key, &draft);

	if (!err)
		*order = draft;
	return err;
}
