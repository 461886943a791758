// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options with a single value (numbers, times, sizes): what they accept, what they refuse and
 * in which words.
 */
#include "assert_error.h"

#include "parse/filter_lists.h"

#define SECOND	    1000000000ull
#define MILLISECOND 1000000ull

static struct reason why;

static int parse_1_to_100(const char *text, uint64_t *value)
{
	return parse_number("--count", text, 1, 100, value, &why);
}

static int parse_seconds(const char *text, uint64_t *value)
{
	return parse_time("--duration", text, SECOND, MILLISECOND, 86400 * SECOND, value, &why);
}

static int parse_milliseconds(const char *text, uint64_t *value)
{
	return parse_time("--latency", text, MILLISECOND, 0, SECOND, value, &why);
}

static int parse_any_seconds(const char *text, uint64_t *value)
{
	return parse_time("--any", text, SECOND, 0, UINT64_MAX, value, &why);
}

static int parse_4k_to_1g(const char *text, uint64_t *value)
{
	return parse_size("--ring", text, 4096, 1ull << 30, value, &why);
}

static int parse_any_size(const char *text, uint64_t *value)
{
	return parse_size("--any", text, 1, 1ull << 63, value, &why);
}

static void good_values_are_taken(void **state)
{
	static const struct {
		int (*parse)(const char *text, uint64_t *value);
		const char *text;
		uint64_t value;
	} cases[] = {
		{parse_1_to_100, "1", 1},
		{parse_1_to_100, "100", 100},
		{parse_1_to_100, "0000000000000000000000042", 42},
		{parse_seconds, "1", SECOND},
		{parse_seconds, "0.5", SECOND / 2},
		{parse_seconds, "1.25", 1250 * MILLISECOND},
		{parse_seconds, "0.001", MILLISECOND},
		{parse_seconds, "1.000000001", SECOND + 1},
		{parse_seconds, "86400.0", 86400 * SECOND},
		{parse_seconds, "5s", 5 * SECOND},
		{parse_seconds, "100ms", 100 * MILLISECOND},
		{parse_seconds, "2m", 120 * SECOND},
		{parse_seconds, "1.5m", 90 * SECOND},
		{parse_seconds, "24h", 86400 * SECOND},
		{parse_any_seconds, "0.000000001h", 3600},
		{parse_milliseconds, "0.5s", 500 * MILLISECOND},
		{parse_milliseconds, "7ms", 7 * MILLISECOND},
		{parse_any_seconds, "5124095.5h", 18446743800 * SECOND},
		{parse_milliseconds, "0", 0},
		{parse_milliseconds, "0.5", MILLISECOND / 2},
		{parse_milliseconds, "1000", SECOND},
		{parse_milliseconds, "0.000001", 1},
		{parse_milliseconds, "0.000000999", 0},
		{parse_any_seconds, "18446744073.709551615", UINT64_MAX},
		{parse_4k_to_1g, "4096", 4096},
		{parse_4k_to_1g, "4K", 4096},
		{parse_4k_to_1g, "64k", 65536},
		{parse_4k_to_1g, "65536", 65536},
		{parse_4k_to_1g, "4M", 4 << 20},
		{parse_4k_to_1g, "1024m", 1 << 30},
		{parse_4k_to_1g, "1G", 1 << 30},
		{parse_4k_to_1g, "1g", 1 << 30},
		{parse_any_size, "1", 1},
		{parse_any_size, "8589934592G", 1ull << 63},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		uint64_t value = 12345;

		assert_accepted(cases[i].text, cases[i].parse(cases[i].text, &value), &why);
		if (value != cases[i].value)
			fail_msg("\"%s\": expected %llu, got %llu", cases[i].text,
				 (unsigned long long)cases[i].value, (unsigned long long)value);
	}
}

static void refuse_all(int (*parse)(const char *text, uint64_t *value),
		       const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = 12345;

		assert_refused(&refusals[i], parse(refusals[i].text, &value), &why);
		assert_int_equal(value, 12345);
	}
}

#define NO_NUMBER(text)                                                     \
	{                                                                   \
		text, "--count: \"" text "\" is not a number from 1 to 100" \
	}
#define UNITS ", with at most 9 decimals, or with a unit: 100ms, 5s, 2m, 1h"
#define NO_SECONDS(text)                                                                         \
	{                                                                                        \
		text, "--duration: \"" text "\" is not a time from 0.001 to 86400 seconds" UNITS \
	}
#define NO_SIZE(text)                                                            \
	{                                                                        \
		text, "--ring: \"" text "\" is not a power of two from 4K to 1G" \
	}

static void bad_numbers_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		NO_NUMBER(""),	  NO_NUMBER("0"),   NO_NUMBER("101"),
		NO_NUMBER("+1"),  NO_NUMBER("-1"),  NO_NUMBER(" 1"),
		NO_NUMBER("1 "),  NO_NUMBER("1.0"), NO_NUMBER("0x1"),
		NO_NUMBER("1,2"), NO_NUMBER("ten"), NO_NUMBER("18446744073709551617"),
		NO_NUMBER("1e1"),
	};

	(void)state;
	refuse_all(parse_1_to_100, refusals, LENGTH(refusals));
}

static void bad_times_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		NO_SECONDS(""),
		NO_SECONDS("0"),
		NO_SECONDS("0.0009"),
		NO_SECONDS("86400.000000001"),
		NO_SECONDS(".5"),
		NO_SECONDS("1."),
		NO_SECONDS("1.2.3"),
		NO_SECONDS("1,5"),
		NO_SECONDS("+1"),
		NO_SECONDS("-1"),
		NO_SECONDS("1.-5"),
		NO_SECONDS(" 1"),
		NO_SECONDS("1x"),
		NO_SECONDS("1 s"),
		NO_SECONDS("1S"),
		NO_SECONDS("1s5"),
		NO_SECONDS("1h1m"),
		NO_SECONDS("s"),
		NO_SECONDS("1.s"),
		NO_SECONDS("1.2.3s"),
		NO_SECONDS("25h"),
		NO_SECONDS("5124096h"),
		NO_SECONDS("5124095.999999999h"),
		NO_SECONDS("1e3"),
		NO_SECONDS("nan"),
		NO_SECONDS("inf"),
		NO_SECONDS("0.1234567890"),
		NO_SECONDS("18446744074"),
		NO_SECONDS("99999999999999999999"),
		NO_SECONDS("1.99999999999999999999"),
	};

	(void)state;
	refuse_all(parse_seconds, refusals, LENGTH(refusals));
}

static void a_time_beyond_64_bits_of_nanoseconds_is_refused(void **state)
{
	static const struct refusal refusals[] = {
		{"18446744073.709551616",
		 "--any: \"18446744073.709551616\" is not a time from 0 to "
		 "18446744073.709551615 seconds" UNITS},
	};

	(void)state;
	refuse_all(parse_any_seconds, refusals, LENGTH(refusals));
}

static void a_time_in_milliseconds_has_a_unit(void **state)
{
	static const struct refusal refusals[] = {
		{"1000.5", "--latency: \"1000.5\" is not a time from 0 to 1000 milliseconds" UNITS},
		{"1.1s", "--latency: \"1.1s\" is not a time from 0 to 1000 milliseconds" UNITS},
	};

	(void)state;
	refuse_all(parse_milliseconds, refusals, LENGTH(refusals));
}

static void bad_sizes_are_refused(void **state)
{
	static const struct refusal refusals[] = {
		NO_SIZE(""),
		NO_SIZE("0"),
		NO_SIZE("3M"),
		NO_SIZE("4095"),
		NO_SIZE("2K"),
		NO_SIZE("2G"),
		NO_SIZE("4T"),
		NO_SIZE("4KB"),
		NO_SIZE("4 K"),
		NO_SIZE("4K "),
		NO_SIZE("4 "),
		NO_SIZE("-4K"),
		NO_SIZE("+4K"),
		NO_SIZE("K"),
		NO_SIZE("0.5M"),
		NO_SIZE("17179869184G"),
		NO_SIZE("99999999999999999999"),
	};

	(void)state;
	refuse_all(parse_4k_to_1g, refusals, LENGTH(refusals));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_values_are_taken),
		cmocka_unit_test(bad_numbers_are_refused),
		cmocka_unit_test(bad_times_are_refused),
		cmocka_unit_test(a_time_beyond_64_bits_of_nanoseconds_is_refused),
		cmocka_unit_test(a_time_in_milliseconds_has_a_unit),
		cmocka_unit_test(bad_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
