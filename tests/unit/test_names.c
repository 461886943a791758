// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and numbers, against the C library: its signals, its readers of /etc/passwd and /etc/group. */
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "names.h"

static void every_event_is_found_by_its_name(void **state)
{
	(void)state;
	for (int type = 0; type < PROCSIEVE_EVENT_COUNT; type++)
		assert_int_equal(event_find(event_name(type)), type);
	assert_string_equal(event_name(PROCSIEVE_EXEC), "exec");
	assert_null(event_name(PROCSIEVE_EVENT_COUNT));
	assert_null(event_name(UINT32_MAX));
	assert_int_equal(event_find("open"), -1);
	assert_int_equal(event_find(""), -1);
}

static void signals_have_the_names_of_the_c_library(void **state)
{
	char name[20];

	(void)state;
	for (int number = 1; number <= 64; number++) {
		if (sigabbrev_np(number))
			snprintf(name, sizeof(name), "SIG%s", sigabbrev_np(number));
		else if (number < SIGRTMIN)
			snprintf(name, sizeof(name), "SIG%d", number);
		else if (number == SIGRTMIN || number == SIGRTMAX)
			snprintf(name, sizeof(name), "SIGRTM%s", number == SIGRTMIN ? "IN" : "AX");
		else
			snprintf(name, sizeof(name), "SIGRTMIN+%d", number - SIGRTMIN);
		assert_string_equal(signal_name(number), name);
		assert_int_equal(signal_find(name), number);
		assert_int_equal(signal_find(name + 3), number);
	}
	assert_null(signal_name(0));
	assert_null(signal_name(65));
	assert_int_equal(signal_find("SIGNOTHING"), -1);
	assert_int_equal(signal_find("SIG"), -1);
	assert_int_equal(signal_find(""), -1);
}

static void users_are_those_of_the_file(void **state)
{
	const struct passwd *entry;
	uint32_t uid;

	(void)state;
	setpwent();
	while ((entry = getpwent())) {
		assert_true(user_find(entry->pw_name, &uid));
		assert_int_equal(uid, entry->pw_uid);
		assert_string_equal(user_name(entry->pw_uid), entry->pw_name);
	}
	endpwent();
	assert_string_equal(user_name(0), "root");
	assert_false(user_find("no-such-user-here", &uid));
}

static void groups_are_those_of_the_file(void **state)
{
	const struct group *entry;
	uint32_t gid;

	(void)state;
	setgrent();
	while ((entry = getgrent())) {
		assert_true(group_find(entry->gr_name, &gid));
		assert_int_equal(gid, entry->gr_gid);
	}
	endgrent();
	assert_false(group_find("no-such-group-here", &gid));
}

static void a_user_without_a_name_is_a_number(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		assert_string_equal(user_name(4294967294u), "4294967294");
		assert_string_equal(user_name(3999999999u), "3999999999");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_found_by_its_name),
		cmocka_unit_test(signals_have_the_names_of_the_c_library),
		cmocka_unit_test(users_are_those_of_the_file),
		cmocka_unit_test(groups_are_those_of_the_file),
		cmocka_unit_test(a_user_without_a_name_is_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
