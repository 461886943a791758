// SPDX-License-Identifier: GPL-2.0-or-later
/* procsieve schema: the contract of the JSON lines, for programs that read them. */
#include "base/reason.h"
#include "cli/subcommand.h"

/* include/procsieve/schema.json as string literals; made by the Makefile. */
static const char schema[] =
#include "schema.inc"
	;

int cmd_schema(int argc, char **argv)
{
	struct reason why;

	if (argc > 1 && subcommand_asks_help(argv[1])) {
		cmd_schema_help(stdout);
		return 0;
	}
	if (argc > 1) {
		reason_set(&why, STATUS_USAGE, "schema: takes no arguments");
		return reason_print(&why);
	}
	fputs(schema, stdout);
	return 0;
}

void cmd_schema_help(FILE *out)
{
	fputs("usage: procsieve schema\n\n"
	      "Prints the JSON Schema of the lines that `procsieve watch --json` writes.\n\n"
	      "  -h, --help               print this\n",
	      out);
}
