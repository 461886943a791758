/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `procsieve ps`. */
#ifndef USER_CLI_PS_OPTIONS_H
#define USER_CLI_PS_OPTIONS_H

#include <procsieve/snapshot.h>

#include "cli/common_options.h"
#include "table/table.h"
#include "base/reason.h"

struct ps_options {
	struct common_options common; /* must be first: common_options.h */
	struct procsieve_selection selection;
	struct sort_order order;
	bool tree;
	bool all; /* changes nothing: all that the filters accept are the default */
};

/*
 * Parses the command line; argv[0] is the subcommand. Returns 0, or a negative value with *why
 * filled. Strings point into argv. In both cases ps_options_clear() frees the rest.
 */
int ps_options_parse(struct ps_options *options, int argc, char **argv, struct reason *why);
void ps_options_clear(struct ps_options *options);

/* Prints the help text. */
void ps_options_help(FILE *out);

#endif
