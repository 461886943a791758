// SPDX-License-Identifier: GPL-2.0-or-later
/* What users of ps(1) type; see ps_words.h. */
#include "cli/ps_words.h"

#include <string.h>

#include "base/quote.h"
#include "cli/field_list.h"
#include "cli/ps_options.h"
#include "parse/filter_lists.h"

/* The columns of ps(1), which may be changed with -o. */
static int set_columns(struct ps_options *o, const char *option, const char *columns,
		       struct reason *why)
{
	return o->common.layout.chosen
		       ? 0
		       : field_list_parse(option, columns, COLUMN_OF_PS, &o->common.layout, why);
}

int ps_set_full(void *options, const char *option, const char *value, struct reason *why)
{
	(void)value;
	return set_columns(options, option, "user,pid,ppid,stime,tty,time,args", why);
}

/* Of the letters, a and x select what is selected already, and w is for lines that are too long. */
static int set_letters(struct ps_options *o, const char *option, const char *letters,
		       struct reason *why)
{
	if (strchr(letters, 'w'))
		o->common.wide = true;
	return set_columns(o, option,
			   strchr(letters, 'u')
				   ? "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time,args"
				   : "pid,tty,stat,time,args",
			   why);
}

int ps_word(void *options, const char *option, const char *word, struct reason *why)
{
	struct ps_options *o = options;

	if (*word && !word[strspn(word, "auxw")])
		return set_letters(o, option, word, why);
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
