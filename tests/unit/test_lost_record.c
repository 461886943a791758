// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a gap, which names exactly the types that have lost events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <procsieve/read_record.h>

#include "record_builder.h"

static struct built_record built;

/* A record for these types with `count` counts: 1000, 1001, ... */
static void build_lost(uint64_t types, size_t count)
{
	const struct procsieve_lost lost = {.since_ns = 1, .until_ns = 2, .types = types};

	build_header(&built, PROCSIEVE_LOST, "");
	build_payload(&built, &lost, sizeof(lost));
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t lost_of_type = 1000 + i;

		build_payload(&built, &lost_of_type, sizeof(lost_of_type));
	}
}

/* Reads from an allocation of exactly that size, so that the sanitizer detects a read beyond it. */
static int read_lost(__u64 by_type[PROCSIEVE_EVENT_LIMIT])
{
	struct procsieve_record *record = malloc(built.size);
	int err;

	assert_non_null(record);
	memcpy(record, built.bytes, built.size);
	err = procsieve_lost_by_type(record, built.size, by_type);
	free(record);
	return err;
}

static void every_set_of_types_is_read_back(void **state)
{
	__u64 by_type[PROCSIEVE_EVENT_LIMIT];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint64_t types = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ random();
		uint64_t next = 1000;

		types &= round % 2 ? ~0ull : (uint64_t)random() << 40 ^ random();
		build_lost(types, __builtin_popcountll(types));
		memset(by_type, 0xff, sizeof(by_type));
		assert_int_equal(read_lost(by_type), 0);
		for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++)
			assert_int_equal(by_type[type], types >> type & 1 ? next++ : 0);
	}
}

static void a_record_that_lacks_counts_is_refused(void **state)
{
	__u64 by_type[PROCSIEVE_EVENT_LIMIT];

	(void)state;
	build_lost(~0ull, 63);
	assert_int_equal(read_lost(by_type), -1);
	build_lost(1ull << 63, 0);
	assert_int_equal(read_lost(by_type), -1);
	build_lost(6, 2);
	built.size--;
	assert_int_equal(read_lost(by_type), -1);
	build_lost(0, 0);
	assert_int_equal(read_lost(by_type), 0);
	built.size--;
	assert_int_equal(read_lost(by_type), -1);
	build_lost(1, 1);
	built.header.type = PROCSIEVE_EXIT;
	assert_int_equal(read_lost(by_type), -1);
}

/* The last possible event number works like the others. */
static void there_is_room_for_64_types(void **state)
{
	(void)state;
	assert_int_equal(PROCSIEVE_EVENT_LIMIT, 64);
	assert_true(PROCSIEVE_MASK(63) == 1ull << 63);
	assert_int_equal(PROCSIEVE_ALL_EVENTS, (1ull << PROCSIEVE_EVENT_COUNT) - 1);
	assert_true(PROCSIEVE_FD < 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_set_of_types_is_read_back),
		cmocka_unit_test(a_record_that_lacks_counts_is_refused),
		cmocka_unit_test(there_is_room_for_64_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
