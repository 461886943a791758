/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parsers of parse.h share: walking a list of items, collecting its values, reading plain
 * decimal numbers. Included by parse*.c alone.
 */
#ifndef USER_PARSE_LIST_H
#define USER_PARSE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/filter.h>

#include "base/reason.h"

/* Who asks: the option for the message, and where the message goes. */
struct asker {
	const char *option;
	struct reason *why;
};

/* Says what is wrong with the asker's option; the value is -EINVAL. */
#define refuse(asker, format, ...) \
	reason_set((asker)->why, STATUS_USAGE, "%s: " format, (asker)->option, ##__VA_ARGS__)

/* Takes one item, never empty and without blanks at its ends. Returns 0, or what refuse() said. */
typedef int list_take(const struct asker *asker, const char *item, void *result);

/* Hands every item of a comma-separated list to `take`, up to the first that it refuses. */
int list_walk(const struct asker *asker, const char *text, list_take *take, void *result);

/*
 * The values of a list option: first those that it has, then each new one, once. Nothing of it
 * reaches the filter before the whole list is known to be good.
 */
struct draft {
	void *values; /* room for PROCSIEVE_LIST_MAX */
	size_t size;  /* of one value */
	size_t count;
};

/* A draft that starts with the values there are. Returns 0, or -EIO where memory is short. */
int draft_begin(const struct asker *asker, struct draft *draft, const void *values, size_t count,
		size_t size);

/* Adds a value that is not there yet. Returns 0, or -EINVAL where the list is full. */
int draft_add(const struct asker *asker, struct draft *draft, const void *value);

/*
 * For lists of numbers: begins with the list's values, and at the end puts the draft in their
 * place, or forgets it where `err` is set. Hands on `err`.
 */
int draft_begin_list(const struct asker *asker, struct draft *draft,
		     const struct procsieve_list *list);
int draft_end_list(struct draft *draft, struct procsieve_list *list, int err);

/*
 * Reads the digits at *text and moves it behind them. Returns false where there is none, or where
 * 64 bits are too few.
 */
bool scan_number(const char **text, uint64_t *value);

/* The same for a text that is one number and nothing else. */
bool scan_whole_number(const char *text, uint64_t *value);

#endif
