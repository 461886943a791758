/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Definitions shared by the files of the table. */
#ifndef USER_TABLE_TABLE_INTERNAL_H
#define USER_TABLE_TABLE_INTERNAL_H

#include "table/table.h"

/* No process. */
#define TABLE_NONE UINT32_MAX

/* One record. */
struct item {
	struct item *next; /* next record of the same process */
	size_t size;
	struct procsieve_record record; /* followed by the rest of the record */
};

/* A process or thread. Other nodes are referenced by their index in `nodes`. */
struct node {
	struct item *item;
	struct item **end; /* where the next record of this process is linked */
	uint32_t parent, child, sibling;
	bool in_tree;
};

struct table {
	struct node *nodes;
	uint32_t *order; /* order of printing: indexes into `nodes` */
	uint32_t count, capacity;
	bool tree;
	uint32_t at;	   /* position of table_next() in `order` */
	struct item *item; /* next record of the current process; NULL: next process */
	char *branch;
};

/* Returns less than, equal to or greater than 0, as `one` sorts before, with or after `other`. */
int table_compare(const struct sort_order *order, const struct item *one, const struct item *other);

/* Sets table->branch to the prefix of a process in the tree. */
void table_set_branch(struct table *table, uint32_t node);

#endif
