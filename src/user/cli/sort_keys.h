/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The value of --sort. */
#ifndef USER_CLI_SORT_KEYS_H
#define USER_CLI_SORT_KEYS_H

#include "base/reason.h"
#include "table/table.h"

/*
 * "cpu,-rss", the most important key first. Adds to what is there. Returns 0, or -EINVAL with *why
 * filled and the order unchanged.
 */
int sort_keys_parse(const char *option, const char *text, struct sort_order *order,
		    struct reason *why);

#endif
