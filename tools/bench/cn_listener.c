// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A listener of the proc connector, for comparison: it only subscribes, receives and counts. With
 * "nonzero" it requests only exits with an error (the event filter of Linux 6.6). Ends on SIGINT
 * and prints the counts and the CPU time it has used.
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
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* As in <linux/cn_proc.h> since Linux 6.6. */
#define NONZERO_EXIT 0x20000000

struct event_filter {
	enum proc_cn_mcast_op op;
	__u32 events;
};

static volatile sig_atomic_t stopped;

static void on_sigint(int number)
{
	(void)number;
	stopped = true;
}

/* `size`: how many bytes of the filter are sent. The request before Linux 6.6 has only `op`. */
static int request(int fd, enum proc_cn_mcast_op op, size_t size)
{
	struct {
		struct nlmsghdr header;
		struct cn_msg message;
		struct event_filter filter;
	} __attribute__((packed)) packet = {
		.header = {.nlmsg_type = NLMSG_DONE, .nlmsg_pid = getpid()},
		.message = {.id = {CN_IDX_PROC, CN_VAL_PROC}},
		.filter = {op, NONZERO_EXIT},
	};

	packet.message.len = size;
	packet.header.nlmsg_len = sizeof(packet) - sizeof(packet.filter) + size;
	return send(fd, &packet, packet.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

static double cpu_ms(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	bool nonzero = argc > 1 && !strcmp(argv[1], "nonzero");
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC, .nl_pid = getpid()};
	struct sigaction action = {.sa_handler = on_sigint};
	unsigned long events = 0, overruns = 0;
	/* Without it, a signal just before recv() would take effect only at the next event. */
	struct timeval timeout = {.tv_usec = 100000};
	size_t size = nonzero ? sizeof(struct event_filter) : sizeof(enum proc_cn_mcast_op);
	char buffer[8192];
	int fd = socket(PF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);

	sigaction(SIGINT, &action, NULL);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) ||
	    request(fd, PROC_CN_MCAST_LISTEN, size)) {
		perror("cn_listener");
		return 1;
	}
	while (!stopped) {
		if (recv(fd, buffer, sizeof(buffer), 0) > 0)
			events++;
		else if (errno == ENOBUFS)
			overruns++;
	}
	/* Before Linux 6.6 the kernel keeps sending events unless the listener unsubscribes. */
	request(fd, PROC_CN_MCAST_IGNORE, sizeof(enum proc_cn_mcast_op));
	fprintf(stderr, "cn_listener: %lu events, %lu overruns, %.1f ms of CPU\n", events, overruns,
		cpu_ms());
	return 0;
}
