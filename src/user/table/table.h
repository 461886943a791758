/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot kept in memory, to be sorted or arranged as a tree before it is printed. The records
 * that belong to a process (mappings, files) are stored with it.
 */
#ifndef USER_TABLE_TABLE_H
#define USER_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/record.h>

/* Maximum number of sort keys. The most important key is the first. */
#define SORT_KEYS_MAX 8

struct sort_order {
	unsigned char keys[SORT_KEYS_MAX];
	bool descending[SORT_KEYS_MAX];
	size_t count;
	uint32_t sections; /* sections that contain the keys */
};

/*
 * Adds a key by name. Returns 0;
 * -ENOENT if there is no such key; -E2BIG if the order already has SORT_KEYS_MAX keys.
 */
int sort_order_add(struct sort_order *order, const char *name, bool descending);

/* Writes the names of all keys, "pid, ppid, ...", and cuts them if they do not fit. */
void sort_key_names(char *text, size_t size);

/* Returns the name of the key with that index, which is less than order->count. */
const char *sort_order_name(const struct sort_order *order, size_t index);

struct table;

/* table_new() returns NULL if memory is short. table_free() accepts NULL. */
struct table *table_new(void);
void table_free(struct table *table);

/* Stores a copy of the next record of a snapshot. Returns 0 or -ENOMEM. */
int table_add(struct table *table, const struct procsieve_record *record, size_t size);

/* Sorts by the keys. Processes with equal keys keep their order, which is by process id. */
void table_sort(struct table *table, const struct sort_order *order);

/*
 * Arranges the processes as a tree: children after their parents, siblings in their present order.
 * Processes without a parent in the table become roots. Returns 0 or -ENOMEM.
 */
int table_tree(struct table *table);

/*
 * Returns the next record in the table's order and its size, or NULL after the last. *branch is the
 * prefix of the process in the tree, "" for a root, or NULL without a tree. It is valid until the
 * next call.
 */
const struct procsieve_record *table_next(struct table *table, size_t *size, const char **branch);

#endif
