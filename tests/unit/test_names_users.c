// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names and numbers, compared with the C library: its signals, and its readers of /etc/passwd and
 * /etc/group.
 */
#include <ctype.h>
#include <grp.h>
#include <malloc.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/names.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Returns the former limit. */
static struct rlimit allow_no_descriptor(void)
{
	struct rlimit before, none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	return before;
}

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
	char name[32];

	(void)state;
	assert_int_equal(SIGRTMIN, 34);
	assert_int_equal(SIGRTMAX, 64);
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
		for (char *letter = name; *letter; letter++)
			*letter = (char)tolower(*letter);
		assert_int_equal(signal_find(name), number);
		assert_int_equal(signal_find(name + 3), number);
	}
	assert_string_equal(signal_name(32), "SIG32");
	assert_string_equal(signal_name(33), "SIG33");
	assert_string_equal(signal_name(37), "SIGRTMIN+3");
}

static void what_is_no_signal_is_not_found(void **state)
{
	static const char *const names[] = {
		"",	      "SIG",	  "S",	   "9",	    "SIGNOTHING",
		"SIGSIGSEGV", "segsegv",  "SEG",   "SEGVS", " SEGV",
		"SIGRTMIN+0", "RTMIN+30", "SIG34", "SIG0",  "SIG65",
	};

	(void)state;
	assert_null(signal_name(0));
	assert_null(signal_name(65));
	assert_null(signal_name(UINT32_MAX));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (signal_find(names[i]) != -1)
			fail_msg("\"%s\" is signal %d", names[i], signal_find(names[i]));
}

/* After that, no name needs a descriptor. */
static void the_file_of_users_is_read_at_once(void **state)
{
	static struct {
		uint32_t uid;
		char name[256];
	} users[16];
	const struct passwd *entry;
	struct rlimit before;
	unsigned int count = 0, wrong = 0;

	(void)state;
	setpwent();
	for (; count < LENGTH(users) && (entry = getpwent()); count++) {
		users[count].uid = entry->pw_uid;
		snprintf(users[count].name, sizeof(users[count].name), "%s",
			 getpwuid(entry->pw_uid)->pw_name);
	}
	endpwent();
	user_name(0);
	before = allow_no_descriptor();
	for (unsigned int i = 0; i < count; i++)
		wrong += strcmp(user_name(users[i].uid), users[i].name) != 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(wrong, 0);
}

/*
 * Two entries may have the same name or number: the first one is used, as by getpwnam() and
 * getpwuid().
 */
static void users_are_those_of_the_file(void **state)
{
	const struct passwd *entry;
	unsigned int count = 0;
	char name[256];
	uint32_t uid;

	(void)state;
	setpwent();
	for (; (entry = getpwent()); count++) {
		snprintf(name, sizeof(name), "%s", entry->pw_name);
		assert_string_equal(user_name(entry->pw_uid), getpwuid(entry->pw_uid)->pw_name);
		assert_true(user_find(name, &uid));
		assert_int_equal(uid, getpwnam(name)->pw_uid);
	}
	endpwent();
	assert_true(count > 0);
	assert_string_equal(user_name(0), "root");
}

static void groups_are_those_of_the_file(void **state)
{
	const struct group *entry;
	unsigned int count = 0;
	char name[256];
	uint32_t gid;

	(void)state;
	setgrent();
	for (; (entry = getgrent()); count++) {
		snprintf(name, sizeof(name), "%s", entry->gr_name);
		assert_true(group_find(name, &gid));
		assert_int_equal(gid, getgrnam(name)->gr_gid);
	}
	endgrent();
	assert_true(count > 0);
}

static void unknown_users_and_groups_are_not_found(void **state)
{
	static const char *const names[] = {"no-such-name-here", "", "0", "roo", "roots", "root:"};
	uint32_t id;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (user_find(names[i], &id))
			fail_msg("\"%s\" is user %u", names[i], id);
		if (group_find(names[i], &id))
			fail_msg("\"%s\" is group %u", names[i], id);
	}
}

static void a_user_without_a_name_is_a_number(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		assert_string_equal(user_name(4294967294u), "4294967294");
		assert_string_equal(user_name(3999999999u), "3999999999");
	}
}

/* A host with containers sees many of them. */
static void users_without_a_name_take_no_memory(void **state)
{
	size_t before;

	(void)state;
	user_name(4000000000u);
	before = mallinfo2().uordblks;
	for (uint32_t uid = 4000000000u; uid < 4000001000u; uid++)
		user_name(uid);
	assert_int_equal(mallinfo2().uordblks, before);
}

static bool gets_named(uint32_t uid, const char *name)
{
	for (unsigned int turn = 0; turn < 500; turn++) {
		if (!strcmp(user_name(uid), name))
			return true;
		usleep(10000);
	}
	return false;
}

static bool add_line(int fd, const char *line)
{
	return write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

/* Ends the process; status 2 if it cannot have an /etc/passwd of its own. */
static _Noreturn void see_other_users(int fd, const char *path)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) || mount(path, "/etc/passwd", NULL, MS_BIND, NULL))
		_exit(2);
	if (!add_line(fd, "one:x:3000000001:0::/:\ntwin:x:3000000001:0::/:\n") ||
	    !gets_named(3000000001u, "one") || strcmp(user_name(3000000000u), "3000000000") != 0 ||
	    !add_line(fd, "late:x:3000000000:0::/:\n") || !gets_named(3000000000u, "late") ||
	    strcmp(user_name(3000000001u), "one") != 0)
		_exit(1);
	_exit(0);
}

static void users_that_are_added_later_get_names(void **state)
{
	char path[] = "/tmp/procsieve-users-XXXXXX";
	int status, fd = mkstemp(path);
	pid_t pid = fork();

	(void)state;
	if (!pid)
		see_other_users(fd, path);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fd);
	unlink(path);
	if (status == 2 << 8)
		skip();
	assert_int_equal(status, 0);
}

/* No descriptor left: no user is found, and a new user ID is shown as a number. */
static void without_the_files_there_are_numbers(void **state)
{
	struct rlimit before;
	bool user, group;
	const char *name;
	uint32_t id;

	(void)state;
	before = allow_no_descriptor();
	user = user_find("root", &id);
	group = group_find("root", &id);
	name = user_name(4294967293u);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_false(user || group);
	assert_string_equal(name, "4294967293");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_found_by_its_name),
		cmocka_unit_test(signals_have_the_names_of_the_c_library),
		cmocka_unit_test(what_is_no_signal_is_not_found),
		/* Must be first: later tests read the users. */
		cmocka_unit_test(the_file_of_users_is_read_at_once),
		cmocka_unit_test(users_are_those_of_the_file),
		cmocka_unit_test(groups_are_those_of_the_file),
		cmocka_unit_test(unknown_users_and_groups_are_not_found),
		cmocka_unit_test(a_user_without_a_name_is_a_number),
		cmocka_unit_test(users_without_a_name_take_no_memory),
		cmocka_unit_test(users_that_are_added_later_get_names),
		cmocka_unit_test(without_the_files_there_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
