// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The order in which simultaneous requests are served. The server is stopped while they arrive. The
 * oracle is the creation time of each listener, as in the server's status, and the order of their
 * slots.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "harness/raw_client.h"
#include "lib/wire.h"

#define MANY 70001
#define ONE  70002
/* Each test has its own users, because it matters which user was served last. */
#define FIRST  70011
#define SECOND 70012
#define THIRD  70013

static struct server server;

/* Requests a small listener, without waiting for the reply. */
static int request_snapshot_as(uid_t uid)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	char packet[4096];
	long size = wire_encode(&(struct wire_request){.operation = WIRE_LISTEN,
						       .filter = filter,
						       .ring_size = 4096},
				packet, sizeof(packet));
	int fd = client_connect_as(&server, uid);

	assert_int_equal(send(fd, packet, size, MSG_NOSIGNAL), size);
	return fd;
}

static int request_status_as(uid_t uid)
{
	struct wire_head head;
	int fd = client_connect_as(&server, uid);

	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	assert_int_equal(send(fd, &head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
	return fd;
}

static void wait_stopped(void)
{
	siginfo_t info;

	kill(server.tool.pid, SIGSTOP);
	assert_int_equal(waitid(P_PID, server.tool.pid, &info, WSTOPPED | WNOWAIT), 0);
}

static int by_time(const void *a, const void *b)
{
	const struct wire_listener *first = a, *second = b;

	return first->since_ns < second->since_ns ? -1 : first->since_ns > second->since_ns;
}

/*
 * Sends requests of these users in this order while the server is stopped. Fills in the order in
 * which they were served.
 */
static void serve_in_order(const uid_t *users, unsigned int count, uid_t *served)
{
	static struct wire_status status;
	struct wire_reply reply;
	int fds[16], fd;

	wait_stopped();
	for (unsigned int i = 0; i < count; i++)
		fds[i] = request_snapshot_as(users[i]);
	kill(server.tool.pid, SIGCONT);
	for (unsigned int i = 0; i < count; i++) {
		assert_true(recv(fds[i], &reply, sizeof(reply), 0) >= REPLY_MIN);
		assert_int_equal(reply.status, WIRE_DONE);
	}
	fd = request_status_as(0);
	assert_true(recv(fd, &status, sizeof(status), 0) > 0);
	close(fd);
	/* The first is the listener that keeps the hooks attached. */
	assert_int_equal(status.listener_count, count + 1);
	qsort(status.listeners, count + 1, sizeof(status.listeners[0]), by_time);
	for (unsigned int i = 0; i < count; i++)
		served[i] = status.listeners[i + 1].uid;
	for (unsigned int i = 0; i < count; i++)
		close(fds[i]);
	server_wait_idle(&server);
}

/* All orders of four requests: one of root, one of a user, two of another user. */
static void root_first_then_one_of_each_user(void **state)
{
	static const uid_t from[] = {0, ONE, MANY, MANY};
	unsigned int orders = 0;

	(void)state;
	for (unsigned int order = 0; order < 256; order++) {
		uid_t users[4], served[4];
		unsigned int seen = 0;

		for (unsigned int i = 0; i < 4; i++) {
			users[i] = from[order >> 2 * i & 3];
			seen |= 1u << (order >> 2 * i & 3);
		}
		/*
		 * Each of them once. The two requests of one user are interchangeable, so one order
		 * of them is enough.
		 */
		if (seen != 15 || (order & 3) == 3 || ((order & 3) != 2 && (order >> 2 & 3) == 3))
			continue;
		orders++;
		serve_in_order(users, 4, served);
		assert_int_equal(served[0], 0);
		assert_true(served[1] == ONE || served[2] == ONE);
		assert_int_equal(served[3], MANY);
	}
	assert_true(orders >= 9);
}

/* After as many requests as two users may have waiting: one of root, and one of a third user. */
static void late_requests_wait_for_one_of_each_user(void **state)
{
	uid_t users[12], served[12];

	(void)state;
	for (unsigned int i = 0; i < 10; i++)
		users[i] = i < 5 ? FIRST : SECOND;
	users[10] = THIRD;
	users[11] = 0;
	serve_in_order(users, 12, served);
	assert_int_equal(served[0], 0);
	assert_int_equal(served[1], FIRST);
	assert_int_equal(served[2], SECOND);
	assert_int_equal(served[3], THIRD);
	for (unsigned int i = 4; i < 12; i++)
		assert_int_equal(served[i], i & 1 ? SECOND : FIRST);
}

#define REQUEST_COUNT 10

/*
 * A status request is answered at once, for root and other users; it does not wait for requests
 * that take long.
 */
static void status_requests_do_not_wait_for_listeners(void **state)
{
	static struct wire_status status;
	struct wire_reply reply;
	int fds[REQUEST_COUNT], roots, users;

	(void)state;
	wait_stopped();
	for (unsigned int i = 0; i < REQUEST_COUNT; i++)
		fds[i] = request_snapshot_as(i < REQUEST_COUNT / 2 ? FIRST : SECOND);
	users = request_status_as(FIRST);
	roots = request_status_as(0);
	kill(server.tool.pid, SIGCONT);
	assert_true(recv(roots, &status, sizeof(status), 0) > 0);
	assert_int_equal(status.status, WIRE_DONE);
	assert_int_equal(status.listener_count, 1);
	/* A user sees only its own listeners, of which there is none or one yet. */
	assert_true(recv(users, &status, sizeof(status), 0) > 0);
	assert_int_equal(status.status, WIRE_DONE);
	assert_true(status.listener_count <= 1);
	for (unsigned int i = 0; i < REQUEST_COUNT; i++) {
		assert_true(recv(fds[i], &reply, sizeof(reply), 0) >= REPLY_MIN);
		assert_int_equal(reply.status, WIRE_DONE);
		close(fds[i]);
	}
	close(roots);
	close(users);
	server_wait_idle(&server);
}

static struct procsieve *keeper;

/*
 * With a listener that keeps the hooks attached, so that the server is idle as soon as the others
 * have gone.
 */
static int set_up(void **state)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	char reason[512];

	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	assert_int_equal(procsieve_open(&keeper, &filter, &options, reason, sizeof(reason)), 0);
	server.idle_descriptors = server_descriptors(&server);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	procsieve_close(keeper);
	server_end(&server, SIGTERM);
	server_clear(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_first_then_one_of_each_user),
		cmocka_unit_test(late_requests_wait_for_one_of_each_user),
		cmocka_unit_test(status_requests_do_not_wait_for_listeners),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
