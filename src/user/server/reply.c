// SPDX-License-Identifier: GPL-2.0-or-later
/* Receives requests from clients and sends replies; see reply.h. */
#include "server/reply.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <procsieve/event.h>

/*
 * Peeks at the next packet without receiving it. A packet with descriptors must stay in the socket,
 * because they are closed with it. Without a buffer for control data, recvmsg(2) only reports with
 * MSG_CTRUNC that there are some, and leaves them in the packet.
 */
static ssize_t peek_packet(int fd, struct wire_head *head, bool *has_fds)
{
	struct iovec part = {head, sizeof(*head)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t got = recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT);

	*has_fds = message.msg_flags & MSG_CTRUNC;
	return got < 0 ? -errno : got;
}

int request_peek(int fd, struct wire_head *head)
{
	bool has_fds;
	ssize_t got = peek_packet(fd, head, &has_fds);

	if (got == -EINTR)
		return -EAGAIN;
	if (got <= 0)
		return got ? (int)got : -EPIPE;
	/* A packet that is too short is refused when it is its turn. */
	if ((size_t)got < sizeof(*head))
		head->operation = 0;
	return 0;
}

int request_receive(int fd, struct wire_request *request, char *text, size_t size)
{
	static char packet[WIRE_REQUEST_LIMIT];
	struct wire_head head = {0};
	bool has_fds;
	ssize_t got = peek_packet(fd, &head, &has_fds);

	if (got >= 0 && has_fds) {
		snprintf(text, size, "the request has file descriptors, which are not allowed");
		return -EINVAL;
	}
	got = recv(fd, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);
	if (got <= 0) {
		snprintf(text, size, "the client sent no request");
		return got ? -errno : -EPIPE;
	}
	if ((size_t)got > sizeof(packet)) {
		snprintf(text, size, "the request is too long");
		return -EMSGSIZE;
	}
	return wire_decode(packet, got, request, text, size);
}

static void send_packet(int fd, const void *packet, size_t size)
{
	/* An error is ignored: a client that does not receive its reply does not matter. */
	if (send(fd, packet, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return;
}

void reply_refuse(int fd, enum wire_answer answer, const char *text)
{
	struct wire_reply reply = {.status = answer};

	send_packet(fd, &reply, wire_reply_set_text(&reply, WIRE_LISTEN, text));
}

/* Sends a reply with `count` descriptors. Returns 0 or -errno. */
static int send_descriptors(int fd, struct wire_reply *reply, const int *fds, size_t count)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(WIRE_DESCRIPTORS * sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(count * sizeof(int)),
			      .cmsg_level = SOL_SOCKET,
			      .cmsg_type = SCM_RIGHTS}};
	struct iovec part = {reply, reply->head.size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = CMSG_SPACE(count * sizeof(int))};

	memcpy(CMSG_DATA(&control.head), fds, count * sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int reply_listener(const struct client *client, const char *hooks, int existing)
{
	const int fds[WIRE_DESCRIPTORS] = {
		[WIRE_RING] = client->slot.ring_fd,
		[WIRE_CONTROL] = client->slot.control_fd,
		[WIRE_PROCESSES] = existing,
	};
	struct wire_reply reply = {.restricted = client->restricted,
				   .ring_size = client->ring_size};

	_Static_assert(ENGINE_HOOKS_TEXT <= WIRE_TEXT_MAX, "all hooks fit");
	wire_reply_set_text(&reply, WIRE_LISTEN, hooks);
	return send_descriptors(client->fd, &reply, fds, existing < 0 ? 2 : 3);
}

void reply_snapshot(const struct client *client, const int streams[PROCSIEVE_STREAM_COUNT])
{
	struct wire_reply reply = {.restricted = client->restricted};
	int fds[WIRE_DESCRIPTORS];
	size_t count = 0;

	_Static_assert((int)PROCSIEVE_STREAM_COUNT <= (int)WIRE_DESCRIPTORS,
		       "all streams go with one reply");
	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		if (streams[i] >= 0)
			fds[count++] = streams[i];
	wire_reply_set_text(&reply, WIRE_SNAPSHOT, "");
	send_descriptors(client->fd, &reply, fds, count);
}

/*
 * Returns the number of bytes in use in a ring: the difference of its two positions, each on a page
 * of its own.
 */
static uint64_t ring_used(const struct client *client)
{
	size_t page = sysconf(_SC_PAGESIZE);
	uint64_t used = 0;
	char *positions = mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, client->slot.ring_fd, 0);

	if (positions == MAP_FAILED)
		return 0;
	used = *(volatile uint64_t *)(positions + page) - *(volatile uint64_t *)positions;
	munmap(positions, 2 * page);
	/* The client writes the reader's position, so it cannot be trusted. */
	return used < client->ring_size ? used : client->ring_size;
}

static uint64_t lost_count(const struct client *client)
{
	const struct procsieve_control *control;
	uint64_t lost = 0;

	control = mmap(NULL, sizeof(*control), PROT_READ, MAP_SHARED, client->slot.control_fd, 0);
	if (control == MAP_FAILED)
		return 0;
	for (size_t i = 0; i < PROCSIEVE_EVENT_LIMIT; i++)
		lost += control->lost[i];
	munmap((void *)control, sizeof(*control));
	return lost;
}

static uint64_t missed_count(const struct clients *clients, const struct client *client)
{
	__u64 missed[PROCSIEVE_EVENT_LIMIT];
	uint64_t sum = 0;

	engine_missed(clients->engine, &client->slot, missed);
	for (size_t i = 0; i < PROCSIEVE_EVENT_LIMIT; i++)
		sum += missed[i];
	return sum;
}

static struct wire_listener describe_listener(const struct clients *clients,
					      const struct client *client)
{
	struct wire_listener listener = client->requested;

	listener.pid = client->peer.pid;
	listener.uid = client->peer.uid;
	listener.restricted = client->restricted;
	listener.slot = client->slot.number;
	listener.ring_size = client->ring_size;
	listener.ring_used = ring_used(client);
	listener.delivered = engine_delivered(clients->engine, &client->slot);
	listener.lost = lost_count(client);
	listener.missed = missed_count(clients, client);
	listener.since_ns = client->since_ns;
	return listener;
}

static void describe_hooks(const struct clients *clients, struct wire_status *status)
{
	struct engine_hook_cost costs[WIRE_HOOKS_MAX];

	status->hook_count = engine_hook_costs(clients->engine, costs, WIRE_HOOKS_MAX);
	for (size_t i = 0; i < status->hook_count; i++) {
		struct wire_hook *hook = &status->hooks[i];

		snprintf(hook->name, sizeof(hook->name), "%s", costs[i].name);
		hook->runs = costs[i].runs;
		hook->time_ns = costs[i].time_ns;
		hook->missed = costs[i].missed;
	}
}

/* A restricted client may not know which hooks other listeners need, and how often they run. */
static void describe_own_hooks(const struct clients *clients, __u64 events,
			       struct wire_status *status)
{
	const char *names[WIRE_HOOKS_MAX];

	status->hook_count = engine_event_hooks(clients->engine, events, names, WIRE_HOOKS_MAX);
	for (size_t i = 0; i < status->hook_count; i++)
		snprintf(status->hooks[i].name, sizeof(status->hooks[i].name), "%s", names[i]);
}

/*
 * Returns whether this client may see the other one's listener. A restricted client sees those of
 * the same user in the same namespaces.
 */
static bool may_see(const struct client *client, const struct client *other)
{
	if (other->state != CLIENT_LISTENING)
		return false;
	return !client->restricted ||
	       (other->peer.uid == client->peer.uid && other->user_ns == client->user_ns &&
		other->pid_ns == client->pid_ns);
}

void reply_status(const struct clients *clients, const struct client *client)
{
	struct wire_status status = {.started_ns = clients->started_ns,
				     .restricted = client->restricted};
	__u64 events = 0;
	size_t size;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *other = &clients->all[i];
		struct wire_listener *listener = &status.listeners[status.listener_count];

		if (!may_see(client, other))
			continue;
		*listener = describe_listener(clients, other);
		events |= engine_needs(clients->engine, &other->slot);
		/* The slot number would reveal how many other listeners there are. */
		if (client->restricted)
			listener->slot = status.listener_count;
		status.listener_count++;
	}
	if (client->restricted) {
		describe_own_hooks(clients, events, &status);
	} else {
		describe_hooks(clients, &status);
		status.accepted = clients->accepted;
		status.refused = clients->refused;
	}
	size = offsetof(struct wire_status, listeners[status.listener_count]);
	wire_head_set(&status.head, WIRE_STATUS, size);
	send_packet(client->fd, &status, size);
}
