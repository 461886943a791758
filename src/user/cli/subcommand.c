// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of subcommands; see subcommand.h. */
#include "cli/subcommand.h"

#include <string.h>

static const struct subcommand subcommands[] = {
	{"watch", "print process events as they happen", cmd_watch, cmd_watch_help},
	{"ps", "print the existing processes", cmd_ps, cmd_ps_help},
	{"serve", "deliver events to listeners of all users", cmd_serve, cmd_serve_help},
	{"status", "show the server's listeners and what they cost", cmd_status, cmd_status_help},
	{"check", "check which events this kernel supports", cmd_check, cmd_check_help},
	{"schema", "print the JSON Schema of the JSON lines", cmd_schema, cmd_schema_help},
	{"help", "explain a command", cmd_help, cmd_help_help},
};

#define SUBCOMMAND_COUNT (sizeof(subcommands) / sizeof(subcommands[0]))

const struct subcommand *subcommand_find(const char *name)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		if (!strcmp(subcommands[i].name, name))
			return &subcommands[i];
	return NULL;
}

void subcommand_suggest(struct nearest *nearest)
{
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		nearest_try(nearest, subcommands[i].name);
}

bool subcommand_is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

void subcommand_list(FILE *out)
{
	fputs("usage: procsieve COMMAND [OPTION...]\n"
	      "       procsieve -V | --version\n"
	      "       procsieve -h | --help\n\n"
	      "Reports what the processes of this machine do, filtered in the kernel.\n\n"
	      "commands:\n",
	      out);
	for (size_t i = 0; i < SUBCOMMAND_COUNT; i++)
		fprintf(out, "  %-8s %s\n", subcommands[i].name, subcommands[i].summary);
	fputs("\n`procsieve help COMMAND` lists its options, as `procsieve COMMAND --help` does.\n",
	      out);
}
