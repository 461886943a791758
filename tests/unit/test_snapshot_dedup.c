// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which events after a snapshot are left out: those of processes that are in the snapshot, that
 * ended before the snapshot reached them, that the filter did not accept at that time, or that
 * started in the meantime. Times: hooks attached, snapshot begins at 100, ends at 200.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "stream/snapshot_dedup.h"
#include "record_builder.h"

enum { BEGIN = 100, END = 200, LATE = END + 1 };

static struct dedup dedup;

/* A process that the snapshot read at this time. */
static void add_process(uint32_t pid, uint64_t start_ns, uint64_t boot_ns)
{
	struct built_record built;

	build_header(&built, PROCSIEVE_PROCESS, "told");
	built.header.pid = built.header.tid = pid;
	built.header.start_ns = start_ns;
	built.header.boot_ns = boot_ns;
	assert_int_equal(dedup_add(&dedup, &built.header), 0);
}

static bool covers(enum procsieve_type type, uint32_t pid, uint64_t start_ns, uint64_t boot_ns)
{
	struct built_record built;

	build_header(&built, type, "event");
	built.header.pid = built.header.tid = pid;
	built.header.start_ns = start_ns;
	built.header.boot_ns = boot_ns;
	return dedup_covers(&dedup, &built.header, built.size);
}

static bool covers_fork(uint32_t parent, uint32_t child, uint64_t child_start_ns, uint64_t boot_ns)
{
	const struct procsieve_fork fork = {
		.child_pid = child, .child_tid = child, .child_start_ns = child_start_ns};
	struct built_record built;

	build_header(&built, PROCSIEVE_FORK, "parent");
	build_payload(&built, &fork, sizeof(fork));
	built.header.pid = built.header.tid = parent;
	built.header.start_ns = 1;
	built.header.boot_ns = boot_ns;
	return dedup_covers(&dedup, &built.header, built.size);
}

static int set_up(void **state)
{
	(void)state;
	dedup_begin(&dedup, BEGIN);
	add_process(10, 1, 150);
	dedup_end(&dedup, END);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dedup_clear(&dedup);
	return 0;
}

static void what_is_in_the_snapshot_is_not_repeated(void **state)
{
	(void)state;
	assert_true(covers(PROCSIEVE_EXEC, 10, 1, 149));
	assert_false(covers(PROCSIEVE_EXEC, 10, 1, 150));
	assert_false(covers(PROCSIEVE_EXIT, 10, 1, 149));
	/* It may have been read before it had the name. */
	assert_false(covers(PROCSIEVE_COMM, 10, 1, 147));
	assert_false(covers(PROCSIEVE_EXEC, 10, 1, 148));
	/* Another process with the same ID. */
	assert_false(covers(PROCSIEVE_EXEC, 10, LATE, LATE));
	assert_true(covers_fork(9, 10, 1, 120));
}

/*
 * A snapshot does not report what events of a later version change: however old such an event is,
 * it is not a repetition.
 */
static void an_event_that_changes_nothing_reported_is_never_left_out(void **state)
{
	(void)state;
	for (unsigned int type = PROCSIEVE_EVENT_COUNT; type < PROCSIEVE_EVENT_LIMIT; type++) {
		assert_false(covers(type, 10, 1, 120));
		assert_false(covers(type, 12, 1, 120));
	}
	/* It does not make a process known either. */
	assert_true(covers(PROCSIEVE_EXIT, 12, 1, 130));
}

static void a_new_child_is_known_from_its_fork_on(void **state)
{
	(void)state;
	assert_false(covers_fork(10, 11, 110, 110));
	assert_false(covers(PROCSIEVE_EXEC, 11, 110, 111));
	assert_false(covers(PROCSIEVE_EXIT, 11, 110, 112));
}

static void the_exit_of_an_unknown_process_is_left_out(void **state)
{
	(void)state;
	assert_true(covers(PROCSIEVE_COREDUMP, 12, 1, 130));
	assert_true(covers(PROCSIEVE_EXIT, 12, 1, 130));
	/* It existed at the end, and was not accepted. */
	assert_false(covers(PROCSIEVE_EXIT, 13, 1, LATE));
}

/* The listener did not subscribe to forks, or the fork was of another user's process. */
static void all_events_of_new_processes_are_reported(void **state)
{
	(void)state;
	assert_false(covers(PROCSIEVE_EXEC, 14, BEGIN, 120));
	assert_false(covers(PROCSIEVE_EXIT, 15, BEGIN, 120));
}

/* For example after a change of user: the filter did not accept it when it was read. */
static void a_process_accepted_only_now_is_known_from_now_on(void **state)
{
	static const enum procsieve_type types[] = {PROCSIEVE_EXEC, PROCSIEVE_COMM, PROCSIEVE_UID,
						    PROCSIEVE_GID};

	(void)state;
	for (uint32_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		assert_false(covers(types[i], 20 + i, 1, 120));
		assert_false(covers(PROCSIEVE_EXEC, 20 + i, 1, 121));
		assert_false(covers(PROCSIEVE_EXIT, 20 + i, 1, 122));
	}
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_in_the_snapshot_is_not_repeated),
		TEST(an_event_that_changes_nothing_reported_is_never_left_out),
		TEST(a_new_child_is_known_from_its_fork_on),
		TEST(the_exit_of_an_unknown_process_is_left_out),
		TEST(all_events_of_new_processes_are_reported),
		TEST(a_process_accepted_only_now_is_known_from_now_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
