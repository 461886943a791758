// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds fields of the running kernel, wherever they are in their structure. Uses fields that all
 * kernels have.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/required_features.h"

static int find_types(void **state)
{
	(void)state;
	return access("/sys/kernel/btf/vmlinux", R_OK);
}

static void fields_are_found(void **state)
{
	(void)state;
	assert_true(features_has_field("task_struct", "pid"));
	/* In an anonymous struct, the first member of mm_struct. */
	assert_true(features_has_field("mm_struct", "mm_users"));
	/* In later kernels in an anonymous union. */
	assert_true(features_has_field("cgroup", "ancestors"));
}

static void unknown_fields_are_not_found(void **state)
{
	(void)state;
	assert_false(features_has_field("task_struct", "mm_users"));
	assert_false(features_has_field("cgroup", "ancestor"));
	assert_false(features_has_field("no_such_struct", "pid"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found),
		cmocka_unit_test(unknown_fields_are_not_found),
	};

	return cmocka_run_group_tests_name("required_features", tests, find_types, NULL);
}
