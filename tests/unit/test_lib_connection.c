// SPDX-License-Identifier: GPL-2.0-or-later
/* The client side of a connection, with servers that end at the wrong moment. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/connection.h"

static char path[64];

/* A server that has come this far. */
static int listen_at_path(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	unlink(path);
	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 5), 0);
	return fd;
}

/* Sends a request, and gets the error that the server is gone. */
static void request_fails(int fd)
{
	const struct wire_request request = {
		.operation = WIRE_LISTEN, .ring_size = 4096, .filter = {.events = 1}};
	struct reply reply;

	assert_int_equal(connection_request(fd, &request, 2, &reply), -EPIPE);
	assert_string_equal(reply.text, "the server has closed the connection: Broken pipe");
	assert_int_equal(reply.fds[0], -1);
	close(fd);
}

static void a_server_can_end_before_it_accepts(void **state)
{
	int server = listen_at_path(), fd = connection_open(path);

	(void)state;
	assert_true(fd >= 0);
	close(server);
	request_fails(fd);
}

static void a_server_can_end_before_it_reads(void **state)
{
	int server = listen_at_path(), fd = connection_open(path), peer;

	(void)state;
	assert_true(fd >= 0);
	peer = accept(server, NULL, NULL);
	assert_true(peer >= 0);
	close(peer);
	request_fails(fd);
	close(server);
}

/* It closes without reading the request. */
static void a_refusal_is_received_before_the_end_of_file(void **state)
{
	const struct wire_request request = {
		.operation = WIRE_LISTEN, .ring_size = 4096, .filter = {.events = 1}};
	struct wire_reply refusal = {.status = WIRE_QUOTA, .text = "too many"};
	static struct wire_status status;
	struct reply reply;

	(void)state;
	wire_head_set(&refusal.head, WIRE_LISTEN, sizeof(refusal));
	for (int asked = 0; asked < 2; asked++) {
		int server = listen_at_path(), fd = connection_open(path), peer;
		struct wire_head head;

		peer = accept(server, NULL, NULL);
		wire_head_set(&head, WIRE_STATUS, sizeof(head));
		assert_int_equal(send(fd, &head, sizeof(head), 0), sizeof(head));
		assert_int_equal(send(peer, &refusal, sizeof(refusal), 0), sizeof(refusal));
		close(peer);
		if (asked) {
			assert_int_equal(connection_status(fd, &status), -EDQUOT);
			assert_string_equal(status.text, "too many");
		} else {
			assert_int_equal(connection_request(fd, &request, 2, &reply), -EDQUOT);
			assert_string_equal(reply.text, "too many");
		}
		close(fd);
		close(server);
	}
}

/*
 * A server's reply to a listener request, without descriptors: their lack is detected after the
 * text has been read.
 */
static void all_hooks_that_a_reply_can_name_arrive(void **state)
{
	const struct wire_request request = {
		.operation = WIRE_LISTEN, .ring_size = 4096, .filter = {.events = 1ull << 63}};
	static char hooks[WIRE_TEXT_MAX];
	static struct wire_reply packet = {.status = WIRE_REFUSED};
	static struct reply reply;
	int server = listen_at_path(), fd = connection_open(path), peer;
	size_t size;

	(void)state;
	for (int i = 0; i < WIRE_HOOKS_MAX; i++)
		snprintf(hooks + strlen(hooks), sizeof(hooks) - strlen(hooks), "%s%0*d",
			 i ? " " : "", WIRE_HOOK_NAME - 1, i);
	assert_int_equal(strlen(hooks), sizeof(hooks) - 1);
	size = wire_reply_set_text(&packet, WIRE_LISTEN, hooks);
	peer = accept(server, NULL, NULL);
	assert_int_equal(send(peer, &packet, size, 0), size);
	assert_int_equal(connection_request(fd, &request, 2, &reply), -EINVAL);
	assert_string_equal(reply.text, hooks);
	close(peer);
	close(fd);
	close(server);
}

/* A text that does not end within the packet is invalid. */
static void a_reply_without_an_end_is_refused(void **state)
{
	const struct wire_request request = {
		.operation = WIRE_LISTEN, .ring_size = 4096, .filter = {.events = 1}};
	struct wire_reply packet = {.status = WIRE_REFUSED};
	struct reply reply;
	int server = listen_at_path(), fd = connection_open(path), peer;
	size_t size = wire_reply_set_text(&packet, WIRE_LISTEN, "no");

	(void)state;
	peer = accept(server, NULL, NULL);
	assert_int_equal(send(peer, &packet, size - 1, 0), size - 1);
	assert_int_equal(connection_request(fd, &request, 2, &reply), -EPROTO);
	close(peer);
	close(fd);
	close(server);
}

static void connect_fails_without_a_server(void **state)
{
	(void)state;
	close(listen_at_path());
	assert_int_equal(connection_open(path), -ECONNREFUSED);
	unlink(path);
	assert_int_equal(connection_open(path), -ENOENT);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/procsieve-connection-%d", getpid());
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_can_end_before_it_accepts),
		cmocka_unit_test(a_server_can_end_before_it_reads),
		cmocka_unit_test(a_refusal_is_received_before_the_end_of_file),
		cmocka_unit_test(all_hooks_that_a_reply_can_name_arrive),
		cmocka_unit_test(a_reply_without_an_end_is_refused),
		cmocka_unit_test(connect_fails_without_a_server),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
