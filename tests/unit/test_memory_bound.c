// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the memory limits are found: with lines as the kernel prints them, and for this process
 * with an oracle.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory_bound.h"

#define V2    "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
#define CPU   "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
#define MIXED CPU V1 "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"

static const struct {
	const char *mounts, *cgroups;
	const char *path; /* NULL: there is none */
	size_t top;
	bool old;
} cases[] = {
	{V2, "0::/system.slice/procsieve.service\n",
	 "/sys/fs/cgroup/system.slice/procsieve.service", 14, false},
	{V2, "0::/\n", "/sys/fs/cgroup/", 14, false},
	{MIXED, "9:name=systemd:/a\n4:memory:/b/c\n1:cpu:/d\n0::/e\n", "/sys/fs/cgroup/memory/b/c",
	 21, true},
	/*
	 * Two controllers share a hierarchy; a name that only has the same beginning does not
	 * count.
	 */
	{"35 31 0:32 / /m rw - cgroup cgroup rw,cpu,memory\n", "5:memoryx:/no\n4:cpu,memory:/b\n",
	 "/m/b", 2, true},
	/*
	 * Only a part is mounted, as in a container: the path may be below it, or as seen from
	 * inside.
	 */
	{"35 31 0:32 /docker/1 /m rw - cgroup cgroup rw,memory\n", "4:memory:/docker/1/x\n", "/m/x",
	 2, true},
	{"35 31 0:32 /docker/1 /m rw - cgroup cgroup rw,memory\n", "4:memory:/docker/12\n", "/m", 2,
	 true},
	{CPU, "1:cpu:/d\n", NULL, 0, false},
	{"", "0::/\n", NULL, 0, false},
};

static FILE *open_text(const char *text)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fputs(text, file);
	rewind(file);
	return file;
}

static void the_directory_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		FILE *mounts = open_text(cases[i].mounts), *cgroups = open_text(cases[i].cgroups);
		size_t top = 0;
		bool old;
		char *path = memory_bound_find(mounts, cgroups, &top, &old);

		if (!cases[i].path) {
			assert_null(path);
		} else {
			assert_non_null(path);
			assert_string_equal(path, cases[i].path);
			assert_int_equal(top, cases[i].top);
			assert_int_equal(old, cases[i].old);
		}
		free(path);
		fclose(mounts);
		fclose(cgroups);
	}
}

static int file_with(const char *text)
{
	FILE *file = open_text(text);
	int fd = dup(fileno(file));

	fclose(file);
	return fd;
}

static void the_nearest_limit_counts(void **state)
{
	struct memory_bound bound = {.count = 3};
	uint64_t left = 0, limit = 0;

	(void)state;
	bound.levels[0].limit = file_with("max\n");
	bound.levels[0].usage = file_with("1000\n");
	bound.levels[1].limit = file_with("104857600\n");
	bound.levels[1].usage = file_with("94857600\n");
	bound.levels[2].limit = file_with("204857600\n");
	bound.levels[2].usage = file_with("204857599\n");
	assert_true(memory_bound_left(&bound, &left, &limit));
	assert_int_equal(left, 1);
	assert_int_equal(limit, 204857600);
	memory_bound_close(&bound);
	assert_int_equal(bound.count, 0);
	assert_false(memory_bound_left(&bound, &left, &limit));
}

/* No limit, in the form of each version; and a usage above the limit, which leaves nothing. */
static void no_limit_is_none(void **state)
{
	static const char *const none[] = {"max\n", "9223372036854771712\n"};
	struct memory_bound bound = {.count = 1};
	uint64_t left, limit;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		bound.count = 1;
		bound.levels[0].limit = file_with(none[i]);
		bound.levels[0].usage = file_with("1000\n");
		assert_false(memory_bound_left(&bound, &left, &limit));
		memory_bound_close(&bound);
	}
	bound.count = 1;
	bound.levels[0].limit = file_with("4096\n");
	bound.levels[0].usage = file_with("8192\n");
	assert_true(memory_bound_left(&bound, &left, &limit));
	assert_int_equal(left, 0);
	memory_bound_close(&bound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_directory_is_found),
		cmocka_unit_test(the_nearest_limit_counts),
		cmocka_unit_test(no_limit_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
