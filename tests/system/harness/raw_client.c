// SPDX-License-Identifier: GPL-2.0-or-later
/* A server's client, written by hand; see raw_client.h. */
#include "harness/raw_client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <procsieve/event.h>

int client_connect(const struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, server->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

int client_connect_as(const struct server *server, uid_t uid)
{
	int fd;

	assert_int_equal(seteuid(uid), 0);
	fd = client_connect(server);
	assert_int_equal(seteuid(0), 0);
	return fd;
}

ssize_t client_receive(int fd, void *reply, size_t size, int flags)
{
	ssize_t got = recv(fd, reply, size, flags);

	return got < 0 && errno == ECONNRESET ? recv(fd, reply, size, flags) : got;
}

int client_request(const struct server *server, const struct wire_request *request,
		   struct wire_reply *reply, int fds[WIRE_DESCRIPTORS])
{
	char packet[4096], control[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
	long size = wire_encode(request, packet, sizeof(packet));
	struct iovec part = {reply, sizeof(*reply)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	int fd = client_connect(server);
	struct cmsghdr *head;

	memset(fds, -1, WIRE_DESCRIPTORS * sizeof(int));
	assert_true(size > 0);
	/* If this fails, the server has refused the client. */
	send(fd, packet, size, MSG_NOSIGNAL);
	assert_true(recvmsg(fd, &message, MSG_CMSG_CLOEXEC) >= REPLY_MIN);
	head = CMSG_FIRSTHDR(&message);
	if (head)
		memcpy(fds, CMSG_DATA(head), head->cmsg_len - CMSG_LEN(0));
	return fd;
}

int client_request_simple(const struct server *server, enum wire_operation operation,
			  size_t ring_size, struct wire_reply *reply, int fds[WIRE_DESCRIPTORS])
{
	const struct wire_request request = {
		.operation = operation,
		.filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)},
		.ring_size = ring_size,
	};

	return client_request(server, &request, reply, fds);
}

bool client_is_served_as(const struct server *server, uid_t uid, unsigned int seconds)
{
	const struct timeval timeout = {.tv_sec = tool_longer(seconds)};
	struct wire_status status;
	struct wire_head head;
	int fd = client_connect_as(server, uid);
	ssize_t got;

	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	/* If this fails, the server has refused the client. */
	send(fd, &head, sizeof(head), MSG_NOSIGNAL);
	got = client_receive(fd, &status, sizeof(status), 0);
	close(fd);
	return got > 0 && !status.status;
}
