// SPDX-License-Identifier: GPL-2.0-or-later
/* `procsieve ps`: what a snapshot says of a crowd of processes in every state, against what /proc says of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crowd.h"
#include "likeness.h"
#include "snapshots.h"

#define SLEEPERS 1400

/* Kernel threads are compared as they come; others of the machine are not the test's. */
static bool is_ours(const struct procfs *facts)
{
	return facts->ppid == 2 || facts->pid == 2 || crowd_has(facts->pid);
}

/* What /proc says of all that is there. Returns the count; the caller frees them. */
static size_t read_processes(struct procfs **facts)
{
	size_t count, kept = 0;
	pid_t *pids;

	count = procfs_list("/proc", &pids);
	*facts = calloc(count + 1, sizeof(**facts));
	for (size_t i = 0; i < count; i++) {
		if (procfs_read(&(*facts)[kept], pids[i], 0) && is_ours(&(*facts)[kept]))
			kept++;
		else
			procfs_clear(&(*facts)[kept]);
	}
	free(pids);
	return kept;
}

/* What /proc has of each thread alone: of a process it is theirs together. */
static void add_threads(struct procfs *facts)
{
	static const enum procfs_number kinds[] = {PROCFS_VOLUNTARY, PROCFS_INVOLUNTARY,
						   PROCFS_RUN_DELAY};
	char directory[64];
	size_t count;
	pid_t *tids;

	if (facts->threads < 2)
		return;
	snprintf(directory, sizeof(directory), "/proc/%d/task", facts->pid);
	count = procfs_list(directory, &tids);
	for (size_t kind = 0; kind < 3; kind++)
		facts->numbers[kinds[kind]] = 0;
	for (size_t i = 0; i < count; i++) {
		struct procfs thread;

		if (procfs_read(&thread, facts->pid, tids[i]))
			for (size_t kind = 0; kind < 3; kind++)
				facts->numbers[kinds[kind]] += thread.numbers[kinds[kind]];
		procfs_clear(&thread);
	}
	free(tids);
}

static void every_process_is_as_proc_has_it(void **state)
{
	size_t count, members, compared = 0, kernel_threads = 0;
	struct procfs *befores;
	json_t *records, *index;

	(void)state;
	crowd_pids(&members);
	count = read_processes(&befores);
	for (size_t i = 0; i < count; i++)
		add_threads(&befores[i]);
	records = snapshot_take(WORDS("--with", LIKENESS_GROUPS, "--max-line", "1048576"));
	index = snapshot_index(records);
	for (size_t i = 0; i < count; i++) {
		const json_t *record = snapshot_find(index, befores[i].pid);
		struct procfs after;

		if (record && procfs_read(&after, befores[i].pid, 0)) {
			add_threads(&after);
			likeness_check(record, &befores[i], &after);
			compared += crowd_has(after.pid);
			kernel_threads += !crowd_has(after.pid);
			procfs_clear(&after);
		}
		procfs_clear(&befores[i]);
	}
	free(befores);
	json_decref(index);
	json_decref(records);
	assert_int_equal(compared, members);
	assert_true(kernel_threads > 10);
}

static int set_up(void **state)
{
	(void)state;
	crowd_gather(tool_fewer(SLEEPERS));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	crowd_dismiss();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_process_is_as_proc_has_it),
	};

	crowd_take_part(argc, argv);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
