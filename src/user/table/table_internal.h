/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the listing share. */
#ifndef USER_TABLE_TABLE_INTERNAL_H
#define USER_TABLE_TABLE_INTERNAL_H

#include "table/table.h"

/* No process. */
#define TABLE_NONE UINT32_MAX

/* A record that is kept. */
struct item {
	struct item *next; /* what belongs to the same process */
	size_t size;
	struct procsieve_record record; /* and the rest of it */
};

/* A process or thread; the numbers are places in `nodes`. */
struct node {
	struct item *item;
	struct item **end; /* where the next that belongs to it goes */
	uint32_t parent, child, sibling;
	bool placed; /* in the tree */
};

struct table {
	struct node *nodes;
	uint32_t *order; /* of printing: places in `nodes` */
	uint32_t count, room;
	bool tree;
	uint32_t at;	   /* of a walk, in `order` */
	struct item *item; /* that comes next; NULL: the next process */
	char *branch;
};

/* Less than, equal to or greater than 0, as one comes before the other. */
int table_compare(const struct sort_order *order, const struct item *one, const struct item *other);

/* What a tree has before a process. */
void table_branch(struct table *table, uint32_t place);

#endif
