// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `procsieve ps` and the machine's first process. The kernels of some hosts hide it from every
 * iterator. If the test's own iterator shows that this is such a kernel, there is nothing to test.
 */
#include <stdlib.h>
#include <unistd.h>

#include "workload/iterator.h"
#include "oracle/compare_procfs.h"
#include "harness/run_ps.h"

/* Compares its only record with /proc before and after. */
static void check_first(const json_t *records, const struct procfs *before)
{
	const json_t *record = records_only(records, "process", 1);
	struct procfs after;

	assert_true(procfs_read(&after, 1, 0));
	assert_record_matches_procfs(record, before, &after);
	procfs_clear(&after);
}

static void the_first_process_is_shown(void **state)
{
	const char *const forms[][6] = {
		{"--with", PROCFS_GROUPS, NULL},
		{"--with", PROCFS_GROUPS, "-p", "1", NULL},
		{"--with", PROCFS_GROUPS, "--descendants", "1", NULL},
	};

	(void)state;
	if (!iterator_shows(1))
		skip();
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct procfs before;
		json_t *records;

		assert_true(procfs_read(&before, 1, 0));
		records = run_ps(forms[i]);
		check_first(records, &before);
		json_decref(records);
		procfs_clear(&before);
	}
}

static void other_processes_are_shown(void **state)
{
	(void)state;
	/* Check the oracle itself. */
	assert_true(iterator_shows(getpid()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_process_is_shown),
		cmocka_unit_test(other_processes_are_shown),
	};

	return cmocka_run_group_tests_name("ps_first", tests, NULL, NULL);
}
