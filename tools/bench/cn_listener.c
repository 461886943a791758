// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The proc connector's listener for comparison: subscribes, receives, counts, and does nothing else. With "nonzero" it
 * asks for exits that failed alone (the event filter of Linux 6.6). Ends by SIGINT and prints what it counted.
 */
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of <linux/cn_proc.h> since 6.6. */
#define NONZERO_EXIT 0x20000000

struct event_filter {
	enum proc_cn_mcast_op op;
	__u32 events;
};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
	(void)number;
	stopped = true;
}

static int subscribe(int fd, bool nonzero)
{
	struct {
		struct nlmsghdr header;
		struct cn_msg message;
		struct event_filter filter;
	} __attribute__((packed)) request = {
		.header = {.nlmsg_type = NLMSG_DONE, .nlmsg_pid = getpid()},
		.message = {.id = {CN_IDX_PROC, CN_VAL_PROC}},
		.filter = {PROC_CN_MCAST_LISTEN, NONZERO_EXIT},
	};
	/* The old request has the operation alone. */
	size_t size = nonzero ? sizeof(request.filter) : sizeof(request.filter.op);

	request.message.len = size;
	request.header.nlmsg_len = sizeof(request) - sizeof(request.filter) + size;
	return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

int main(int argc, char **argv)
{
	bool nonzero = argc > 1 && !strcmp(argv[1], "nonzero");
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC, .nl_pid = getpid()};
	struct sigaction action = {.sa_handler = on_stop};
	unsigned long events = 0, overruns = 0;
	char buffer[8192];
	int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	sigaction(SIGINT, &action, NULL);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    subscribe(fd, nonzero)) {
		perror("cn_listener");
		return 1;
	}
	while (!stopped) {
		if (recv(fd, buffer, sizeof(buffer), 0) > 0)
			events++;
		else if (errno == ENOBUFS)
			overruns++;
	}
	fprintf(stderr, "cn_listener: %lu events, %lu overruns\n", events, overruns);
	return 0;
}
