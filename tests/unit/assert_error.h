/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared by the tests of the option parsers: input that must be refused, with the complete error
 * message.
 */
#ifndef TESTS_UNIT_ASSERT_ERROR_H
#define TESTS_UNIT_ASSERT_ERROR_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/reason.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct refusal {
	const char *text;    /* what the user typed */
	const char *message; /* the expected error message */
};

static inline void assert_refused(const struct refusal *refusal, int err, const struct reason *why)
{
	if (err != -EINVAL || why->status != STATUS_USAGE)
		fail_msg("\"%s\": expected -EINVAL and status %d, got %d and %d", refusal->text,
			 STATUS_USAGE, err, why->status);
	if (strcmp(why->text, refusal->message) != 0)
		fail_msg("\"%s\": expected the message\n\t%s\ngot\n\t%s", refusal->text,
			 refusal->message, why->text);
}

/*
 * The argv of a subcommand: its name, then the words up to a NULL, at most 30. Valid until the next
 * call.
 */
static inline char **command_line(const char *name, const char *const *words, int *argc)
{
	static char *argv[32];

	argv[0] = (char *)name;
	for (*argc = 1; words[*argc - 1]; ++*argc)
		argv[*argc] = (char *)words[*argc - 1];
	argv[*argc] = NULL;
	return argv;
}

static inline void assert_accepted(const char *text, int err, const struct reason *why)
{
	if (err)
		fail_msg("\"%s\": expected to be accepted, got %d: %s", text, err, why->text);
}

#endif
