/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the parsers of filter_lists.h and of --sort: walks a list of items, collects its
 * values, reads plain decimal numbers.
 */
#ifndef USER_PARSE_LIST_H
#define USER_PARSE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <procsieve/filter.h>

#include "base/reason.h"

/* The option that is being parsed, for the message, and where the message is stored. */
struct parsing {
	const char *option;
	struct reason *why;
};

/* Sets the reason to an error in the option. The value is -EINVAL. */
#define refuse(parsing, format, ...) \
	reason_set((parsing)->why, STATUS_USAGE, "%s: " format, (parsing)->option, ##__VA_ARGS__)

/*
 * Handles one item, which is not empty. Returns 0, or what refuse() returned.
 */
typedef int list_add(const struct parsing *parsing, const char *item, void *result);

/*
 * Passes every item of a comma-separated list to `add`. A backslash makes the next byte a part of
 * the item: a comma, a blank at an end, a backslash. Stops at the first item that is refused.
 * Returns 0, or what `add` or reason_set() returned.
 */
int list_walk(const struct parsing *parsing, const char *text, list_add *add, void *result);

/*
 * The values of a list option while it is parsed: first the existing values, then each new one,
 * without duplicates. The filter is not changed before the whole list is valid.
 */
struct draft {
	void *values; /* array of PROCSIEVE_LIST_MAX */
	size_t size;  /* size of one value in bytes */
	size_t count;
};

/* Starts a draft with a copy of the existing values. Returns 0, or -EIO if memory is short. */
int draft_begin(const struct parsing *parsing, struct draft *draft, const void *values,
		size_t count, size_t size);

/* Adds a value unless it is there already. Returns 0, or -EINVAL if the list is full. */
int draft_add(const struct parsing *parsing, struct draft *draft, const void *value);

/*
 * For lists of numbers. draft_begin_list() starts with the list's values. draft_end_list() replaces
 * the list by the draft, or discards the draft if `err` is set, and returns `err`.
 */
int draft_begin_list(const struct parsing *parsing, struct draft *draft,
		     const struct procsieve_list *list);
int draft_end_list(struct draft *draft, struct procsieve_list *list, int err);

/*
 * Reads the digits at *text and advances *text past them. Returns false if there is no digit, or if
 * the number does not fit in 64 bits.
 */
bool scan_number(const char **text, uint64_t *value);

/* The same, but the whole text must be one number. */
bool scan_whole_number(const char *text, uint64_t *value);

#endif
