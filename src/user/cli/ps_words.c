// SPDX-License-Identifier: GPL-2.0-or-later
/* What users of ps(1) type; see ps_words.h. */
#include "cli/ps_words.h"

#include <string.h>

#include "base/quote.h"
#include "base/with_words.h"
#include "cli/ps_options.h"
#include "parse/filter_lists.h"

int ps_set_full(void *target, const char *option, const char *value, struct reason *why)
{
	struct ps_options *o = target;

	(void)option, (void)value, (void)why;
	o->common.with |= WITH(ARGS);
	return 0;
}

/*
 * Of the letters, a and x select what is selected already, u shows the user, which is always shown,
 * and w does not cut lines at 80 columns. All show the arguments.
 */
int ps_word(void *target, const char *option, const char *word, struct reason *why)
{
	struct ps_options *o = target;

	if (*word && !word[strspn(word, "auxw")])
		return ps_set_full(target, option, word, why);
	if (*word && !word[strspn(word, "0123456789,")])
		return parse_pids(option, word, &o->common.filter.pids, why);
	return reason_set(why, STATUS_USAGE,
			  "ps: unexpected %s; besides options, it takes process ids and the "
			  "letters a, u, x, w; `procsieve help ps` lists the options",
			  quote(word));
}

void ps_join_words(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "-aux") || !strcmp(argv[i], "-ax"))
			argv[i]++;
}
