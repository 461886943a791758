/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table that the benchmark prints. */
#ifndef TOOLS_BENCH_TABLE_H
#define TOOLS_BENCH_TABLE_H

#include "stats.h"

enum budget_kind {
	NO_BUDGET,
	AT_MOST,
	AT_LEAST,
};

struct row {
	const char *work;
	const char *unit; /* of the figure, such as "x" or "ns" */
	enum budget_kind kind;
	double budget;
	struct sample bare, with;     /* nanoseconds; empty if there is no such run */
	struct sample figure;	      /* compared with the budget; one value per pair */
	unsigned int rounds, watched; /* number of rounds, and of those with another tool running */
	unsigned int blind; /* number of rounds in which the listener received too little */
	char remark[120];   /* printed after the verdict; may be empty */
};

/* Appends to the remark. */
void row_add_remark(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a pair of runs in nanoseconds. Their difference is the figure. */
void row_difference(struct row *row, double bare, double with);

void table_print_head(void);
void table_print_row(struct row *row);

/* Prints a row that could not be measured, with the reason. */
void table_print_skipped(const char *work, const char *why);

#endif
