// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process table: sorted by keys, as trees of any shape, with the records that belong to each
 * process.
 */
#include "assert_error.h"

#include <stdio.h>
#include <stdlib.h>

#include <procsieve/read_record.h>

#include "cli/sort_keys.h"

#define COUNT 3000

struct process_record {
	struct procsieve_record header;
	struct procsieve_process process;
};

static struct sort_order order;
static struct reason why;
static unsigned int seed;

static unsigned int any(unsigned int below)
{
	return below ? (unsigned int)rand_r(&seed) % below : 0;
}

static void add(struct table *table, uint32_t pid, uint32_t ppid, uint32_t uid, const char *comm)
{
	struct process_record record = {
		.header = {.type = PROCSIEVE_PROCESS,
			   .pid = pid,
			   .tid = pid,
			   .ppid = ppid,
			   .uid = uid},
		.process = {.state = 'S', .threads = 1},
	};

	snprintf(record.header.comm, sizeof(record.header.comm), "%s", comm);
	assert_int_equal(table_add(table, &record.header, sizeof(record)), 0);
}

static void add_of(struct table *table, enum procsieve_type type, uint32_t pid, uint32_t tid)
{
	struct process_record record = {
		.header = {.type = type, .pid = pid, .tid = tid, .ppid = 1},
	};

	if (type == PROCSIEVE_PROCESS)
		record.header.flags = PROCSIEVE_F_THREAD;
	assert_int_equal(table_add(table, &record.header, sizeof(record)), 0);
}

static void sort(struct table *table, const char *keys)
{
	order = (struct sort_order){0};
	assert_int_equal(sort_keys_parse("--sort", keys, &order, &why), 0);
	table_sort(table, &order);
}

/* All names begin with the same bytes. */
static void all_of_a_name_counts(void **state)
{
	struct table *table = table_new();
	const char *branch, *before = "";
	const struct procsieve_record *record;
	size_t size;

	(void)state;
	for (uint32_t pid = 1; pid <= COUNT; pid++) {
		char name[16];

		snprintf(name, sizeof(name), "kworker/u%u", any(1000));
		add(table, pid, 0, 0, name);
	}
	sort(table, "comm");
	while ((record = table_next(table, &size, &branch))) {
		assert_true(strcmp(before, record->comm) <= 0);
		assert_null(branch);
		before = record->comm;
	}
	table_free(table);
}

static void equals_stay_as_they_came(void **state)
{
	struct table *table = table_new();
	const struct procsieve_record *record;
	uint32_t uid = COUNT, pid = 0;
	const char *branch;
	size_t size;

	(void)state;
	for (uint32_t i = 1; i <= COUNT; i++)
		add(table, i, 0, any(10), "a");
	sort(table, "state,-user");
	while ((record = table_next(table, &size, &branch))) {
		assert_true(record->uid <= uid);
		if (record->uid == uid)
			assert_true(record->pid > pid);
		uid = record->uid;
		pid = record->pid;
	}
	table_free(table);
}

/* Its mappings and files move with it. */
static void mappings_and_files_stay_with_their_process(void **state)
{
	struct table *table = table_new();
	const struct procsieve_record *record;
	uint32_t pid = COUNT + 1, behind = 0, seen = 0;
	const char *branch;
	size_t size;

	(void)state;
	/* They belong to no process: left out. */
	add_of(table, PROCSIEVE_FD, 7, 7);
	for (uint32_t i = 1; i <= COUNT; i++) {
		add(table, i, 0, 0, "a");
		for (uint32_t files = 0; files < i % 4; files++)
			add_of(table, PROCSIEVE_FD, i, i);
	}
	sort(table, "-pid");
	while ((record = table_next(table, &size, &branch))) {
		seen++;
		if (record->type == PROCSIEVE_FD) {
			assert_int_equal(record->pid, pid);
			behind++;
			continue;
		}
		if (pid <= COUNT)
			assert_int_equal(behind, pid % 4);
		assert_int_equal(record->pid, pid - 1);
		pid = record->pid;
		behind = 0;
	}
	assert_int_equal(seen, COUNT + COUNT / 4 * 6);
	table_free(table);
}

/* Derives the parents in a printed tree from its branches. Returns the number of processes. */
static uint32_t walk_tree(struct table *table, uint32_t *depths, uint32_t *above)
{
	static uint32_t path[COUNT + 1];
	const struct procsieve_record *record;
	const char *branch;
	uint32_t count = 0;
	size_t size;

	while ((record = table_next(table, &size, &branch))) {
		uint32_t depth = strlen(branch) / 4;

		assert_true(!depth || !strcmp(branch + strlen(branch) - 4, " \\_ "));
		assert_int_equal(strlen(branch) % 4, 0);
		/* Each exactly once. */
		assert_int_equal(depths[record->tid], COUNT + 1);
		depths[record->tid] = depth;
		path[depth] = record->tid;
		above[record->tid] = depth ? path[depth - 1] : 0;
		count++;
	}
	return count;
}

static uint32_t depths[2 * COUNT + 1], above[2 * COUNT + 1];

static uint32_t draw(struct table *table)
{
	uint32_t count;

	for (uint32_t i = 0; i <= 2 * COUNT; i++)
		depths[i] = COUNT + 1;
	assert_int_equal(table_tree(table), 0);
	count = walk_tree(table, depths, above);
	table_free(table);
	return count;
}

/* IDs are reused: a parent may be younger than its child, and the parent may be missing. */
static void every_tree_is_drawn_by_its_parents(void **state)
{
	(void)state;
	for (unsigned int turn = 0; turn < 50; turn++) {
		static uint32_t parents[COUNT + 1];
		struct table *table = table_new();
		uint32_t count = 1 + any(COUNT), width = 1 + any(40);

		for (uint32_t pid = 1; pid <= count; pid++) {
			parents[pid] = pid <= width ? 0 : pid - 1 - any(width);
			if (!any(50))
				parents[pid] = COUNT + 1;
			add(table, pid, parents[pid], 0, "a");
		}
		assert_int_equal(draw(table), count);
		for (uint32_t pid = 1; pid <= count; pid++) {
			bool root = !parents[pid] || parents[pid] > count;

			assert_int_equal(!depths[pid], root);
			/* As deep as the tree is drawn. */
			if (depths[pid] < 64)
				assert_int_equal(above[pid], root ? 0 : parents[pid]);
		}
	}
}

static void rings_of_parents_are_cut(void **state)
{
	(void)state;
	for (unsigned int turn = 0; turn < 50; turn++) {
		struct table *table = table_new();
		uint32_t count = 1 + any(COUNT);

		for (uint32_t pid = 1; pid <= count; pid++)
			add(table, pid, 1 + any(count), 0, "a");
		if (turn % 2)
			sort(table, "-ppid");
		assert_int_equal(draw(table), count);
	}
}

static void a_long_line_is_terminated(void **state)
{
	struct table *table = table_new();

	(void)state;
	for (uint32_t pid = 1; pid <= COUNT; pid++)
		add(table, pid, pid - 1, 0, "a");
	assert_int_equal(draw(table), COUNT);
	for (uint32_t pid = 1; pid <= COUNT; pid++)
		assert_int_equal(depths[pid], pid <= 64 ? pid - 1 : 64);
}

/* Threads of a process that is missing are roots. */
static void threads_are_below_their_process(void **state)
{
	struct table *table = table_new();

	(void)state;
	for (uint32_t pid = 1; pid <= COUNT; pid++) {
		add(table, pid, pid / 2, 0, "a");
		add_of(table, PROCSIEVE_PROCESS, pid % 10 ? pid : COUNT + 1, COUNT + pid);
	}
	assert_int_equal(draw(table), 2 * COUNT);
	for (uint32_t pid = 1; pid <= COUNT; pid++)
		assert_int_equal(above[COUNT + pid], pid % 10 ? pid : 0);
}

static void nothing_is_a_tree_as_well(void **state)
{
	struct table *table = table_new();

	(void)state;
	sort(table, "pid");
	assert_int_equal(draw(table), 0);
	table_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_name_counts),
		cmocka_unit_test(equals_stay_as_they_came),
		cmocka_unit_test(mappings_and_files_stay_with_their_process),
		cmocka_unit_test(every_tree_is_drawn_by_its_parents),
		cmocka_unit_test(rings_of_parents_are_cut),
		cmocka_unit_test(a_long_line_is_terminated),
		cmocka_unit_test(threads_are_below_their_process),
		cmocka_unit_test(nothing_is_a_tree_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
