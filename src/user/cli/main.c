// SPDX-License-Identifier: GPL-2.0-or-later
/* procsieve: finds the subcommand and runs it. */
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "cli/subcommand.h"
#include "base/inherited.h"
#include "base/quote.h"
#include "base/reason.h"

static int print_version(void)
{
	printf("procsieve %s (schema 1, libbpf %s)\n", PROCSIEVE_VERSION, engine_libbpf_version());
	return 0;
}

/* Runs the subcommand and returns the exit status. */
static int run_subcommand(int argc, char **argv)
{
	const struct subcommand *command;
	struct nearest nearest;
	struct reason why;

	if (argc < 2) {
		subcommand_list(stderr);
		return STATUS_USAGE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
		return print_version();
	if (subcommand_is_help(argv[1])) {
		subcommand_list(stdout);
		return 0;
	}
	command = subcommand_find(argv[1]);
	if (!command) {
		nearest = (struct nearest){.word = argv[1]};
		subcommand_suggest(&nearest);
		reason_set(&why, STATUS_USAGE, "%s is not a command%s; `procsieve help` lists them",
			   quote(argv[1]), nearest_text(&nearest));
		return reason_print(&why);
	}
	return command->run(argc - 1, argv + 1);
}

/* Reports output that was lost because of a full disk or a closed descriptor. */
static int finish_output(int status)
{
	struct reason why;

	if (!fflush(stdout) && !ferror(stdout))
		return status;
	reason_set(&why, STATUS_FAILURE, "cannot write all of standard output");
	reason_print(&why);
	return status ? status : STATUS_FAILURE;
}

int main(int argc, char **argv)
{
	inherited_replace();
	return finish_output(run_subcommand(argc, argv));
}
