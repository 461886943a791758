// SPDX-License-Identifier: GPL-2.0-or-later
/* procsieve help [COMMAND] */
#include "cli/subcommand.h"
#include "base/reason.h"

int cmd_help(int argc, char **argv)
{
	const struct subcommand *command;
	struct nearest nearest;
	struct reason why;

	if (argc < 2) {
		subcommand_list(stdout);
		return 0;
	}
	if (subcommand_is_help(argv[1])) {
		cmd_help_help(stdout);
		return 0;
	}
	command = subcommand_find(argv[1]);
	if (!command || argc > 2) {
		nearest = (struct nearest){.word = argv[1]};
		if (!command)
			subcommand_suggest(&nearest);
		reason_set(&why, STATUS_USAGE,
			   "help: expected the name of one command%s; `procsieve help` lists them",
			   nearest_text(&nearest));
		return reason_print(&why);
	}
	command->help(stdout);
	return 0;
}

void cmd_help_help(FILE *out)
{
	fputs("usage: procsieve help [COMMAND]\n\nLists the commands, or the options of one.\n\n"
	      "  -h, --help               print this\n",
	      out);
}
