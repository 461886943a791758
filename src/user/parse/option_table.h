/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options of a subcommand as a table. The command-line parser, the configuration-file parser and
 * the help text all use it.
 */
#ifndef USER_PARSE_OPTION_TABLE_H
#define USER_PARSE_OPTION_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/reason.h"

/*
 * Parses an option's value into `options`, the subcommand's own struct. `option` is the name for
 * messages, "--ring". Returns 0, or what reason_set() returned, with *why filled.
 */
typedef int option_setter(void *options, const char *option, const char *value, struct reason *why);

/* An option either passes its value to a function or sets a bool in the options. */
#define OPTION_VALUE(function)	       function, 0
#define OPTION_FLAG(structure, member) NULL, offsetof(structure, member)

struct option_row {
	const char *heading;  /* starts a group in the help text */
	char letter;	      /* 0: none */
	const char *name;     /* with leading dashes */
	const char *argument; /* name of the value; NULL: none */
	option_setter *set;
	size_t flag;
	const char *help; /* of any length */
};

struct option_table {
	const char *command; /* "watch", for messages */
	const struct option_row *rows;
	size_t count; /* at most OPTIONS_MAX */
	/* Takes an argument that is no option as its value; NULL: they are refused. */
	option_setter *word;
};

#define OPTIONS_MAX 64

/*
 * Parses a command line; argv[0] is the subcommand. Stops at "--" and sets *rest to the arguments
 * after it; *rest is unchanged if there is no "--". If `rest` is NULL, "--" is not allowed. Also
 * stops as soon as the bool `help`, a member of the options, is set. Returns 0, or what an
 * option_setter or reason_set() returned.
 */
int options_parse(const struct option_table *table, void *options, const bool *help, int argc,
		  char **argv, char ***rest, struct reason *why);

/*
 * Applies one setting of a configuration file (config_file.h). `name` is the option's name without
 * its dashes. Returns 0, or what reason_set() returned.
 */
int options_set(const struct option_table *table, void *options, const char *name,
		const char *value, struct reason *why);

/* Prints the groups of the table. Long help texts are folded. */
void options_help(const struct option_table *table, FILE *out);

#endif
