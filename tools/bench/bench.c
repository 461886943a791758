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
		fprintf(stderr, "bench: takes --quick or nothing\n");
		return 2;
	}
	if (geteuid() != 0) {
		fprintf(stderr, "bench: needs root: it listens to the whole machine\n");
		return 1;
	}
	if (!process_installed("unshare"))
		fprintf(stderr, "bench: without unshare (util-linux) some peers are left out\n");
	process_guard();
	table_head();
	rows_storm(effort);
	rows_many(effort);
	rows_flood(effort);
	rows_hooks(effort);
	rows_alone(effort);
	rows_snapshot(effort);
	rows_visit(effort);
	return 0;
}
