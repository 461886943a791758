/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of a subcommand as a table: the parser of the command line, that of a configuration file
 * and the help text all follow from it.
 */
#ifndef USER_PARSE_OPTION_TABLE_H
#define USER_PARSE_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/reason.h"

/*
 * Takes an option's value into `target`, the subcommand's own struct. `option` is its name for
 * messages, "--ring". Returns 0 or -EINVAL with *why filled.
 */
typedef int option_take(void *target, const char *option, const char *value, struct reason *why);

/* An option either hands its value to a function, or sets a bool in the target. */
#define OPTION_TAKE(function)	       function, 0
#define OPTION_FLAG(structure, member) NULL, offsetof(structure, member)

struct option_row {
	const char *heading;  /* opens a group in the help text */
	char letter;	      /* 0: none */
	const char *name;     /* with its dashes */
	const char *argument; /* NULL: none */
	option_take *take;
	size_t flag;
	const char *help;
};

struct option_table {
	const char *command; /* "watch", for messages */
	const struct option_row *rows;
	size_t count; /* at most OPTIONS_MAX */
};

#define OPTIONS_MAX 64

/*
 * Reads a command line; argv[0] is the subcommand. Stops at "--": *rest is what stands behind it,
 * or NULL where there is none; a NULL `rest` allows no "--". Stops as well once the bool at `help`
 * in the target is set. Returns 0, or what a taker or reason_set() returned.
 */
int options_parse(const struct option_table *table, void *target, const bool *help, int argc,
		  char **argv, char ***rest, struct reason *why);

/* Takes one setting of a configuration file (config.h), by the option's name without its dashes. */
int options_set(const struct option_table *table, void *target, const char *name, const char *value,
		struct reason *why);

/* Prints the groups of the table, a line an option. */
void options_help(const struct option_table *table, FILE *out);

#endif
