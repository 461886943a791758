// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make bench: the cost of watching, compared with the same work without a listener and with other
 * tools. Each ratio is computed from a pair of runs, one directly after the other. The table shows
 * the median and the quartiles of all pairs. No result makes the program fail.
 */
#include <stdio.h>
#include <string.h>

#include "rows.h"

static const struct effort full = {15, 7, 4, 8000, 2000000, 10000};
static const struct effort quick = {5, 2, 1, 4000, 1000000, 2000};

int main(int argc, char **argv)
{
	const struct effort *effort = &full;

	if (argc > 1 && !strcmp(argv[1], "--quick")) {
		effort = &quick;
		argc--;
	}
	if (argc > 1) {
		fprintf(stderr, "bench: the only option is --quick\n");
		return 2;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "bench: needs root: it listens to the whole machine\n");
		return 1;
	}
	if (!program_is_installed("unshare"))
		fprintf(stderr, "bench: without unshare (util-linux) some tools are left out\n");
	process_kill_at_exit();
	table_print_head();
	rows_fork(effort);
	rows_listeners(effort);
	rows_comm(effort);
	rows_hooks(effort);
	rows_idle(effort);
	rows_ps(effort);
	rows_clients(effort);
	return 0;
}
