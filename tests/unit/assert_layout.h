/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the columns that options have chosen with a list of names. */
#ifndef TESTS_UNIT_ASSERT_LAYOUT_H
#define TESTS_UNIT_ASSERT_LAYOUT_H

#include "assert_error.h"

#include "format/layout.h"

/* `names` ends with NULL. */
static inline void assert_layout(const struct layout *layout, const char *const *names)
{
	size_t count = 0;

	for (; names[count]; count++)
		assert_string_equal(count < layout->count ? layout->columns[count].name : "",
				    names[count]);
	assert_int_equal(layout->count, count);
}

#endif
