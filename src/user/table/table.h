/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot that is kept, to be sorted or drawn as a tree before it is printed. Each process keeps
 * what belongs to it (threads, mappings, files) behind it.
 */
#ifndef USER_TABLE_TABLE_H
#define USER_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

/* Keys to sort by, the most important first. */
#define SORT_KEYS_MAX 8

struct sort_order {
	unsigned char keys[SORT_KEYS_MAX];
	bool descending[SORT_KEYS_MAX];
	size_t count;
	uint32_t sections; /* that the keys are read from */
};

/*
 * Adds a key by its name (pid, ppid, user, comm, state, start, threads, cpu, rss, vsz). Returns 0,
 * -ENOENT where there is no such key, or -E2BIG where the order has SORT_KEYS_MAX already.
 */
int sort_order_add(struct sort_order *order, const char *name, bool descending);

struct table;

/* Returns NULL without memory. */
struct table *table_new(void);
void table_free(struct table *table);

/* Keeps a copy of the next record of a snapshot. Returns 0 or -ENOMEM. */
int table_add(struct table *table, const struct procsieve_record *record, size_t size);

/* Sorts by the keys, then by process id. */
void table_sort(struct table *table, const struct sort_order *order);

/*
 * Puts the processes in the order of a tree: children below their parents, each generation in the
 * order that it has. Those whose parents are not there come first as roots. Returns 0 or -ENOMEM.
 */
int table_tree(struct table *table);

/*
 * Walks it in its order: `at` is 0 at first. Returns the next record and *size, NULL behind the
 * last; *branch is what a tree has before it, "" for roots and NULL where there is no tree, and
 * stands until the next call.
 */
const struct procsieve_record *table_next(struct table *table, size_t *size, const char **branch);

#endif
