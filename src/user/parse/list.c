// SPDX-License-Identifier: GPL-2.0-or-later
/* The list walker and number scanner used by all command-line parsers; see list.h. */
#include "parse/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/quote.h"

static int out_of_memory(const struct parsing *parsing)
{
	return reason_set(parsing->why, STATUS_FAILURE, "%s: out of memory", parsing->option);
}

static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* An item of a list, without the backslashes. */
struct item {
	char *text;
	bool outer_blank; /* it begins or ends with a blank that no backslash precedes */
	bool unfinished;  /* its last byte is a backslash that precedes nothing */
};

/*
 * Cuts the next item off *rest, which becomes NULL after the last one. A backslash makes the next
 * byte a part of the item.
 */
static struct item take_item(char **rest)
{
	char *from = *rest, *to = *rest;
	struct item item = {.text = *rest, .outer_blank = is_blank(*from)};

	while (*from && *from != ',') {
		bool escaped = *from == '\\';

		from += escaped;
		item.unfinished = !*from;
		item.outer_blank |= !escaped && is_blank(*from) && (!from[1] || from[1] == ',');
		if (*from)
			*to++ = *from++;
	}
	*rest = *from ? from + 1 : NULL;
	*to = '\0';
	return item;
}

/* Checks one item. `text` is the whole list, for the message: it shows where the item is. */
static int check_item(const struct parsing *parsing, const char *text, const struct item *item)
{
	if (item->unfinished)
		return refuse(parsing, "%s ends with a backslash; \\\\ stands for one",
			      quote(text));
	if (*item->text == '\0')
		return refuse(parsing, "empty item in %s; put one comma between two items",
			      quote(text));
	if (item->outer_blank)
		return refuse(parsing, "blank in %s; put only a comma between two items",
			      quote(text));
	return 0;
}

int list_walk(const struct parsing *parsing, const char *text, list_add *add, void *result)
{
	char *copy, *rest;
	int err = 0;

	if (*text == '\0')
		return refuse(parsing, "the list is empty; it needs at least one item");
	copy = strdup(text);
	if (!copy)
		return out_of_memory(parsing);
	rest = copy;
	while (!err && rest) {
		struct item item = take_item(&rest);

		err = check_item(parsing, text, &item);
		if (!err)
			err = add(parsing, item.text, result);
	}
	free(copy);
	return err;
}

int draft_begin(const struct parsing *parsing, struct draft *draft, const void *values,
		size_t count, size_t size)
{
	draft->values = calloc(PROCSIEVE_LIST_MAX, size);
	if (!draft->values)
		return out_of_memory(parsing);
	draft->size = size;
	draft->count = count;
	if (count)
		memcpy(draft->values, values, count * size);
	return 0;
}

static bool draft_has(const struct draft *draft, const void *value)
{
	const char *values = draft->values;
	size_t i;

	for (i = 0; i < draft->count; i++)
		if (!memcmp(values + i * draft->size, value, draft->size))
			return true;
	return false;
}

int draft_add(const struct parsing *parsing, struct draft *draft, const void *value)
{
	if (draft_has(draft, value))
		return 0;
	if (draft->count == PROCSIEVE_LIST_MAX)
		return refuse(parsing, "more than %d values", PROCSIEVE_LIST_MAX);
	memcpy((char *)draft->values + draft->count++ * draft->size, value, draft->size);
	return 0;
}

int draft_begin_list(const struct parsing *parsing, struct draft *draft,
		     const struct procsieve_list *list)
{
	return draft_begin(parsing, draft, list->values, list->count, sizeof(*list->values));
}

int draft_end_list(struct draft *draft, struct procsieve_list *list, int err)
{
	if (err) {
		free(draft->values);
		return err;
	}
	free(list->values);
	list->values = draft->values;
	list->count = draft->count;
	return 0;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

bool scan_number(const char **text, uint64_t *value)
{
	uint64_t sum = 0;

	if (!is_digit(**text))
		return false;
	for (; is_digit(**text); (*text)++) {
		unsigned int digit = **text - '0';

		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*value = sum;
	return true;
}

bool scan_whole_number(const char *text, uint64_t *value)
{
	return scan_number(&text, value) && *text == '\0';
}
