// SPDX-License-Identifier: GPL-2.0-or-later
/* A snapshot that is kept; see listing.h. */
#include "table/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <procsieve/event.h>

#include "table/table_internal.h"

struct listing *listing_new(void)
{
	return calloc(1, sizeof(struct listing));
}

void listing_free(struct listing *listing)
{
	if (!listing)
		return;
	for (uint32_t i = 0; i < listing->count; i++) {
		struct item *item = listing->nodes[i].item, *next;

		for (; item; item = next) {
			next = item->next;
			free(item);
		}
	}
	free(listing->nodes);
	free(listing->order);
	free(listing->branch);
	free(listing);
}

/* Room for one more process. */
static int grow(struct listing *listing)
{
	uint32_t room = listing->room ? 2 * listing->room : 1024;
	struct node *nodes;
	uint32_t *order;

	if (listing->count < listing->room)
		return 0;
	nodes = reallocarray(listing->nodes, room, sizeof(*nodes));
	if (!nodes)
		return -ENOMEM;
	listing->nodes = nodes;
	order = reallocarray(listing->order, room, sizeof(*order));
	if (!order)
		return -ENOMEM;
	listing->order = order;
	listing->room = room;
	/* They have moved. */
	for (uint32_t i = 0; i < listing->count; i++)
		if (!nodes[i].item->next)
			nodes[i].end = &nodes[i].item->next;
	return 0;
}

static int add_node(struct listing *listing, struct item *item)
{
	int err = grow(listing);

	if (err)
		return err;
	listing->nodes[listing->count] = (struct node){.item = item, .end = &item->next};
	listing->order[listing->count] = listing->count;
	listing->count++;
	return 0;
}

int listing_add(struct listing *listing, const struct procsieve_record *record, size_t size)
{
	struct item *item = malloc(offsetof(struct item, record) + size);
	struct node *last;

	if (!item)
		return -ENOMEM;
	item->next = NULL;
	item->size = size;
	memcpy(&item->record, record, size);
	if (record->type == PROCSIEVE_PROCESS) {
		int err = add_node(listing, item);

		if (err)
			free(item);
		return err;
	}
	if (!listing->count) {
		free(item);
		return 0;
	}
	last = &listing->nodes[listing->count - 1];
	*last->end = item;
	last->end = &item->next;
	return 0;
}

struct sorting {
	const struct listing *listing;
	const struct listing_order *order;
};

static int compare_places(const void *one, const void *other, void *context)
{
	const struct sorting *sorting = context;
	const struct node *nodes = sorting->listing->nodes;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
	int result = listing_compare(sorting->order, nodes[a].item, nodes[b].item);

	/* Else as they came. */
	return result ? result : (a > b) - (a < b);
}

void listing_sort(struct listing *listing, const struct listing_order *order)
{
	struct sorting sorting = {listing, order};

	if (!listing->count)
		return;
	qsort_r(listing->order, listing->count, sizeof(*listing->order), compare_places, &sorting);
}

const struct procsieve_record *listing_next(struct listing *listing, size_t *size,
					    const char **branch)
{
	struct item *item = listing->item;

	if (!item) {
		uint32_t place;

		if (listing->at == listing->count)
			return NULL;
		place = listing->order[listing->at++];
		item = listing->nodes[place].item;
		if (listing->tree)
			listing_branch(listing, place);
	}
	listing->item = item->next;
	*branch = listing->branch;
	*size = item->size;
	return &item->record;
}
