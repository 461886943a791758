// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client's limits on a server, and what happens to one that exceeds them: it gets a reason, and
 * no other client is affected.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "harness/raw_client.h"
#include "harness/records.h"
#include "lib/wire.h"

#define NOBODY 65534

static struct server server;

/* As user nobody. Returns how many listeners it got, and the reason of the first refusal. */
static unsigned int open_many(struct procsieve **listeners, unsigned int most, size_t ring_size,
			      char reason[512])
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = ring_size};
	unsigned int count = 0;

	while (count < most && !procsieve_open(&listeners[count], &filter, &options, reason, 512))
		count++;
	return count;
}

/* A quota is given back some time after the listeners are closed. */
static bool open_both(struct procsieve **listeners, size_t ring_size)
{
	char reason[512];
	unsigned int opened = 0;

	for (unsigned int turn = 0; opened < 2 && turn < tool_longer(500); turn++) {
		if (opened)
			procsieve_close(listeners[0]);
		if (turn)
			usleep(20000);
		opened = open_many(listeners, 2, ring_size, reason);
	}
	return opened == 2;
}

static int fill_quota(void)
{
	struct procsieve *listeners[10];
	char reason[512] = "";

	if (open_many(listeners, 10, 4096, reason) != 8 ||
	    !strstr(reason, "listeners as it may: 8 "))
		return 1;
	for (int i = 0; i < 8; i++)
		procsieve_close(listeners[i]);
	if (!open_both(listeners, 2 << 20))
		return 2;
	if (open_many(listeners + 2, 1, 4096, reason) != 0 || !strstr(reason, "rings of"))
		return 3;
	return 0;
}

static void a_user_has_a_quota(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(NOBODY, fill_quota), 0);
	/* The quotas of two users are separate. */
	assert_int_equal(run_as_user(54321, fill_quota), 0);
}

static int request_large_ring(void)
{
	struct procsieve *listener;
	char reason[512] = "";

	return open_many(&listener, 1, 8 << 20, reason) || !strstr(reason, "maximum is 4194304");
}

static void a_ring_beyond_the_quota_is_refused(void **state)
{
	(void)state;
	assert_int_equal(run_as_user(NOBODY, request_large_ring), 0);
}

/* A writable page of a map; NULL if that is not permitted. */
static volatile uint64_t *writable_page(int fd, off_t offset)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	/* cppcheck-suppress memleak ; it is unmapped when the child exits */
	return page == MAP_FAILED ? NULL : page;
}

/* What the kernel writes for a reader cannot be overwritten, not even by that reader. */
static int overwrite_own_ring(void)
{
	volatile uint64_t *positions;
	struct wire_reply reply = {0};
	int fds[WIRE_DESCRIPTORS];

	client_request_simple(&server, WIRE_LISTEN, 4096, &reply, fds);
	if (reply.status || fds[WIRE_CONTROL] < 0)
		return 1;
	if (writable_page(fds[1], 0) || writable_page(fds[0], 4096))
		return 2;
	positions = writable_page(fds[0], 0);
	if (!positions)
		return 3;
	for (unsigned int i = 0; i < 20000; i++) {
		*positions = (uint64_t)random() << 32 | random();
		prctl(PR_SET_NAME, i & 1 ? "scribble" : "other");
	}
	return 0;
}

#define RENAMES 3000

static void rename_many(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (unsigned int i = 0; i < RENAMES; i++)
			prctl(PR_SET_NAME, i & 1 ? "limits" : "other");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Next to a client that overwrites its ring and one that never reads, a client gets every event. */
static void a_misbehaving_client_affects_only_itself(void **state)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	struct procsieve *lazy;
	struct tool tool;
	json_t *records;
	char reason[512];

	(void)state;
	assert_int_equal(procsieve_open(&lazy, &filter, &options, reason, sizeof(reason)), 0);
	watch_start(&tool, WORDS("--socket", server.socket, "-e", "comm", "--comm",
				 "limits,scribble", "--ring", "8M"));
	assert_int_equal(run_as_user(NOBODY, overwrite_own_ring), 0);
	rename_many();
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "comm", 0), 10000 + RENAMES / 2);
	json_decref(records);
	tool_clear(&tool);
	/* It has lost what did not fit, and has the count. */
	assert_true(procsieve_lost(lazy, NULL) >= RENAMES - 100);
	procsieve_close(lazy);
}

static size_t drain(struct procsieve *listener)
{
	size_t count = 0, size;
	const struct procsieve_record *record;

	while ((record = procsieve_next(listener, &size)))
		count += record->type == PROCSIEVE_COMM;
	return count;
}

/*
 * Each receives every event or counts it as lost. The 65th client gets the reason of its refusal.
 */
static void sixty_four_listeners_get_everything(void **state)
{
	static char *const name[] = {"limits"};
	struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 65536};
	struct procsieve *listeners[PROCSIEVE_LISTENERS + 1];
	char reason[512], comms[1][PROCSIEVE_COMM_SIZE] = {""};

	(void)state;
	server_wait_idle(&server);
	strcpy(comms[0], name[0]);
	filter.comms = comms;
	filter.comm_count = 1;
	for (unsigned int i = 0; i < PROCSIEVE_LISTENERS; i++)
		assert_int_equal(
			procsieve_open(&listeners[i], &filter, &options, reason, sizeof(reason)),
			0);
	assert_int_equal(procsieve_open(&listeners[PROCSIEVE_LISTENERS], &filter, &options, reason,
					sizeof(reason)),
			 -EDQUOT);
	assert_non_null(strstr(reason, "64 listener slots"));
	rename_many();
	for (unsigned int i = 0; i < PROCSIEVE_LISTENERS; i++) {
		size_t delivered = drain(listeners[i]);

		assert_int_equal(delivered + procsieve_lost(listeners[i], NULL), RENAMES / 2);
		/* A ring of 64 KiB holds about 700 of these. */
		assert_true(delivered > 500);
		procsieve_close(listeners[i]);
	}
}

static void a_process_that_is_gone_cannot_be_followed(void **state)
{
	__u64 gone = fork();
	const struct procsieve_filter filter = {.events = PROCSIEVE_ALL_EVENTS,
						.pids = {.values = &gone, .count = 1}};
	const struct procsieve_options options = {.socket = server.socket};
	struct procsieve *listener;
	char reason[512];

	(void)state;
	if (!gone)
		_exit(0);
	waitpid((pid_t)gone, NULL, 0);
	server_wait_idle(&server);
	assert_int_equal(procsieve_open(&listener, &filter, &options, reason, sizeof(reason)),
			 -ESRCH);
	assert_non_null(strstr(reason, "no process has the id"));
}

#define SOME_USER     70000
#define EACH_CONNECTS 16
#define CONNECT	      240

static void users_cannot_take_roots_connections(void **state)
{
	struct wire_reply reply;
	int fds[CONNECT + 1];

	(void)state;
	server_wait_idle(&server);
	for (int i = 0; i <= CONNECT; i++)
		fds[i] = client_connect_as(&server, SOME_USER + i / EACH_CONNECTS);
	assert_true(recv(fds[CONNECT], &reply, sizeof(reply), 0) > REPLY_MIN);
	assert_int_equal(reply.status, WIRE_QUOTA);
	assert_non_null(strstr(reply.text, "root"));
	assert_int_equal(recv(fds[CONNECT - 1], &reply, sizeof(reply), MSG_DONTWAIT), -1);
	assert_true(client_is_served_as(&server, 0, 5));
	for (int i = 0; i <= CONNECT; i++)
		close(fds[i]);
}

static int open_as(uid_t uid, struct procsieve **listener, char reason[512])
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	int err;

	assert_int_equal(seteuid(uid), 0);
	err = procsieve_open(listener, &filter, &options, reason, 512);
	assert_int_equal(seteuid(0), 0);
	return err;
}

/*
 * Requests a listener or a snapshot, and reads the reply's status with MSG_PEEK, so that the reply
 * stays queued.
 */
static unsigned int request_and_close(int fd, enum wire_operation operation)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	char packet[4096];
	long size = wire_encode(
		&(struct wire_request){.operation = operation, .filter = filter, .ring_size = 4096},
		packet, sizeof(packet));
	struct wire_reply reply;

	/* If this fails, the server has refused the client. */
	send(fd, packet, size, MSG_NOSIGNAL);
	if (operation == WIRE_LISTEN)
		shutdown(fd, SHUT_WR);
	assert_true(client_receive(fd, &reply, sizeof(reply), MSG_PEEK) > REPLY_MIN);
	return reply.status;
}

static void an_unread_reply_keeps_the_connection(void **state)
{
	struct wire_reply reply;
	struct procsieve *listener;
	int fds[EACH_CONNECTS + 1];
	char reason[512];

	(void)state;
	server_wait_idle(&server);
	for (int i = 0; i <= EACH_CONNECTS; i++) {
		fds[i] = client_connect_as(&server, SOME_USER);
		assert_int_equal(request_and_close(fds[i], i & 1 ? WIRE_LISTEN : WIRE_SNAPSHOT),
				 i < EACH_CONNECTS ? WIRE_DONE : WIRE_QUOTA);
	}
	/* Not only for a moment. */
	sleep(2);
	assert_false(client_is_served_as(&server, SOME_USER, 5));
	assert_int_equal(open_as(0, &listener, reason), 0);
	procsieve_close(listener);
	/* A client that takes it is released, and gets no second reply. */
	assert_true(recv(fds[0], &reply, sizeof(reply), 0) > REPLY_MIN);
	assert_int_equal(recv(fds[0], &reply, sizeof(reply), 0), 0);
	WAIT_UNTIL(client_is_served_as(&server, SOME_USER, 5));
	for (int i = 0; i <= EACH_CONNECTS; i++)
		close(fds[i]);
	server_wait_idle(&server);
}

#define UNREAD_CONNECTIONS 100

/* The default soft limit of open files does not limit the queued replies. */
static void queued_replies_may_exceed_the_soft_descriptor_limit(void **state)
{
	struct procsieve *listener;
	struct rlimit limit, low;
	char reason[512];
	int fds[UNREAD_CONNECTIONS];

	(void)state;
	server_end(&server, SIGTERM);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = (struct rlimit){.rlim_cur = UNREAD_CONNECTIONS / 2, .rlim_max = limit.rlim_max};
	setrlimit(RLIMIT_NOFILE, &low);
	server_start(&server, WORDS(NULL));
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < UNREAD_CONNECTIONS; i++) {
		fds[i] = client_connect(&server);
		assert_int_equal(request_and_close(fds[i], WIRE_SNAPSHOT), WIRE_DONE);
	}
	assert_int_equal(open_as(0, &listener, reason), 0);
	procsieve_close(listener);
	for (int i = 0; i < UNREAD_CONNECTIONS; i++)
		close(fds[i]);
	server_wait_idle(&server);
}

#define EACH_LISTENS 8
#define LISTEN	     56

static void users_cannot_take_roots_listeners(void **state)
{
	struct procsieve *listeners[PROCSIEVE_LISTENERS];
	char reason[512];

	(void)state;
	server_wait_idle(&server);
	for (int i = 0; i < LISTEN; i++)
		assert_int_equal(open_as(SOME_USER + i / EACH_LISTENS, &listeners[i], reason), 0);
	assert_int_equal(open_as(SOME_USER - 1, &listeners[LISTEN], reason), -EDQUOT);
	assert_non_null(strstr(reason, "root"));
	for (int i = LISTEN; i < PROCSIEVE_LISTENERS; i++)
		assert_int_equal(open_as(0, &listeners[i], reason), 0);
	for (int i = 0; i < PROCSIEVE_LISTENERS; i++)
		procsieve_close(listeners[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_user_has_a_quota),
		cmocka_unit_test(a_ring_beyond_the_quota_is_refused),
		cmocka_unit_test(a_misbehaving_client_affects_only_itself),
		cmocka_unit_test(sixty_four_listeners_get_everything),
		cmocka_unit_test(a_process_that_is_gone_cannot_be_followed),
		cmocka_unit_test(users_cannot_take_roots_connections),
		cmocka_unit_test(users_cannot_take_roots_listeners),
		cmocka_unit_test(an_unread_reply_keeps_the_connection),
		cmocka_unit_test(queued_replies_may_exceed_the_soft_descriptor_limit),
	};

	return server_run_group_tests(tests, &server);
}
