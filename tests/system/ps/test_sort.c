// SPDX-License-Identifier: GPL-2.0-or-later
/* `procsieve ps --sort`: the order, compared with that of the values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workload/static_processes.h"
#include "harness/run_ps.h"

#define SLEEPERS 60

/* A sort value: a number, or bytes that sort as text. */
struct value {
	int64_t number;
	char bytes[16];
};

typedef void value_of(struct value *value, const json_t *record);

#define NUMBER_OF(name, key)                                            \
	static void name(struct value *value, const json_t *record)     \
	{                                                               \
		const json_t *field = json_object_get(record, key);     \
                                                                        \
		value->number = field ? record_number(record, key) : 0; \
	}

NUMBER_OF(pid_of, "pid")
NUMBER_OF(ppid_of, "ppid")
NUMBER_OF(user_of, "uid")
NUMBER_OF(threads_of, "threads")
NUMBER_OF(rss_of, "rss_kb")
NUMBER_OF(vsz_of, "vsz_kb")

static void start_of(struct value *value, const json_t *record)
{
	value->number = (int64_t)record_u64(record, "start_ns");
}

static void state_of(struct value *value, const json_t *record)
{
	value->number = (unsigned char)*record_text(record, "state");
}

static void comm_of(struct value *value, const json_t *record)
{
	size_t size;
	char *bytes = record_bytes(record, "comm", &size);

	memcpy(value->bytes, bytes, size);
	free(bytes);
}

static int compare(const json_t *one, const json_t *other, value_of *get_value)
{
	struct value a = {0}, b = {0};
	int bytes;

	get_value(&a, one);
	get_value(&b, other);
	bytes = memcmp(a.bytes, b.bytes, sizeof(a.bytes));
	return a.number != b.number ? (a.number > b.number) - (a.number < b.number) : bytes;
}

/* Equal values are ordered by ID. */
static void check_order(const char *key, value_of *of, int sign)
{
	json_t *records, *before = NULL, *record;
	size_t differing = 0;
	char word[32];

	snprintf(word, sizeof(word), "%s%s", sign < 0 ? "-" : "", key);
	records = run_ps(WORDS("--sort", word));
	records_each(records, record)
	{
		int result;

		if (!record_is(record, "process"))
			continue;
		result = before ? sign * compare(before, record, of) : 0;
		if (result > 0 || (!result && before &&
				   record_number(before, "pid") >= record_number(record, "pid")))
			fail_msg("--sort %s: process %d comes before process %d", word,
				 (int)record_number(before, "pid"),
				 (int)record_number(record, "pid"));
		differing += result < 0;
		before = record;
	}
	json_decref(records);
	assert_true(differing > 2);
}

static void each_key_sorts(void **state)
{
	static const struct {
		const char *key;
		value_of *of;
	} keys[] = {
		{"pid", pid_of},   {"ppid", ppid_of},	{"user", user_of},
		{"comm", comm_of}, {"state", state_of}, {"start", start_of},
		{"rss", rss_of},   {"vsz", vsz_of},	{"threads", threads_of},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		check_order(keys[i].key, keys[i].of, 1);
		check_order(keys[i].key, keys[i].of, -1);
	}
}

/*
 * The reported user and system time are rounded: so only processes that used much CPU are compared
 * with those that used none.
 */
static void cpu_sorts_by_time(void **state)
{
	json_t *records = run_ps(WORDS("--sort", "-cpu", "--with", "time")), *record;
	int64_t first = -1, last = 0;

	(void)state;
	records_each(records, record)
	{
		if (!record_is(record, "process"))
			continue;
		last = record_number(record, "utime_us") + record_number(record, "stime_us");
		if (first < 0)
			first = last;
		assert_true(last <= first + 100000);
	}
	json_decref(records);
	assert_true(first > last);
}

static void several_keys_sort_one_after_the_other(void **state)
{
	json_t *records = run_ps(WORDS("--sort", "state,-user", "--sort", "-pid"));
	json_t *before = NULL, *record;

	(void)state;
	records_each(records, record)
	{
		int result;

		if (!record_is(record, "process"))
			continue;
		if (before) {
			result = compare(before, record, state_of);
			result = result ? result : -compare(before, record, user_of);
			result = result ? result : -compare(before, record, pid_of);
			assert_true(result < 0);
		}
		before = record;
	}
	json_decref(records);
}

static int set_up(void **state)
{
	(void)state;
	static_processes_start(SLEEPERS);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_sorts),
		cmocka_unit_test(cpu_sorts_by_time),
		cmocka_unit_test(several_keys_sort_one_after_the_other),
	};

	static_processes_main(argc, argv);
	return cmocka_run_group_tests(tests, set_up, static_processes_tear_down);
}
