// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients without manners against a running server: `server_storm SOCKET SECONDS SEED`. Several processes, some of them
 * ordinary users, connect, send requests that are right, changed at random or cut off, with and without descriptors, read
 * the replies or do not, keep what they got for a while, and close everything in any order. At the end the server must
 * answer a right request. The server is built with a sanitizer, which says what went wrong.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/procsieve.h>
#include <procsieve/snapshot.h>

#include "wire.h"

#define PROCESSES 6
#define KEPT	  12

static const char *socket_path;
static uint64_t state;

/* xorshift64: the same for the same seed. */
static uint32_t any(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32) % below;
}

static int connect_once(void)
{
	const struct timeval patience = {.tv_usec = 200000};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, socket_path, sizeof(address.sun_path) - 1);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

/* A request that is right, of any kind. */
static long make_request(char *packet, size_t room)
{
	static const enum wire_operation operations[] = {WIRE_LISTEN, WIRE_LISTEN, WIRE_LISTEN,
							 WIRE_STATUS, WIRE_SNAPSHOT};
	char names[4][PROCSIEVE_COMM_SIZE] = {"true", "sh", "cat", "ls"};
	__u64 numbers[4] = {0, 1, (__u64)getpid(), any(100000)};
	struct wire_request request = {
		.operation = operations[any(5)],
		.filter = {.events = 1 + any(PROCSIEVE_ALL_EVENTS)},
		.ring_size = any(2) ? 0 : 4096u << any(10),
		.existing = !any(4),
	};

	if (!any(3))
		request.filter.pids = (struct procsieve_list){numbers + 2, 1 + any(2)};
	if (!any(3))
		request.filter.uids = (struct procsieve_list){numbers, 1 + any(4)};
	if (!any(3))
		request.filter.cpus = (struct procsieve_list){numbers, 1 + any(2)};
	if (!any(3)) {
		request.filter.comms = names;
		request.filter.comm_count = 1 + any(4);
	}
	request.filter.follow = request.filter.pids.count && any(2);
	return wire_encode(&request, packet, room);
}

static void change(char *packet, size_t size)
{
	for (uint32_t left = 1 + any(8); left; left--)
		packet[any(any(2) ? size : sizeof(struct wire_listen))] = (char)any(256);
}

/* With a descriptor of ours in it, now and then. */
static bool send_packet(int fd, const void *packet, size_t size)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {(void *)packet, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *head;

	if (!any(10)) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	}
	return sendmsg(fd, &message, MSG_NOSIGNAL) >= 0;
}

/* Takes the reply, and closes or keeps what came with it: `kept` holds one in so many. */
static void receive(int fd, int *kept)
{
	static char reply[sizeof(struct wire_status)];
	char control[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
	struct iovec part = {reply, sizeof(reply)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *head;
	int fds[WIRE_DESCRIPTORS];
	size_t count;

	if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) < 0 || !(head = CMSG_FIRSTHDR(&message)) ||
	    head->cmsg_type != SCM_RIGHTS)
		return;
	count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(head), count * sizeof(int));
	for (size_t i = 0; i < count; i++) {
		int *place = &kept[any(KEPT)];

		if (*place >= 0)
			close(*place);
		*place = fds[i];
	}
}

static void run_client(uint64_t seed, unsigned int seconds, uid_t uid)
{
	static char packet[WIRE_REQUEST_LIMIT + 64];
	const time_t end = time(NULL) + seconds;
	int connections[KEPT], kept[KEPT];

	state = seed;
	if (uid && (setgid(uid) || setuid(uid)))
		_exit(2);
	memset(connections, -1, sizeof(connections));
	memset(kept, -1, sizeof(kept));
	while (time(NULL) < end) {
		int *place = &connections[any(KEPT)];
		long size = make_request(packet, sizeof(packet));

		if (*place >= 0)
			close(*place);
		*place = connect_once();
		if (*place < 0 || size < 0 || !any(8))
			continue;
		if (any(2))
			change(packet, size);
		if (!any(8))
			size = any(size);
		if (send_packet(*place, packet, size) && any(4))
			receive(*place, kept);
		if (!any(4))
			send_packet(*place, packet, size);
	}
	_exit(0);
}

/* A listener of root's, as the library asks for it. */
static bool is_served(void)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
	const struct procsieve_options options = {.socket = socket_path};
	struct procsieve *listener;
	char reason[512] = "";

	for (unsigned int turn = 0; turn < 100; turn++) {
		if (!procsieve_open(&listener, &filter, &options, reason, sizeof(reason))) {
			procsieve_close(listener);
			return true;
		}
		usleep(100000);
	}
	fprintf(stderr, "server_storm: %s\n", reason);
	return false;
}

int main(int argc, char **argv)
{
	int status, failures = 0;

	if (argc != 4) {
		fputs("usage: server_storm SOCKET SECONDS SEED\n", stderr);
		return 2;
	}
	socket_path = argv[1];
	for (unsigned int i = 0; i < PROCESSES; i++)
		if (!fork())
			run_client(0x9e3779b97f4a7c15 * (strtoull(argv[3], NULL, 0) + i + 1),
				   strtoul(argv[2], NULL, 0), i % 3 ? 60000 + i % 3 : 0);
	while (wait(&status) > 0)
		failures += status != 0;
	if (failures)
		fprintf(stderr, "server_storm: %d clients failed\n", failures);
	return failures || !is_served();
}
