// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make bench: the cost of watching, compared with the same work without a listener and with other
 * tools. Each ratio is computed from a pair of runs, one directly after the other. The table shows
 * the median and the quartiles of all pairs. No result makes the program fail.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "rows.h"

static const struct effort full = {15, 7, 4, 8000, 2000000, 10000};
static const struct effort quick = {5, 2, 1, 4000, 1000000, 2000};

/* The groups of rows, in the order of the table. */
static const struct {
	const char *name;
	void (*measure)(const struct effort *effort);
} groups[] = {
	{"fork", rows_fork},	   {"listeners", rows_listeners}, {"comm", rows_comm},
	{"hooks", rows_hooks},	   {"idle", rows_idle},		  {"ps", rows_ps},
	{"clients", rows_clients},
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

static bool is_group(const char *name)
{
	for (size_t i = 0; i < GROUP_COUNT; i++)
		if (!strcmp(groups[i].name, name))
			return true;
	return false;
}

/* Returns whether a group is in the list; an empty list has all. */
static bool is_selected(const char *name, char *const *list)
{
	bool empty = !*list;

	while (*list && strcmp(*list, name) != 0)
		list++;
	return empty || *list;
}

/* Returns 0, or 2 if a word is not the name of a group. */
static int check_groups(char *const *list)
{
	for (; *list; list++) {
		if (is_group(*list))
			continue;
		fprintf(stderr, "bench: no rows are called %s; takes --quick, then any of:", *list);
		for (size_t i = 0; i < GROUP_COUNT; i++)
			fprintf(stderr, " %s", groups[i].name);
		fprintf(stderr, "\n");
		return 2;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct effort *effort = &full;
	char *const *list = argv + 1;

	if (argc > 1 && !strcmp(argv[1], "--quick")) {
		effort = &quick;
		list++;
	}
	if (check_groups(list))
		return 2;
	if (geteuid() != 0) {
		fprintf(stderr, "bench: needs root: it listens to the whole machine\n");
		return 1;
	}
	if (!program_is_installed("unshare"))
		fprintf(stderr, "bench: without unshare (util-linux) some tools are left out\n");
	process_kill_at_exit();
	table_print_head();
	for (size_t i = 0; i < GROUP_COUNT; i++)
		if (is_selected(groups[i].name, list))
			groups[i].measure(effort);
	return 0;
}
