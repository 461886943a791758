// SPDX-License-Identifier: GPL-2.0-or-later
/* The numbers of the CPUs, from lists as the kernel prints them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cpus.h"

static const struct {
	const char *list;
	int limit;
	__u64 mask[2];
} cases[] = {
	{"0\n", 1, {1, 0}},
	{"0-1\n", 2, {3, 0}},
	{"0,2\n", 3, {5, 0}},
	{"0-1,64-65\n", 66, {3, 3}},
	{"0-127\n", 128, {~0ull, ~0ull}},
	{"0,5000", 5001, {1, 0}},
	{"", -EINVAL, {0, 0}},
	{"\n", -EINVAL, {0, 0}},
	{"0-\n", -EINVAL, {0, 0}},
	{"0,\n", -EINVAL, {1, 0}},
	{"0x\n", -EINVAL, {1, 0}},
	{"99999999999\n", -EINVAL, {0, 0}},
};

static void numbers_may_have_holes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		__u64 mask[2] = {0};

		assert_int_equal(cpus_parse(cases[i].list, mask, 2), cases[i].limit);
		assert_int_equal(mask[0], cases[i].mask[0]);
		assert_int_equal(mask[1], cases[i].mask[1]);
		assert_int_equal(cpus_parse(cases[i].list, NULL, 0), cases[i].limit);
	}
}

/* Every CPU that is online is possible. */
static void online_ones_are_possible(void **state)
{
	__u64 mask[128] = {0};
	int limit = cpus_possible(mask, 128), count = 0;

	(void)state;
	for (int cpu = 0; cpu < limit; cpu++)
		count += mask[cpu / 64] >> cpu % 64 & 1;
	assert_in_range(sysconf(_SC_NPROCESSORS_ONLN), 1, count);
	assert_in_range(count, 1, limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_may_have_holes),
		cmocka_unit_test(online_ones_are_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
