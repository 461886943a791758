// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The options that take lists of values (processes, users, groups, CPUs, names): what they accept
 * and what they refuse.
 */
#include "assert_error.h"

#include <stdio.h>
#include <stdlib.h>

#include "parse/filter_lists.h"

#define CPUS 8 /* of the imaginary machine */

static struct reason why;

static int parse_cpus_of_eight(const char *option, const char *text, struct procsieve_list *list,
			       struct reason *reason)
{
	return parse_cpus(option, text, CPUS, list, reason);
}

/* A list option whose values are numbers. */
struct list_option {
	const char *name;
	int (*parse)(const char *option, const char *text, struct procsieve_list *list,
		     struct reason *why);
};

static const struct list_option pid = {"--pid", parse_pids};
static const struct list_option user = {"--user", parse_users};
static const struct list_option group = {"--group", parse_groups};
static const struct list_option auid = {"--auid", parse_auids};
static const struct list_option cpu = {"--cpu", parse_cpus_of_eight};

struct list_case {
	const struct list_option *option;
	const char *text;
	const char *values; /* the resulting values, printed */
};

static void print_values(const struct procsieve_list *list, char *out, size_t size)
{
	size_t length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->count && length < size; i++)
		length += snprintf(out + length, size - length, "%s%llu", i ? " " : "",
				   (unsigned long long)list->values[i]);
}

static void assert_values(const char *text, const struct procsieve_list *list, const char *expected)
{
	char values[256];

	print_values(list, values, sizeof(values));
	if (strcmp(values, expected) != 0)
		fail_msg("\"%s\": expected the values %s, got %s", text, expected, values);
}

static void lists_of_numbers_hold_each_value_once_in_order(void **state)
{
	static const struct list_case cases[] = {
		{&pid, "1", "1"},
		{&pid, "4194304,1,12,1", "4194304 1 12"},
		{&pid, "007", "7"},
		{&user, "root", "0"},
		{&user, "0,root", "0"},
		{&user, "4294967294,1000,root", "4294967294 1000 0"},
		{&group, "root", "0"},
		{&group, "77777,root", "77777 0"},
		{&auid, "root,1000", "0 1000"},
		{&auid, "unset,set,4294967294", "4294967295 4294967296 4294967294"},
		{&user, "\\root,\\0", "0"},
		{&cpu, "0", "0"},
		{&cpu, "0-3,7", "0 1 2 3 7"},
		{&cpu, "7,0-7", "7 0 1 2 3 4 5 6"},
		{&cpu, "3-3", "3"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct list_case *this = &cases[i];
		struct procsieve_list list = {0};

		assert_accepted(this->text,
				this->option->parse(this->option->name, this->text, &list, &why),
				&why);
		assert_values(this->text, &list, this->values);
		free(list.values);
	}
}

static void a_list_given_twice_adds_to_what_is_there(void **state)
{
	struct procsieve_list list = {0};

	(void)state;
	assert_int_equal(parse_pids("--pid", "5,6", &list, &why), 0);
	assert_int_equal(parse_pids("--pid", "6,4", &list, &why), 0);
	assert_values("6,4", &list, "5 6 4");
	free(list.values);
}

struct list_refusal {
	const struct list_option *option;
	struct refusal refusal;
};

#define NO_PID(item) "--pid: \"" item "\" is not a process id (1 to 4194304)"
#define NO_CPU(item) "--cpu: \"" item "\" is neither a CPU nor a range of them (0-7)"

static const struct list_refusal list_refusals[] = {
	{&pid, {"", "--pid: the list is empty; it needs at least one item"}},
	{&pid, {",", "--pid: empty item in \",\"; put one comma between two items"}},
	{&pid, {"1,,2", "--pid: empty item in \"1,,2\"; put one comma between two items"}},
	{&pid, {",1", "--pid: empty item in \",1\"; put one comma between two items"}},
	{&pid, {"1,", "--pid: empty item in \"1,\"; put one comma between two items"}},
	{&pid, {" 1", "--pid: blank in \" 1\"; put only a comma between two items"}},
	{&pid, {"1\n", "--pid: blank in \"1\\x0a\"; put only a comma between two items"}},
	{&pid, {"1, 2", "--pid: blank in \"1, 2\"; put only a comma between two items"}},
	{&pid, {"1 2", NO_PID("1 2")}},
	{&pid, {"0", NO_PID("0")}},
	{&pid, {"4194305", NO_PID("4194305")}},
	{&pid, {"+1", NO_PID("+1")}},
	{&pid, {"-1", NO_PID("-1")}},
	{&pid, {"1-2", NO_PID("1-2")}},
	{&pid, {"1x", NO_PID("1x")}},
	{&pid, {"0x10", NO_PID("0x10")}},
	{&pid, {"18446744073709551617", NO_PID("18446744073709551617")}},
	{&pid, {"\x1b[2J", NO_PID("\\x1b[2J")}},
	{&pid, {"\"\\\\", NO_PID("\\\"\\\\")}},
	{&pid, {"\xc2\x9b", NO_PID("\\xc2\\x9b")}},
	{&user, {"frob%s", "--user: no user \"frob%s\" in /etc/passwd"}},
	{&user, {"4294967295", "--user: \"4294967295\" is not a user id (0 to 4294967294)"}},
	{&user,
	 {"99999999999999999999",
	  "--user: \"99999999999999999999\" is not a user id (0 to 4294967294)"}},
	{&user, {"-1", "--user: no user \"-1\" in /etc/passwd"}},
	{&user, {"root,", "--user: empty item in \"root,\"; put one comma between two items"}},
	{&group, {"frob", "--group: no group \"frob\" in /etc/group"}},
	{&group, {"4294967295", "--group: \"4294967295\" is not a group id (0 to 4294967294)"}},
	{&cpu, {"8", "--cpu: 8 is beyond this machine's CPUs 0-7"}},
	{&cpu, {"0-9", "--cpu: 9 is beyond this machine's CPUs 0-7"}},
	{&cpu, {"5-3", "--cpu: \"5-3\" runs backwards; the lower end of a range comes first"}},
	{&cpu, {"x", NO_CPU("x")}},
	{&cpu, {"1-", NO_CPU("1-")}},
	{&cpu, {"-1", NO_CPU("-1")}},
	{&cpu, {"1-+2", NO_CPU("1-+2")}},
	{&cpu, {"all", NO_CPU("all")}},
};

static void bad_lists_are_refused_and_leave_the_values_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(list_refusals); i++) {
		const struct list_refusal *this = &list_refusals[i];
		struct procsieve_list list = {0};
		int err;

		assert_int_equal(this->option->parse(this->option->name, "3", &list, &why), 0);
		err = this->option->parse(this->option->name, this->refusal.text, &list, &why);
		assert_refused(&this->refusal, err, &why);
		assert_values(this->refusal.text, &list, "3");
		free(list.values);
	}
}

static void good_items_before_a_bad_one_are_not_kept(void **state)
{
	struct procsieve_list list = {0};

	(void)state;
	assert_int_equal(parse_pids("--pid", "1,2,x", &list, &why), -EINVAL);
	assert_int_equal(list.count, 0);
	assert_null(list.values);
}

/* "1,2,3,...,count" */
static char *text_of_numbers(unsigned int count)
{
	char *text = malloc(12ul * count), *end = text;

	assert_non_null(text);
	for (unsigned int i = 1; i <= count; i++)
		end += sprintf(end, "%s%u", i > 1 ? "," : "", i);
	return text;
}

static void a_list_holds_at_most_1024_values(void **state)
{
	char *most = text_of_numbers(PROCSIEVE_LIST_MAX);
	char *too_many = text_of_numbers(PROCSIEVE_LIST_MAX + 1);
	struct procsieve_list list = {0};

	(void)state;
	assert_int_equal(parse_pids("--pid", too_many, &list, &why), -EINVAL);
	assert_string_equal(why.text, "--pid: more than 1024 values");
	assert_int_equal(parse_pids("--pid", most, &list, &why), 0);
	assert_int_equal(list.count, PROCSIEVE_LIST_MAX);
	assert_int_equal(parse_pids("--pid", most, &list, &why), 0);
	assert_int_equal(parse_pids("--pid", "9999", &list, &why), -EINVAL);
	assert_int_equal(list.count, PROCSIEVE_LIST_MAX);
	free(list.values);
	free(too_many);
	free(most);
}

static void a_cpu_range_beyond_1024_values_is_refused(void **state)
{
	struct procsieve_list list = {0};

	(void)state;
	assert_int_equal(parse_cpus("--cpu", "0-1024", 4096, &list, &why), -EINVAL);
	assert_string_equal(why.text, "--cpu: more than 1024 values");
	assert_null(list.values);
}

static void long_input_is_cut_in_the_message(void **state)
{
	struct procsieve_list list = {0};
	char text[4096];

	(void)state;
	memset(text, '\x01', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(parse_pids("--pid", text, &list, &why), -EINVAL);
	assert_in_range(strlen(why.text), 100, 250);
	assert_non_null(strstr(why.text, "\\x01...\" is not a process id (1 to 4194304)"));
}

static void comms_are_padded_with_zeros_and_stored_once(void **state)
{
	static const char fifteen[PROCSIEVE_COMM_SIZE] = "kworker/0:1-eve";
	static const char blank[PROCSIEVE_COMM_SIZE] = "Web Content";
	struct procsieve_filter filter = {0};

	(void)state;
	assert_int_equal(parse_comms("--comm", "kworker/0:1-eve,Web Content", &filter, &why), 0);
	assert_int_equal(parse_comms("--comm", "Web Content,\xff", &filter, &why), 0);
	assert_int_equal(filter.comm_count, 3);
	assert_memory_equal(filter.comms[0], fifteen, sizeof(fifteen));
	assert_memory_equal(filter.comms[1], blank, sizeof(blank));
	assert_memory_equal(filter.comms[2], "\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	filter_clear(&filter);
}

/* A comma, a blank at an end, a backslash; and bytes that need none. */
static void a_backslash_makes_any_byte_a_part_of_the_name(void **state)
{
	static const char *const names[] = {",",     "a,b", " ",     " a b ", "\\",
					    "tab\t", "\\,", "plain", "\n"};
	static const char text[] = "\\,,a\\,b,\\ ,\\ a b\\ ,\\\\,tab\\\t,\\\\\\,,\\p\\lain,\\\n";
	struct procsieve_filter filter = {0};

	(void)state;
	assert_int_equal(parse_comms("--comm", text, &filter, &why), 0);
	assert_int_equal(parse_thread_comms("--thread-comm", text, &filter, &why), 0);
	assert_int_equal(filter.comm_count, LENGTH(names));
	assert_int_equal(filter.thread_comm_count, LENGTH(names));
	for (size_t i = 0; i < LENGTH(names); i++) {
		assert_string_equal(filter.comms[i], names[i]);
		assert_string_equal(filter.thread_comms[i], names[i]);
	}
	filter_clear(&filter);
}

static void bad_comms_are_refused_and_leave_the_names_alone(void **state)
{
	static const struct refusal cases[] = {
		{"", "--comm: the list is empty; it needs at least one item"},
		{"a,,b", "--comm: empty item in \"a,,b\"; put one comma between two items"},
		{"a, b", "--comm: blank in \"a, b\"; put only a comma between two items"},
		{"a,\\ ,b ", "--comm: blank in \"a,\\\\ ,b \"; put only a comma between two items"},
		{" \\ a", "--comm: blank in \" \\\\ a\"; put only a comma between two items"},
		{"a\\,,,b", "--comm: empty item in \"a\\\\,,,b\"; put one comma between two items"},
		{"a,b\\", "--comm: \"a,b\\\\\" ends with a backslash; \\\\ stands for one"},
		{"a,sixteen-letters-",
		 "--comm: \"sixteen-letters-\" is longer than a name can be (15 bytes)"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct procsieve_filter filter = {0};

		assert_int_equal(parse_comms("--comm", "bash", &filter, &why), 0);
		assert_refused(&cases[i], parse_comms("--comm", cases[i].text, &filter, &why),
			       &why);
		assert_int_equal(filter.comm_count, 1);
		assert_string_equal(filter.comms[0], "bash");
		filter_clear(&filter);
	}
}

static void clearing_a_filter_leaves_an_empty_one(void **state)
{
	static const struct procsieve_filter empty;
	struct procsieve_filter filter = {.events = 1};

	(void)state;
	assert_int_equal(parse_pids("--pid", "1", &filter.pids, &why), 0);
	assert_int_equal(parse_users("--user", "0", &filter.uids, &why), 0);
	assert_int_equal(parse_groups("--group", "0", &filter.gids, &why), 0);
	assert_int_equal(parse_cpus("--cpu", "0", CPUS, &filter.cpus, &why), 0);
	assert_int_equal(parse_users("--euid", "0", &filter.euids, &why), 0);
	assert_int_equal(parse_auids("--auid", "0", &filter.auids, &why), 0);
	assert_int_equal(parse_comms("--comm", "a", &filter, &why), 0);
	assert_int_equal(parse_thread_comms("--thread-comm", "a", &filter, &why), 0);
	filter_clear(&filter);
	assert_memory_equal(&filter, &empty, sizeof(empty));
	filter_clear(&filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_numbers_hold_each_value_once_in_order),
		cmocka_unit_test(a_list_given_twice_adds_to_what_is_there),
		cmocka_unit_test(bad_lists_are_refused_and_leave_the_values_alone),
		cmocka_unit_test(good_items_before_a_bad_one_are_not_kept),
		cmocka_unit_test(a_list_holds_at_most_1024_values),
		cmocka_unit_test(a_cpu_range_beyond_1024_values_is_refused),
		cmocka_unit_test(long_input_is_cut_in_the_message),
		cmocka_unit_test(comms_are_padded_with_zeros_and_stored_once),
		cmocka_unit_test(a_backslash_makes_any_byte_a_part_of_the_name),
		cmocka_unit_test(bad_comms_are_refused_and_leave_the_names_alone),
		cmocka_unit_test(clearing_a_filter_leaves_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
