/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The subcommands. A new one needs a row in subcommand.c and a file of its own. */
#ifndef USER_CLI_SUBCOMMAND_H
#define USER_CLI_SUBCOMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "base/nearest.h"

struct subcommand {
	const char *name;
	const char *summary; /* one line in `procsieve help` */
	int (*run)(int argc,
		   char **argv); /* argv[0] is the subcommand's name; returns the exit status */
	void (*help)(FILE *out);
};

/* Each runs a subcommand, or prints its help text; see struct subcommand. */
int cmd_watch(int argc, char **argv);
void cmd_watch_help(FILE *out);

int cmd_ps(int argc, char **argv);
void cmd_ps_help(FILE *out);

int cmd_serve(int argc, char **argv);
void cmd_serve_help(FILE *out);

int cmd_status(int argc, char **argv);
void cmd_status_help(FILE *out);

int cmd_check(int argc, char **argv);
void cmd_check_help(FILE *out);

int cmd_schema(int argc, char **argv);
void cmd_schema_help(FILE *out);

int cmd_help(int argc, char **argv);
void cmd_help_help(FILE *out);

/* Returns the subcommand with that name, or NULL. */
const struct subcommand *subcommand_find(const char *name);

/* Compares the names of all subcommands with a word that is none of them. */
void subcommand_suggest(struct nearest *nearest);

/* Returns whether `word` is --help or -h. For subcommands without other options. */
bool subcommand_is_help(const char *word);

/* Prints the list of subcommands. */
void subcommand_list(FILE *out);

#endif
