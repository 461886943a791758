/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot that is kept, to be sorted or drawn as a tree before it is printed. Each process keeps what belongs to it
 * (threads, mappings, files) behind it.
 */
#ifndef USER_TABLE_TABLE_H
#define USER_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

#include "base/reason.h"

/* Keys to sort by, the most important first. */
#define LISTING_KEYS 8

struct sort_order {
	unsigned char keys[LISTING_KEYS];
	bool descending[LISTING_KEYS];
	size_t count;
	uint32_t sections; /* that the keys are read from */
};

/* "cpu,-rss". Adds to what is there; LISTING_KEYS at most. Returns 0 or -EINVAL with *why filled. */
int sort_keys_parse(const char *option, const char *text, struct sort_order *order,
		    struct reason *why);

struct table;

/* Returns NULL without memory. */
struct table *table_new(void);
void table_free(struct table *table);

/* Keeps a copy of the next record of a snapshot. Returns 0 or -ENOMEM. */
int table_add(struct table *table, const struct procsieve_record *record, size_t size);

/* Sorts by the keys, then by process id. */
void table_sort(struct table *table, const struct sort_order *order);

/*
 * Puts the processes in the order of a tree: children below their parents, each generation in the order that it has. Those
 * whose parents are not there come first as roots. Returns 0 or -ENOMEM.
 */
int table_tree(struct table *table);

/*
 * Walks it in its order: `at` is 0 at first. Returns the next record and *size, NULL behind the last; *branch is what a tree
 * has before it, "" for roots and NULL where there is no tree, and stands until the next call.
 */
const struct procsieve_record *table_next(struct table *table, size_t *size, const char **branch);

#endif
