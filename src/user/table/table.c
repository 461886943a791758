// SPDX-License-Identifier: GPL-2.0-or-later
/* A snapshot in memory; see table.h. */
#include "table/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <procsieve/event.h>

#include "table/table_internal.h"

struct table *table_new(void)
{
	return calloc(1, sizeof(struct table));
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (uint32_t i = 0; i < table->count; i++) {
		struct item *item = table->nodes[i].item, *next;

		for (; item; item = next) {
			next = item->next;
			free(item);
		}
	}
	free(table->nodes);
	free(table->order);
	free(table->branch);
	free(table);
}

/* Makes room for one more process. */
static int grow_table(struct table *table)
{
	uint32_t capacity = table->capacity ? 2 * table->capacity : 1024;
	struct node *nodes;
	uint32_t *order;

	if (table->count < table->capacity)
		return 0;
	nodes = reallocarray(table->nodes, capacity, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	table->nodes = nodes;
	order = reallocarray(table->order, capacity, sizeof(*order));
	if (!order)
		return -ENOMEM;
	table->order = order;
	table->capacity = capacity;
	/* The nodes have moved: update the pointers into them. */
	for (uint32_t i = 0; i < table->count; i++)
		if (!nodes[i].item->next)
			nodes[i].end = &nodes[i].item->next;
	return 0;
}

static int add_node(struct table *table, struct item *item)
{
	int err = grow_table(table);

	if (err)
		return err;
	table->nodes[table->count] = (struct node){.item = item, .end = &item->next};
	table->order[table->count] = table->count;
	table->count++;
	return 0;
}

int table_add(struct table *table, const struct procsieve_record *record, size_t size)
{
	struct item *item = malloc(offsetof(struct item, record) + size);
	struct node *last;

	if (!item)
		return -ENOMEM;
	item->next = NULL;
	item->size = size;
	memcpy(&item->record, record, size);
	if (record->type == PROCSIEVE_PROCESS) {
		int err = add_node(table, item);

		if (err)
			free(item);
		return err;
	}
	if (!table->count) {
		free(item);
		return 0;
	}
	last = &table->nodes[table->count - 1];
	*last->end = item;
	last->end = &item->next;
	return 0;
}

struct sorting {
	const struct table *table;
	const struct sort_order *order;
};

static int compare_nodes(const void *one, const void *other, void *context)
{
	const struct sorting *sorting = context;
	const struct node *nodes = sorting->table->nodes;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
	int result = table_compare(sorting->order, nodes[a].item, nodes[b].item);

	/* Equal keys: keep the original order. */
	return result ? result : (a > b) - (a < b);
}

void table_sort(struct table *table, const struct sort_order *order)
{
	struct sorting sorting = {table, order};

	if (!table->count)
		return;
	qsort_r(table->order, table->count, sizeof(*table->order), compare_nodes, &sorting);
}

const struct procsieve_record *table_next(struct table *table, size_t *size, const char **branch)
{
	struct item *item = table->item;

	if (!item) {
		uint32_t node;

		if (table->at == table->count)
			return NULL;
		node = table->order[table->at++];
		item = table->nodes[node].item;
		if (table->tree)
			table_set_branch(table, node);
	}
	table->item = item->next;
	*branch = table->branch;
	*size = item->size;
	return &item->record;
}
