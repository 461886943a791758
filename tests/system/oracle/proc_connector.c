// SPDX-License-Identifier: GPL-2.0-or-later
/* The proc connector; see proc_connector.h. */
#include "oracle/proc_connector.h"

#include <errno.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECEIVE_BUFFER (32 << 20)

/* The interval in ms at which the reader checks whether it should stop. */
#define SLICE_MS 50

static bool subscribe(int fd, enum proc_cn_mcast_op op)
{
	struct {
		struct nlmsghdr header;
		struct cn_msg message;
		enum proc_cn_mcast_op op;
	} __attribute__((packed)) request = {
		.header = {.nlmsg_len = sizeof(request), .nlmsg_type = NLMSG_DONE},
		.message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(op)},
		.op = op,
	};

	return send(fd, &request, sizeof(request), 0) == sizeof(request);
}

static void add_event(struct connector *connector, const struct proc_event *event)
{
	if (connector->count == connector->room) {
		size_t room = 2 * connector->room + 1000;
		void *grown = realloc(connector->events, room * sizeof(*event));

		if (!grown)
			abort();
		connector->events = grown;
		connector->room = room;
	}
	connector->events[connector->count++] = *event;
}

static void read_event(struct connector *connector)
{
	char buffer[4096] __attribute__((aligned(8)));
	ssize_t size = recv(connector->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	const struct nlmsghdr *header = (void *)buffer;
	const struct cn_msg *message = NLMSG_DATA(header);
	struct proc_event event = {0};

	if (size < 0)
		connector->overrun |= errno == ENOBUFS;
	if (size <= 0)
		return;
	memcpy(&event, message->data, message->len < sizeof(event) ? message->len : sizeof(event));
	add_event(connector, &event);
}

static volatile bool ending;

static void *read_events(void *argument)
{
	struct connector *connector = argument;
	struct pollfd ready = {.fd = connector->fd, .events = POLLIN};
	bool last;

	do {
		last = ending;
		if (poll(&ready, 1, last ? 0 : SLICE_MS) <= 0)
			continue;
		/* It stops only when the queue is empty. */
		last = false;
		read_event(connector);
	} while (!last);
	return NULL;
}

bool connector_start(struct connector *connector)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int size = RECEIVE_BUFFER;

	*connector = (struct connector){
		.fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR)};
	if (connector->fd < 0)
		return false;
	setsockopt(connector->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(connector->fd, (struct sockaddr *)&address, sizeof(address)) ||
	    !subscribe(connector->fd, PROC_CN_MCAST_LISTEN)) {
		close(connector->fd);
		return false;
	}
	ending = false;
	return !pthread_create(&connector->thread, NULL, read_events, connector);
}

void connector_stop(struct connector *connector)
{
	int group = CN_IDX_PROC;

	/*
	 * After this no more events arrive, so the reader stops even on a machine that is never
	 * idle.
	 */
	setsockopt(connector->fd, SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, &group, sizeof(group));
	ending = true;
	pthread_join(connector->thread, NULL);
	subscribe(connector->fd, PROC_CN_MCAST_IGNORE);
	close(connector->fd);
}

void connector_clear(struct connector *connector)
{
	free(connector->events);
	*connector = (struct connector){0};
}
