/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table. */
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
	const char *unit; /* of the figure: "x", "ns" */
	enum budget_kind kind;
	double budget;
	struct sample bare, with;    /* ns; empty where there is no such run */
	struct sample figure;	     /* what is judged: one for each pair */
	unsigned int rounds, beside; /* of how many, how many were beside a stranger */
	unsigned int blind;	     /* in how many the listener saw too little */
	char remark[120];	     /* why not to trust it, or "" */
};

/* Adds to the remark. */
void row_remark(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds a pair of runs, in ns, whose difference is the figure. */
void row_difference(struct row *row, double bare, double with);

void table_head(void);
void table_row(struct row *row);

/* A row that could not be measured. */
void table_skip(const char *work, const char *why);

#endif
