// SPDX-License-Identifier: BSD-2-Clause
/* Sends requests to the server and receives the replies; see connection.h. */
#include "lib/connection.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

int connection_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

static int send_request(int fd, const void *packet, size_t size)
{
	int room = 2 * WIRE_REQUEST_LIMIT;
	ssize_t sent;

	/* The default send buffer is too small for long lists on some machines. */
	if (size > 65536)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	do {
		sent = send(fd, packet, size, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	/*
	 * These errors do not end the exchange. EPIPE: the server refused without reading the
	 * request, but its reply can be received. ECONNRESET: the server ended before it accepted
	 * the connection; receiving reports that.
	 */
	return sent < 0 && errno != EPIPE && errno != ECONNRESET ? -errno : 0;
}

/*
 * If the server closes the connection with unread data, the kernel reports ECONNRESET first and the
 * reply that the server sent after that. So receive once more. If there is no reply, the second
 * call returns the end of the connection.
 */
static ssize_t receive_message(int fd, struct msghdr *message)
{
	ssize_t got = recvmsg(fd, message, MSG_CMSG_CLOEXEC);

	if (got < 0 && errno == ECONNRESET)
		got = recvmsg(fd, message, MSG_CMSG_CLOEXEC);
	return got < 0 ? -errno : got;
}

/*
 * Receives a reply of up to `size` bytes, and its descriptors. Returns the number of bytes, or
 * -errno.
 */
static ssize_t receive_reply(int fd, void *packet, size_t size, int fds[WIRE_DESCRIPTORS])
{
	char control[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
	struct iovec part = {packet, size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	ssize_t got = receive_message(fd, &message);
	struct cmsghdr *head;

	if (got < 0)
		return got;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(head),
		       head->cmsg_len - CMSG_LEN(0) < WIRE_DESCRIPTORS * sizeof(int)
			       ? head->cmsg_len - CMSG_LEN(0)
			       : WIRE_DESCRIPTORS * sizeof(int));
	/* The kernel drops descriptors that exceed this process's limit. */
	return message.msg_flags & MSG_CTRUNC ? -EMFILE : got;
}

/* Returns the -errno of the public functions for the status in a reply (enum wire_answer). */
static int errno_of_answer(__u32 status)
{
	switch (status) {
	case WIRE_REFUSED:
		return -EINVAL;
	case WIRE_QUOTA:
		return -EDQUOT;
	case WIRE_NO_PROCESS:
		return -ESRCH;
	default:
		return -EIO;
	}
}

static int set_error(char *text, size_t size, int err, const char *what)
{
	snprintf(text, size, "%s: %s", what, strerror(-err));
	return err;
}

static int check_reply(const struct wire_reply *received, ssize_t got, unsigned int count,
		       struct reply *reply)
{
	/* A server that ends resets connections with unread data. */
	if (got == 0 || got == -ECONNRESET)
		return set_error(reply->text, sizeof(reply->text), -EPIPE,
				 "the server has closed the connection");
	if (got < 0)
		return set_error(reply->text, sizeof(reply->text), got, "no reply");
	if (!wire_reply_text(received, got) || received->head.magic != WIRE_MAGIC ||
	    received->head.version != WIRE_VERSION)
		return set_error(reply->text, sizeof(reply->text), -EPROTO,
				 "the server uses another version of the protocol");
	memcpy(reply->text, received->text, sizeof(reply->text));
	if (received->status)
		return errno_of_answer(received->status);
	if (reply->fds[count - 1] < 0)
		return set_error(reply->text, sizeof(reply->text), -EPROTO,
				 "the reply has too few descriptors");
	reply->ring_size = received->ring_size;
	return 0;
}

static void close_fds(int fds[WIRE_DESCRIPTORS])
{
	for (int i = 0; i < WIRE_DESCRIPTORS; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

int connection_request(int fd, const struct wire_request *request, unsigned int count,
		       struct reply *reply)
{
	struct wire_reply received = {0};
	char *packet = malloc(WIRE_REQUEST_LIMIT);
	long size;
	int err;

	*reply = (struct reply){.fds = {-1, -1, -1}};
	if (!packet)
		return set_error(reply->text, sizeof(reply->text), -ENOMEM,
				 "cannot make the request");
	size = wire_encode(request, packet, WIRE_REQUEST_LIMIT);
	err = size < 0 ? (int)size : send_request(fd, packet, size);
	free(packet);
	if (err)
		return set_error(reply->text, sizeof(reply->text), err, "cannot send the request");
	size = receive_reply(fd, &received, sizeof(received), reply->fds);
	err = check_reply(&received, size, count, reply);
	if (err)
		close_fds(reply->fds);
	return err;
}

/*
 * Returns whether this is a refusal that was sent before the request was read. It has the form of a
 * reply to WIRE_LISTEN, whatever the request was.
 */
static bool is_refusal(const struct wire_status *status, ssize_t got)
{
	return got > (ssize_t)offsetof(struct wire_reply, text) &&
	       status->head.magic == WIRE_MAGIC && status->head.version == WIRE_VERSION &&
	       status->head.operation == WIRE_LISTEN;
}

static int copy_refusal(struct wire_status *status, size_t size)
{
	struct wire_reply refusal = {0};

	memcpy(&refusal, status, size < sizeof(refusal) ? size : sizeof(refusal) - 1);
	snprintf(status->text, sizeof(status->text), "%.*s", (int)sizeof(status->text) - 1,
		 refusal.text);
	return errno_of_answer(refusal.status);
}

int connection_status(int fd, struct wire_status *status)
{
	struct wire_head head;
	int fds[WIRE_DESCRIPTORS] = {-1, -1, -1};
	ssize_t got;
	int err;

	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	err = send_request(fd, &head, sizeof(head));
	got = err ? err : receive_reply(fd, status, sizeof(*status), fds);
	if (got < 0)
		return set_error(status->text, sizeof(status->text), got, "no reply");
	if (is_refusal(status, got))
		return copy_refusal(status, got);
	if ((size_t)got < offsetof(struct wire_status, listeners) ||
	    status->head.magic != WIRE_MAGIC || status->head.version != WIRE_VERSION ||
	    status->hook_count > WIRE_HOOKS_MAX || status->listener_count > PROCSIEVE_LISTENERS ||
	    (size_t)got < offsetof(struct wire_status, listeners[status->listener_count]))
		return set_error(status->text, sizeof(status->text), -EPROTO,
				 "the server uses another version of the protocol");
	return status->status ? errno_of_answer(status->status) : 0;
}
