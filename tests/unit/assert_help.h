/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tries every option that a help text mentions, by its name and by its letter. */
#ifndef TESTS_UNIT_ASSERT_HELP_H
#define TESTS_UNIT_ASSERT_HELP_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "assert_error.h"

/* A sample value for an option that has one; NULL: none is known, which fails the test. */
typedef const char *help_example(const char *name, const char *argument);

/*
 * Parses an option as the user types it: a word, and its value or NULL. Fails if the option is
 * unknown.
 */
typedef void help_try(const char *word, const char *name, const char *value);

/* Tries a line "  -p, --pid LIST ...". Returns whether it describes an option. */
static inline bool help_try_line(const char *line, help_example *example_of, help_try *try_word)
{
	char name[40] = "--", argument[40] = "", letter[3] = "-";
	const char *value;

	if (sscanf(line, " -%1[a-z], --%37[a-z-]%*1[ ]%39[A-Z]", letter + 1, name + 2, argument) <
		    2 &&
	    sscanf(line, "      --%37[a-z-]%*1[ ]%39[A-Z]", name + 2, argument) < 1)
		return false;
	value = *argument ? example_of(name, argument) : NULL;
	if (*argument && !value)
		fail_msg("no example of a value for %s %s", name, argument);
	try_word(name, name, value);
	if (letter[1])
		try_word(letter, name, value);
	return true;
}

/* Tries all options of a help text. Returns their number. */
static inline unsigned int help_try_all(void (*print)(FILE *out), help_example *example_of,
					help_try *try_word)
{
	char *text, *line, *rest;
	unsigned int count = 0;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	print(file);
	fclose(file);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		count += help_try_line(line, example_of, try_word);
	free(text);
	return count;
}

#endif
