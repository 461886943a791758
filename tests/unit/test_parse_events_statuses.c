// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that choose from a fixed set (events and exit statuses): what they accept and what
 * they refuse.
 */
#include "assert_error.h"

#include <procsieve/event.h>

#include "parse/filter_lists.h"

#define X(NAME, name, shown, state, text) | ((shown) ? PROCSIEVE_MASK(PROCSIEVE_##NAME) : 0)
static const uint64_t shown_by_default = 0 PROCSIEVE_EVENTS(X);
#undef X

#define X(NAME, name, shown, state, text) #name ", "
#define KNOWN				  "known: " PROCSIEVE_EVENTS(X) "all"

#define FORK				  PROCSIEVE_MASK(PROCSIEVE_FORK)
#define EXEC				  PROCSIEVE_MASK(PROCSIEVE_EXEC)
#define EXIT				  PROCSIEVE_MASK(PROCSIEVE_EXIT)
#define COMM				  PROCSIEVE_MASK(PROCSIEVE_COMM)

static struct reason why;

static void events_are_names_and_all_and_names_taken_out(void **state)
{
	const struct {
		const char *text;
		uint32_t before, after;
	} cases[] = {
		{"fork", 0, FORK},
		{"fork,exit", 0, FORK | EXIT},
		{"exit,exit", 0, EXIT},
		{"all", 0, PROCSIEVE_ALL_EVENTS},
		{"all,-comm", 0, PROCSIEVE_ALL_EVENTS & ~COMM},
		{"fork,exec,-fork", 0, EXEC},
		{"-exec", 0, shown_by_default & ~EXEC},
		{"-exec,comm", 0, (shown_by_default & ~EXEC) | COMM},
		{"-exec,-fork", 0, shown_by_default & ~(EXEC | FORK)},
		{"comm", FORK, FORK | COMM},
		{"-fork", FORK | COMM, COMM},
		{"-comm", FORK, FORK},
		{"-all,exec", FORK, EXEC},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		__u64 mask = cases[i].before;

		assert_accepted(cases[i].text, parse_events("--events", cases[i].text, &mask, &why),
				&why);
		if (mask != cases[i].after)
			fail_msg("\"%s\" on %#x: expected %#x, got %#llx", cases[i].text,
				 cases[i].before, cases[i].after, (unsigned long long)mask);
	}
}

static void bad_events_are_refused_and_leave_the_mask_alone(void **state)
{
	static const struct refusal cases[] = {
		{"", "--events: the list is empty; it needs at least one item"},
		{"frok", "--events: \"frok\" is not an event (did you mean fork?); " KNOWN},
		{"-frok", "--events: \"frok\" is not an event (did you mean fork?); " KNOWN},
		{"fork,Exec", "--events: \"Exec\" is not an event (did you mean exec?); " KNOWN},
		{"--fork", "--events: \"-fork\" is not an event (did you mean fork?); " KNOWN},
		{"-", "--events: \"\" is not an event; " KNOWN},
		{"+fork", "--events: \"+fork\" is not an event (did you mean fork?); " KNOWN},
		{"fork,", "--events: empty item in \"fork,\"; put one comma between two items"},
		{"fork, exit",
		 "--events: blank in \"fork, exit\"; put only a comma between two items"},
		{"-fork,-exec,-exit", "--events: \"-fork,-exec,-exit\" leaves no event; " KNOWN},
		{"-all", "--events: \"-all\" leaves no event; " KNOWN},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		__u64 mask = FORK;

		assert_refused(&cases[i], parse_events("--events", cases[i].text, &mask, &why),
			       &why);
		assert_int_equal(mask, FORK);
	}
}

static bool has_bit(const __u64 *words, unsigned int bit)
{
	return words[bit / 64] >> bit % 64 & 1;
}

static unsigned int count_bits(const __u64 *words, size_t count)
{
	unsigned int bits = 0;

	for (size_t i = 0; i < count; i++)
		bits += __builtin_popcountll(words[i]);
	return bits;
}

static unsigned int count_codes(const struct procsieve_statuses *statuses)
{
	return count_bits(statuses->codes, LENGTH(statuses->codes));
}

static unsigned int count_signals(const struct procsieve_statuses *statuses)
{
	return count_bits(statuses->signals, LENGTH(statuses->signals));
}

static struct procsieve_statuses statuses_of(const char *text)
{
	struct procsieve_statuses statuses = {0};

	assert_accepted(text, parse_statuses("--exit-status", text, &statuses, &why), &why);
	return statuses;
}

static void exit_codes_come_alone_and_in_ranges(void **state)
{
	struct procsieve_statuses statuses = statuses_of("1,2,126-127,63-64,255,2");

	(void)state;
	assert_int_equal(count_codes(&statuses), 7);
	assert_true(has_bit(statuses.codes, 1));
	assert_true(has_bit(statuses.codes, 2));
	assert_true(has_bit(statuses.codes, 63));
	assert_true(has_bit(statuses.codes, 64));
	assert_true(has_bit(statuses.codes, 126));
	assert_true(has_bit(statuses.codes, 127));
	assert_true(has_bit(statuses.codes, 255));
	assert_int_equal(count_signals(&statuses), 0);
	assert_false(statuses.core);
}

static void the_range_of_all_exit_codes_sets_256_of_them(void **state)
{
	struct procsieve_statuses statuses = statuses_of("0-255");

	(void)state;
	assert_int_equal(count_codes(&statuses), 256);
}

static void signals_are_named_with_or_without_sig(void **state)
{
	struct procsieve_statuses statuses = statuses_of("SIGSEGV,KILL,SIGKILL");

	(void)state;
	assert_int_equal(count_signals(&statuses), 2);
	assert_true(has_bit(statuses.signals, 11));
	assert_true(has_bit(statuses.signals, 9));
	assert_int_equal(count_codes(&statuses), 0);
}

static void the_highest_signal_lies_in_the_second_word(void **state)
{
	struct procsieve_statuses statuses = statuses_of("SIGRTMAX");

	(void)state;
	assert_true(has_bit(statuses.signals, 64));
	assert_int_equal(count_signals(&statuses), 1);
}

static void the_word_signal_means_every_signal_from_1_on(void **state)
{
	struct procsieve_statuses statuses = statuses_of("signal");

	(void)state;
	assert_int_equal(count_signals(&statuses), 127);
	assert_false(has_bit(statuses.signals, 0));
	assert_false(statuses.core);
}

static void the_word_core_means_a_dump_whatever_the_signal(void **state)
{
	struct procsieve_statuses statuses = statuses_of("core");

	(void)state;
	assert_true(statuses.core);
	assert_int_equal(count_signals(&statuses), 0);
	assert_int_equal(count_codes(&statuses), 0);
}

static void statuses_given_twice_add_up(void **state)
{
	struct procsieve_statuses statuses = statuses_of("1");

	(void)state;
	assert_int_equal(parse_statuses("--exit-status", "core,3", &statuses, &why), 0);
	assert_true(has_bit(statuses.codes, 1));
	assert_true(has_bit(statuses.codes, 3));
	assert_true(statuses.core);
}

#define NO_STATUS(item) "--exit-status: \"" item "\" is not an exit status" ALLOWED
#define ALLOWED                                                                               \
	"; allowed: exit codes 0-255, ranges of them, signal names such as SIGSEGV, signal, " \
	"core"

static void bad_statuses_are_refused_and_leave_the_set_alone(void **state)
{
	static const struct refusal cases[] = {
		{"", "--exit-status: the list is empty; it needs at least one item"},
		{"256", "--exit-status: 256 is beyond the exit codes 0-255"},
		{"1,200-300", "--exit-status: 300 is beyond the exit codes 0-255"},
		{"5-3", "--exit-status: \"5-3\" runs backwards; the lower end of a range comes "
			"first"},
		{"-1", NO_STATUS("-1")},
		{"+1", NO_STATUS("+1")},
		{"1-", NO_STATUS("1-")},
		{"1-2-3", NO_STATUS("1-2-3")},
		{"1 - 2", NO_STATUS("1 - 2")},
		{"0x1", NO_STATUS("0x1")},
		{"99999999999999999999", NO_STATUS("99999999999999999999")},
		{"SIGNOTHING", NO_STATUS("SIGNOTHING")},
		{"signals",
		 "--exit-status: \"signals\" is not an exit status (did you mean signal?)" ALLOWED},
		{"sigsgev", "--exit-status: \"sigsgev\" is not an exit status (did you mean "
			    "SIGSEGV?)" ALLOWED},
		{"1,,2", "--exit-status: empty item in \"1,,2\"; put one comma between two items"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct procsieve_statuses statuses = statuses_of("7");
		const struct procsieve_statuses before = statuses;

		assert_refused(&cases[i],
			       parse_statuses("--exit-status", cases[i].text, &statuses, &why),
			       &why);
		assert_memory_equal(&statuses, &before, sizeof(before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_names_and_all_and_names_taken_out),
		cmocka_unit_test(bad_events_are_refused_and_leave_the_mask_alone),
		cmocka_unit_test(exit_codes_come_alone_and_in_ranges),
		cmocka_unit_test(the_range_of_all_exit_codes_sets_256_of_them),
		cmocka_unit_test(signals_are_named_with_or_without_sig),
		cmocka_unit_test(the_highest_signal_lies_in_the_second_word),
		cmocka_unit_test(the_word_signal_means_every_signal_from_1_on),
		cmocka_unit_test(the_word_core_means_a_dump_whatever_the_signal),
		cmocka_unit_test(statuses_given_twice_add_up),
		cmocka_unit_test(bad_statuses_are_refused_and_leave_the_set_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
