/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `procsieve ps`. */
#ifndef USER_CLI_PS_OPTIONS_H
#define USER_CLI_PS_OPTIONS_H

#include <procsieve/snapshot.h>

#include "cli/common_options.h"
#include "table/table.h"
#include "base/reason.h"

struct ps_options {
	struct common_options common; /* first: option_table.h */
	struct procsieve_selection selection;
	struct sort_order order;
	bool tree;
};

/*
 * Reads the command line; argv[0] is the subcommand. Returns 0, or -EINVAL with *why filled.
 * Strings stay argv's; ps_options_clear() frees the rest, in either case.
 */
int ps_options_parse(struct ps_options *options, int argc, char **argv, struct reason *why);
void ps_options_clear(struct ps_options *options);

void ps_options_help(FILE *out);

#endif
