// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients of a server. `client_requests SOCKET storm USERS EACH`: for this number of users,
 * EACH processes request listeners, snapshots and the status as fast as they can, until SIGINT.
 * `client_requests SOCKET status COUNT` (or ps, or listen) makes COUNT requests as the calling
 * user, and prints how many nanoseconds each took, from connecting to the end of the reply.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/procsieve.h>
#include <procsieve/snapshot.h>

#include "lib/wire.h"

#define FIRST_USER  60001
#define CLIENTS_MAX 64

static const char *socket_path;

static int open_connection(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Returns whether the request was granted, like the other requests below. */
static bool request_status(void)
{
	static struct wire_status status;
	struct wire_head head;
	int fd = open_connection();
	ssize_t got;

	if (fd < 0)
		return false;
	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	send(fd, &head, sizeof(head), MSG_NOSIGNAL);
	got = recv(fd, &status, sizeof(status), 0);
	close(fd);
	return got > 0 && !status.status;
}

static bool request_snapshot(void)
{
	const struct procsieve_options options = {.socket = socket_path};
	const struct procsieve_filter filter = {.no_args = true};
	const struct procsieve_record *record;
	struct procsieve_snapshot *snapshot;
	char reason[512];
	size_t size;

	if (procsieve_snapshot_open(&snapshot, &filter, NULL, &options, reason, sizeof(reason)))
		return false;
	while (procsieve_snapshot_next(snapshot, &record, &size) > 0)
		;
	procsieve_snapshot_close(snapshot);
	return true;
}

static bool request_listener(__u32 events)
{
	const struct procsieve_options options = {.socket = socket_path, .ring_size = 4096};
	const struct procsieve_filter filter = {.events = events};
	struct procsieve *listener;
	char reason[512];

	if (procsieve_open(&listener, &filter, &options, reason, sizeof(reason)))
		return false;
	procsieve_close(listener);
	return true;
}

static bool request_exit_listener(void)
{
	return request_listener(PROCSIEVE_MASK(PROCSIEVE_EXIT));
}

static void make_request(unsigned int turn)
{
	switch (turn % 3) {
	case 0:
		/* Another event each time, so that hooks are attached and detached. */
		request_listener(1u << turn / 3 % PROCSIEVE_LOST);
		break;
	case 1:
		request_snapshot();
		break;
	default:
		request_status();
	}
}

static pid_t start_client(uid_t uid, unsigned int number)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid) ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(1);
	signal(SIGINT, SIG_DFL);
	for (unsigned int turn = number;; turn++)
		make_request(turn);
}

static void ignore_signal(int number)
{
	(void)number;
}

static int storm(unsigned int users, unsigned int each)
{
	pid_t pids[CLIENTS_MAX];
	unsigned int count = 0;

	signal(SIGINT, ignore_signal);
	for (unsigned int user = 0; user < users; user++)
		for (unsigned int i = 0; i < each && count < CLIENTS_MAX; i++)
			pids[count++] = start_client(FIRST_USER + user, i);
	puts("ready");
	fflush(stdout);
	pause();
	for (unsigned int i = 0; i < count; i++)
		if (pids[i] > 0) {
			kill(pids[i], SIGKILL);
			waitpid(pids[i], NULL, 0);
		}
	return 0;
}

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int measure(bool (*request)(void), unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		double start = now_ns();

		if (!request())
			return 1;
		printf("%.0f\n", now_ns() - start);
		poll(NULL, 0, 20);
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int number = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

	if (argc > 1)
		socket_path = argv[1];
	if (argc == 5 && !strcmp(argv[2], "storm"))
		return storm(number, strtoul(argv[4], NULL, 10));
	if (argc == 4 && !strcmp(argv[2], "status"))
		return measure(request_status, number);
	if (argc == 4 && !strcmp(argv[2], "ps"))
		return measure(request_snapshot, number);
	if (argc == 4 && !strcmp(argv[2], "listen"))
		return measure(request_exit_listener, number);
	fprintf(stderr,
		"client_requests: SOCKET, then storm USERS EACH, or status, ps, listen COUNT\n");
	return 2;
}
