// SPDX-License-Identifier: GPL-2.0-or-later
/* A snapshot as a tree; see table.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "table/table_internal.h"

/* Maximum depth that is drawn. Deeper processes are drawn at this depth. */
#define DEPTH_MAX 64

/* Prefix for each ancestor, and for the process itself. */
#define STEP	  " |  "
#define STEP_LAST "    "
#define LEAF	  " \\_ "

/* Index of processes by pid. */
struct pid_index {
	uint32_t pid, node;
};

static int compare_pids(const void *one, const void *other)
{
	uint32_t a = ((const struct pid_index *)one)->pid,
		 b = ((const struct pid_index *)other)->pid;

	return (a > b) - (a < b);
}

static uint32_t find_node(const struct pid_index *index, size_t count, uint32_t pid)
{
	const struct pid_index key = {.pid = pid}, *found;

	found = bsearch(&key, index, count, sizeof(*index), compare_pids);
	return found ? found->node : TABLE_NONE;
}

static bool is_thread(const struct node *node)
{
	return node->item->record.flags & PROCSIEVE_F_THREAD;
}

static size_t build_index(const struct table *table, struct pid_index *index)
{
	size_t count = 0;

	for (uint32_t i = 0; i < table->count; i++)
		if (!is_thread(&table->nodes[i]))
			index[count++] = (struct pid_index){table->nodes[i].item->record.pid, i};
	qsort(index, count, sizeof(*index), compare_pids);
	return count;
}

/*
 * Links each node to its parent; the parent of a thread is its process. Goes backwards, because
 * each node is inserted before its siblings.
 */
static void link_nodes(struct table *table, const struct pid_index *index, size_t count)
{
	for (uint32_t i = 0; i < table->count; i++)
		table->nodes[i].child = table->nodes[i].sibling = TABLE_NONE;
	for (uint32_t at = table->count; at--;) {
		uint32_t child = table->order[at];
		struct node *node = &table->nodes[child];
		const struct procsieve_record *record = &node->item->record;

		node->parent =
			find_node(index, count, is_thread(node) ? record->pid : record->ppid);
		if (node->parent == child)
			node->parent = TABLE_NONE;
		if (node->parent == TABLE_NONE)
			continue;
		node->sibling = table->nodes[node->parent].child;
		table->nodes[node->parent].child = child;
	}
}

/* Appends a process and all its descendants to `order`. Returns the new count. */
static uint32_t add_subtree(struct table *table, uint32_t root, uint32_t *order, uint32_t count)
{
	struct node *nodes = table->nodes;
	uint32_t at = root;

	for (;;) {
		uint32_t next = TABLE_NONE;

		if (!nodes[at].in_tree) {
			nodes[at].in_tree = true;
			order[count++] = at;
			next = nodes[at].child;
		}
		/* Reused pids can make a cycle of parents. */
		while (next != TABLE_NONE && nodes[next].in_tree)
			next = nodes[next].sibling;
		for (; next == TABLE_NONE; at = nodes[at].parent) {
			if (at == root)
				return count;
			for (next = nodes[at].sibling; next != TABLE_NONE && nodes[next].in_tree;)
				next = nodes[next].sibling;
			if (next != TABLE_NONE)
				break;
		}
		at = next;
	}
}

int table_tree(struct table *table)
{
	struct pid_index *index = calloc(table->count + 1, sizeof(*index));
	uint32_t *order = calloc(table->count + 1, sizeof(*order));
	uint32_t count = 0;

	table->branch = calloc(DEPTH_MAX + 1, sizeof(STEP));
	if (!index || !order || !table->branch) {
		free(index);
		free(order);
		return -ENOMEM;
	}
	link_nodes(table, index, build_index(table, index));
	for (uint32_t i = 0; i < table->count; i++)
		if (table->nodes[table->order[i]].parent == TABLE_NONE)
			count = add_subtree(table, table->order[i], order, count);
	for (uint32_t i = 0; i < table->count; i++) {
		struct node *node = &table->nodes[table->order[i]];

		if (node->in_tree)
			continue;
		node->parent = TABLE_NONE;
		count = add_subtree(table, table->order[i], order, count);
	}
	free(index);
	free(table->order);
	table->order = order;
	table->tree = true;
	return 0;
}

void table_set_branch(struct table *table, uint32_t node)
{
	const struct node *nodes = table->nodes;
	const char *steps[DEPTH_MAX] = {NULL};
	unsigned int depth = 0;
	char *end = table->branch;

	if (nodes[node].parent != TABLE_NONE)
		steps[depth++] = LEAF;
	for (uint32_t at = nodes[node].parent;
	     at != TABLE_NONE && nodes[at].parent != TABLE_NONE && depth < DEPTH_MAX;
	     at = nodes[at].parent)
		steps[depth++] = nodes[at].sibling == TABLE_NONE ? STEP_LAST : STEP;
	while (depth)
		end = stpcpy(end, steps[--depth]);
	*end = '\0';
}
