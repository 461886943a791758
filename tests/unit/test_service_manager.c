// SPDX-License-Identifier: GPL-2.0-or-later
/* The service manager's protocol, with sockets and variables made as a service manager does. */
#include "assert_error.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "server/service_manager.h"

#define HANDED_OVER 3
#define NAME_SIZE   sizeof(((struct sockaddr_un *)0)->sun_path)

static struct reason why;

static char directory[] = "/tmp/procsieve-test-XXXXXX";

/* Sets the variable, or removes it for NULL. */
static void set(const char *variable, const char *value)
{
	assert_int_equal(value ? setenv(variable, value, 1) : unsetenv(variable), 0);
}

static void set_number(const char *variable, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	set(variable, text);
}

static int unset_variables(void **state)
{
	static const char *const variables[] = {
		"NOTIFY_SOCKET", "WATCHDOG_USEC",  "WATCHDOG_PID",   "LISTEN_PID",
		"LISTEN_FDS",	 "LISTEN_FDNAMES", "LISTEN_PIDFDID",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(variables); i++)
		set(variables[i], NULL);
	return 0;
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

/*
 * A socket with a path in the test's directory or, if `first` is '@', with an abstract name. `name`
 * is the value for NOTIFY_SOCKET.
 */
static int bind_socket(int type, char first, char name[NAME_SIZE])
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	socklen_t length;

	length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", directory);
	address.sun_path[0] = first;
	strcpy(name, address.sun_path);
	if (first == '@')
		address.sun_path[0] = '\0';
	else
		length++;
	length += offsetof(struct sockaddr_un, sun_path);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
	return fd;
}

static void assert_received(int fd, const char *expected)
{
	char text[64];
	ssize_t size = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	assert_true(size >= 0);
	text[size] = '\0';
	assert_string_equal(text, expected);
}

static void assert_states_arrive(char first)
{
	char name[NAME_SIZE];
	int fd = bind_socket(SOCK_DGRAM, first, name);

	set("NOTIFY_SOCKET", name);
	assert_int_equal(service_manager_send("READY=1"), 0);
	assert_int_equal(service_manager_send("STOPPING=1\nSTATUS=over"), 0);
	assert_received(fd, "READY=1");
	assert_received(fd, "STOPPING=1\nSTATUS=over");
	close(fd);
	unlink(name);
}

static void states_arrive_at_a_path(void **state)
{
	(void)state;
	assert_states_arrive('/');
}

static void states_arrive_at_an_abstract_name(void **state)
{
	(void)state;
	assert_states_arrive('@');
}

static void without_a_service_manager_nothing_is_sent(void **state)
{
	(void)state;
	assert_int_equal(service_manager_send("READY=1"), 0);
	set("NOTIFY_SOCKET", "");
	assert_int_equal(service_manager_send("READY=1"), 0);
}

static void assert_not_sent(const char *name, int err)
{
	set("NOTIFY_SOCKET", name);
	if (service_manager_send("READY=1") != err)
		fail_msg("\"%s\": expected %d, got %d", name, err, service_manager_send("READY=1"));
}

static void bad_addresses_are_errors(void **state)
{
	char name[NAME_SIZE + 1] = "/";

	(void)state;
	assert_not_sent("run/notify", -EAFNOSUPPORT);
	assert_not_sent("vsock:2:1234", -EAFNOSUPPORT);
	assert_not_sent("/nowhere/at/all", -ENOENT);
	assert_not_sent("@procsieve test nowhere", -ECONNREFUSED);
	memset(name + 1, 'a', sizeof(name) - 2);
	assert_not_sent(name, -E2BIG);
	name[0] = '@';
	assert_not_sent(name, -E2BIG);
	name[sizeof(name) - 2] = '\0';
	assert_not_sent(name, -ECONNREFUSED);
	name[0] = '/';
	assert_not_sent(name, -ENOENT);
}

static void a_socket_of_another_type_is_an_error(void **state)
{
	char name[NAME_SIZE];
	int fd = bind_socket(SOCK_SEQPACKET, '/', name);

	(void)state;
	assert_not_sent(name, -EPROTOTYPE);
	close(fd);
	unlink(name);
}

static void sending_leaves_no_descriptor(void **state)
{
	int before = dup(STDERR_FILENO), after;

	(void)state;
	close(before);
	assert_not_sent("@procsieve test nowhere", -ECONNREFUSED);
	after = dup(STDERR_FILENO);
	close(after);
	assert_int_equal(after, before);
}

static void the_watchdog_sets_the_interval(void **state)
{
	(void)state;
	assert_int_equal(service_manager_watchdog_ns(), 0);
	set("WATCHDOG_USEC", "30000000");
	assert_int_equal(service_manager_watchdog_ns(), 30000000000);
	set_number("WATCHDOG_PID", getpid());
	assert_int_equal(service_manager_watchdog_ns(), 30000000000);
	set("WATCHDOG_USEC", "18446744073709551");
	assert_int_equal(service_manager_watchdog_ns(), 18446744073709551000ull);
}

static void the_watchdog_of_another_process_is_not_ours(void **state)
{
	static const char *const pids[] = {"1", "0", "", "x", "-1", "4294967297"};

	(void)state;
	set("WATCHDOG_USEC", "1000");
	for (size_t i = 0; i < LENGTH(pids); i++) {
		set("WATCHDOG_PID", pids[i]);
		assert_int_equal(service_manager_watchdog_ns(), 0);
	}
}

static void a_watchdog_with_an_invalid_time_is_ignored(void **state)
{
	static const char *const times[] = {
		"", "0", "-1", "+1", "1s", " 1", "1.5", "18446744073709552", "99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(times); i++) {
		set("WATCHDOG_USEC", times[i]);
		assert_int_equal(service_manager_watchdog_ns(), 0);
	}
}

/*
 * Moves it to the descriptor where the protocol passes sockets, without close-on-exec, as it
 * arrives there.
 */
static void hand_over(int fd)
{
	assert_true(fd >= 0);
	if (fd != HANDED_OVER) {
		assert_int_equal(dup2(fd, HANDED_OVER), HANDED_OVER);
		close(fd);
	}
	set_number("LISTEN_PID", getpid());
	set("LISTEN_FDS", "1");
	set("LISTEN_FDNAMES", "procsieve.socket");
	set("LISTEN_PIDFDID", "1");
}

/* A socket bound to an address that the kernel chooses. */
static int bind_anywhere(int domain, int type)
{
	struct sockaddr_storage address = {.ss_family = domain};
	int fd = socket(domain, type, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      domain == AF_UNIX ? sizeof(sa_family_t) : sizeof(struct sockaddr_in)),
			 0);
	return fd;
}

static int listen_anywhere(int domain, int type)
{
	int fd = bind_anywhere(domain, type);

	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void assert_variables_gone(void)
{
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_FDNAMES"));
	assert_null(getenv("LISTEN_PIDFDID"));
}

static void the_socket_is_taken_once(void **state)
{
	int fd = -2;

	(void)state;
	hand_over(listen_anywhere(AF_UNIX, SOCK_SEQPACKET));
	assert_int_equal(service_manager_listen_fd(&fd, &why), 0);
	assert_int_equal(fd, HANDED_OVER);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	assert_variables_gone();
	assert_int_equal(service_manager_listen_fd(&fd, &why), 0);
	assert_int_equal(fd, -1);
	close(HANDED_OVER);
}

static void assert_none(const char *pid, const char *fds)
{
	int fd = -2;

	set("LISTEN_PID", pid);
	set("LISTEN_FDS", fds);
	assert_int_equal(service_manager_listen_fd(&fd, &why), 0);
	assert_int_equal(fd, -1);
	assert_variables_gone();
}

static void without_a_passed_socket_there_is_none(void **state)
{
	char own[32];

	(void)state;
	snprintf(own, sizeof(own), "%d", getpid());
	assert_none(NULL, NULL);
	assert_none(NULL, "1");
	assert_none(own, NULL);
	assert_none(own, "0");
	/* Descriptors meant for another process are not used, whatever they are. */
	assert_none("1", "1");
	assert_none("1", "many");
}

static void assert_fails(const char *message)
{
	int fd = -2;

	assert_int_equal(service_manager_listen_fd(&fd, &why), -EIO);
	assert_int_equal(why.status, STATUS_FAILURE);
	assert_string_equal(why.text, message);
	assert_int_equal(fd, -1);
	assert_variables_gone();
}

static void malformed_variables_are_refused(void **state)
{
	static const struct {
		const char *pid, *fds; /* NULL: this process's PID */
		const char *message;
	} cases[] = {
		{"x", "1", "LISTEN_PID: \"x\" is not a number from 0 to 2147483647"},
		{"", "1", "LISTEN_PID: \"\" is not a number from 0 to 2147483647"},
		{NULL, "", "LISTEN_FDS: \"\" is not a number from 0 to 2147483644"},
		{NULL, "-1", "LISTEN_FDS: \"-1\" is not a number from 0 to 2147483644"},
		{NULL, "1 ", "LISTEN_FDS: \"1 \" is not a number from 0 to 2147483644"},
		{NULL, "4294967297",
		 "LISTEN_FDS: \"4294967297\" is not a number from 0 to 2147483644"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		set_number("LISTEN_PID", getpid());
		if (cases[i].pid)
			set("LISTEN_PID", cases[i].pid);
		set("LISTEN_FDS", cases[i].fds);
		assert_fails(cases[i].message);
	}
}

#define WANTED                                                     \
	"one listening Unix socket of type SOCK_SEQPACKET, as by " \
	"ListenSequentialPacket= of a socket unit"

static void more_than_one_socket_is_refused(void **state)
{
	(void)state;
	hand_over(listen_anywhere(AF_UNIX, SOCK_SEQPACKET));
	set("LISTEN_FDS", "2");
	assert_fails("LISTEN_FDS passes 2 sockets; allowed is " WANTED);
	close(HANDED_OVER);
}

static void assert_refused_as_socket(int fd)
{
	hand_over(fd);
	assert_fails("descriptor 3, passed by LISTEN_FDS, is not " WANTED);
	close(HANDED_OVER);
}

static void other_descriptors_are_refused(void **state)
{
	int ends[2];

	(void)state;
	assert_refused_as_socket(listen_anywhere(AF_UNIX, SOCK_STREAM));
	assert_refused_as_socket(listen_anywhere(AF_INET, SOCK_STREAM));
	assert_refused_as_socket(bind_anywhere(AF_UNIX, SOCK_DGRAM));
	assert_refused_as_socket(bind_anywhere(AF_UNIX, SOCK_SEQPACKET));
	assert_refused_as_socket(open("/dev/null", O_RDONLY));
	/* A connection, as with Accept=yes. */
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	close(ends[1]);
	assert_refused_as_socket(ends[0]);
}

static void a_missing_descriptor_is_an_error(void **state)
{
	(void)state;
	hand_over(open("/dev/null", O_RDONLY));
	close(HANDED_OVER);
	assert_fails("LISTEN_FDS passes descriptor 3, which is not valid: Bad file descriptor");
}

#define test(name) cmocka_unit_test_setup_teardown(name, unset_variables, unset_variables)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(states_arrive_at_a_path),
		test(states_arrive_at_an_abstract_name),
		test(without_a_service_manager_nothing_is_sent),
		test(bad_addresses_are_errors),
		test(a_socket_of_another_type_is_an_error),
		test(sending_leaves_no_descriptor),
		test(the_watchdog_sets_the_interval),
		test(the_watchdog_of_another_process_is_not_ours),
		test(a_watchdog_with_an_invalid_time_is_ignored),
		test(the_socket_is_taken_once),
		test(without_a_passed_socket_there_is_none),
		test(malformed_variables_are_refused),
		test(more_than_one_socket_is_refused),
		test(other_descriptors_are_refused),
		test(a_missing_descriptor_is_an_error),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
