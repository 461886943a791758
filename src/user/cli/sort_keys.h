/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses the value of --sort. */
#ifndef USER_CLI_SORT_KEYS_H
#define USER_CLI_SORT_KEYS_H

#include "base/reason.h"
#include "table/table.h"

/*
 * Parses "cpu,-rss" with the most important key first, and adds the keys to the order. Returns 0,
 * or a negative value with *why filled and the order unchanged.
 */
int sort_keys_parse(const char *option, const char *text, struct sort_order *order,
		    struct reason *why);

#endif
