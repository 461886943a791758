// SPDX-License-Identifier: GPL-2.0-or-later
/* Subordinate IDs: lines in the format of subuid(5), and others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/subordinate_ids.h"

static const char text[] = "1000:100000:65536\n"
			   "1001:4294967290:6\n"
			   "root:300000:1000\n"
			   "daemon:400000:1\n"
			   "\n"
			   "no such user:500000:1\n"
			   "1002:600000\n"
			   "1002::5\n"
			   "1002:700000:1:more\n"
			   "1002:-1:5\n"
			   "1002:99999999999:5\n"
			   "1003:800000:0\n"
			   "1003:900000:2";

static void subordinate_ids_belong_to_their_user(void **state)
{
	static const struct {
		uint32_t id, user;
	} cases[] = {
		{99999, 99999},
		{100000, 1000},
		{165535, 1000},
		{165536, 165536},
		{4294967290u, 1001},
		{4294967295u, 1001},
		{4294967289u, 4294967289u},
		{0, 0},
		{300000, 300000},
		{400000, 1},
		{500000, 500000},
		{600000, 600000},
		{700000, 700000},
		{800000, 800000},
		{900001, 1003},
		{900002, 900002},
		{1000, 1000},
	};
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct subordinate ids = {0};

	(void)state;
	subordinate_read(&ids, file);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(subordinate_user(&ids, cases[i].id), cases[i].user);
	/* Reading again gives the same result. */
	rewind(file);
	subordinate_read(&ids, file);
	assert_int_equal(ids.count, 5);
	subordinate_clear(&ids);
	assert_int_equal(subordinate_user(&ids, 100000), 100000);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(subordinate_ids_belong_to_their_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
