// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clients that send invalid requests or unexpected data, send nothing, or connect and disconnect
 * all the time: each gets a reason, and no other client is affected.
 */
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <procsieve/event.h>

#include "harness/raw_client.h"
#include "lib/wire.h"

#define SOME_USER 70000

static struct server server;

/* Sends a packet with a descriptor. Returns the value of sendmsg(2). */
static ssize_t send_with(int fd, const void *packet, size_t size, int sent)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	struct iovec part = {(void *)packet, size};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.head), &sent, sizeof(sent));
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* Sends a packet and returns the reply's status. Copies its reason to `text`. */
static unsigned int send_request(const void *packet, size_t size, char text[512])
{
	struct wire_reply reply = {0};
	int fd = client_connect(&server), room = 1 << 20;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	assert_int_equal(send(fd, packet, size, MSG_NOSIGNAL), size);
	assert_true(recv(fd, &reply, sizeof(reply), 0) > REPLY_MIN);
	close(fd);
	strcpy(text, reply.text);
	return reply.status;
}

static size_t good_request(char *packet, size_t room)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
	long size = wire_encode(&(struct wire_request){.operation = WIRE_LISTEN,
						       .filter = filter,
						       .ring_size = 4096},
				packet, room);

	assert_true(size > 0);
	return size;
}

/* A CPU number that no machine has. */
static void assert_cpu_is_refused(char *packet, char text[512])
{
	static __u64 cpu = 1u << 20;
	const struct wire_request request = {
		.operation = WIRE_LISTEN,
		.filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT), .cpus = {&cpu, 1}},
	};
	long size = wire_encode(&request, packet, WIRE_REQUEST_LIMIT);

	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	assert_non_null(strstr(text, "CPUs 0-"));
}

static void invalid_requests_are_refused_with_a_reason(void **state)
{
	static char packet[WIRE_REQUEST_LIMIT + 4096];
	struct wire_listen *listen = (struct wire_listen *)packet;
	size_t size = good_request(packet, sizeof(packet));
	const struct wire_listen good = *listen;
	char text[512];

	(void)state;
	/* Truncated at every length. */
	for (size_t less = 1; less < size; less++) {
		listen->head.size = less;
		assert_int_equal(send_request(packet, less, text), WIRE_REFUSED);
		assert_true(*text);
	}
	*listen = good;
	listen->head.version++;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	assert_non_null(strstr(text, "version"));
	*listen = good;
	listen->head.size++;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->head.operation = 99;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->events = 0;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->counts[WIRE_comms] = 0xffffffff;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->ring_size = 5000;
	assert_int_equal(send_request(packet, size, text), WIRE_REFUSED);
	assert_non_null(strstr(text, "power of two"));
	*listen = good;
	assert_cpu_is_refused(packet, text);
	*listen = good;
	listen->head.size = sizeof(packet);
	assert_int_equal(send_request(packet, sizeof(packet), text), WIRE_REFUSED);
	assert_non_null(strstr(text, "too long"));
	*listen = good;
	/* Valid requests still work. */
	assert_int_equal(send_request(packet, size, text), WIRE_DONE);
	server_wait_idle(&server);
}

/* Since Linux 6.16 the kernel does it. */
static void descriptors_are_refused(void **state)
{
	struct wire_reply reply;
	char packet[4096];
	size_t size = good_request(packet, sizeof(packet));
	int fd = client_connect(&server);

	(void)state;
	if (send_with(fd, packet, size, STDOUT_FILENO) < 0) {
		assert_int_equal(errno, EPERM);
		assert_null(getenv("PROCSIEVE_EMULATE_OLD_KERNEL"));
	} else {
		assert_true(client_receive(fd, &reply, sizeof(reply), 0) > REPLY_MIN);
		assert_int_equal(reply.status, WIRE_REFUSED);
		assert_non_null(strstr(reply.text, "descriptors"));
	}
	close(fd);
	server_wait_idle(&server);
}

/* A connection that takes half a minute to close, since its peer stays open and does not read. */
static int create_lingering_socket(void)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 30};
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0);
	static const char data[65536];

	if (bind(listening, (struct sockaddr *)&address, size) || listen(listening, 1) ||
	    getsockname(listening, (struct sockaddr *)&address, &size) ||
	    connect(fd, (struct sockaddr *)&address, size))
		/* cppcheck-suppress resourceLeak ; they are closed when the child exits */
		return -1;
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return fd;
}

/*
 * Sends a lingering descriptor along and leaves it to the receiver. If the kernel refuses it, it is
 * closed when this process exits.
 */
static bool send_lingering(int fd, const void *packet, size_t size)
{
	int lingering = create_lingering_socket();
	bool sent = lingering >= 0 && send_with(fd, packet, size, lingering) > 0;

	if (sent)
		close(lingering);
	return sent || (lingering >= 0 && errno == EPERM);
}

/* One with the request, and one after it, which the server does not read. */
static bool send_both(void)
{
	char packet[4096];
	size_t size = good_request(packet, sizeof(packet));
	int fd = client_connect(&server), other = client_connect(&server);
	bool good = send_lingering(fd, packet, size);

	good &= send(other, packet, size, MSG_NOSIGNAL) > 0;
	good &= send_lingering(other, packet, size);
	shutdown(other, SHUT_WR);
	return good;
}

#define LINGERING 4

static void slow_closes_do_not_delay_others(void **state)
{
	int sent[2];
	char good = 1;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(sent), 0);
	/* Stopped, so that the server is the last to close them. */
	kill(server.tool.pid, SIGSTOP);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setresgid(SOME_USER, SOME_USER, SOME_USER) ||
		    setresuid(SOME_USER, SOME_USER, SOME_USER))
			_exit(99);
		for (int i = 0; i < LINGERING; i++)
			good &= send_both();
		write(sent[1], &good, 1);
		pause();
	}
	assert_int_equal(read(sent[0], &good, 1), 1);
	kill(server.tool.pid, SIGCONT);
	assert_true(good);
	for (int i = 0; i < 10; i++) {
		assert_true(client_is_served_as(&server, 0, 5));
		usleep(100000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(sent[0]);
	close(sent[1]);
	server_wait_idle(&server);
}

/* Returns the number of lines "tfd:" in the file: of descriptors that an epoll instance watches. */
static unsigned int count_watched(const char *path)
{
	unsigned int count = 0;
	char line[256];
	FILE *file = fopen(path, "r");

	while (file && fgets(line, sizeof(line), file))
		count += !strncmp(line, "tfd:", 4);
	if (file)
		fclose(file);
	return count;
}

/* Returns the number of descriptors that the server waits for: the kernel's list in /proc. */
static unsigned int watched_descriptors(void)
{
	unsigned int count = 0;
	struct dirent *entry;
	DIR *directory;
	char path[300];

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", server.tool.pid);
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", server.tool.pid, entry->d_name);
		count += count_watched(path);
	}
	closedir(directory);
	return count;
}

/*
 * Before Linux 6.16 a thread closes connections. Here it is stopped before its first instruction,
 * so the descriptor is still open: the server must not wait for it any more, because an event would
 * go to the next client in the same slot.
 */
static void a_connection_that_a_thread_closes_is_not_waited_for(void **state)
{
	const unsigned int idle = watched_descriptors();
	const pid_t pid = server.tool.pid;
	unsigned int open, open_then, watched_then;
	unsigned long thread;
	int fd, status;

	(void)state;
	fd = client_connect(&server);
	WAIT_UNTIL(watched_descriptors() == idle + 1);
	open = server_descriptors(&server);
	assert_int_equal(ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACECLONE), 0);
	close(fd);
	assert_int_equal(waitpid(pid, &status, __WALL), pid);
	assert_int_equal(status >> 8, SIGTRAP | PTRACE_EVENT_CLONE << 8);
	assert_int_equal(ptrace(PTRACE_GETEVENTMSG, pid, 0, &thread), 0);
	assert_int_equal(waitpid((pid_t)thread, &status, __WALL), thread);
	open_then = server_descriptors(&server);
	watched_then = watched_descriptors();
	assert_int_equal(ptrace(PTRACE_DETACH, (pid_t)thread, 0, 0), 0);
	assert_int_equal(ptrace(PTRACE_DETACH, pid, 0, 0), 0);
	assert_int_equal(open_then, open);
	assert_int_equal(watched_then, idle);
	server_wait_idle(&server);
}

/* A client that sends nothing does not keep its place, whatever other clients connect. */
static void silent_connections_are_closed(void **state)
{
	int fd = client_connect(&server);
	char byte;

	(void)state;
	WAIT_UNTIL(client_is_served_as(&server, 0, 5) && !recv(fd, &byte, 1, MSG_DONTWAIT));
	close(fd);
}

#define LATE 20

/*
 * More connections than the server handles in one round, and its timer expires before they are
 * handled.
 */
static void a_client_served_late_does_not_count_as_silent(void **state)
{
	struct wire_head head;
	struct wire_status status;
	int fds[LATE];

	(void)state;
	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	for (int i = 0; i < LATE; i++)
		fds[i] = client_connect(&server);
	/* It has accepted them once it has answered. */
	assert_true(client_is_served_as(&server, 0, 5));
	kill(server.tool.pid, SIGSTOP);
	sleep(2);
	for (int i = 0; i < LATE; i++)
		assert_int_equal(send(fds[i], &head, sizeof(head), MSG_NOSIGNAL), sizeof(head));
	sleep(5);
	kill(server.tool.pid, SIGCONT);
	for (int i = 0; i < LATE; i++) {
		assert_true(recv(fds[i], &status, sizeof(status), 0) > 0);
		close(fds[i]);
	}
}

/* Connects and closes all the time. Returns the child that does it. */
static pid_t start_connecting(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	strcpy(address.sun_path, server.socket);
	for (;;) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

		(void)connect(fd, (struct sockaddr *)&address, sizeof(address));
		close(fd);
	}
}

#define KNOCKERS 16

/* The places of closed connections are freed before others are accepted. */
static void short_connections_do_not_delay_others(void **state)
{
	pid_t pids[KNOCKERS];

	(void)state;
	for (int i = 0; i < KNOCKERS; i++)
		pids[i] = start_connecting();
	for (unsigned int i = 0; i < 200; i++)
		assert_true(client_is_served_as(&server, 0, 5));
	for (int i = 0; i < KNOCKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	server_wait_idle(&server);
}

static int emulate_old_kernel(void **state)
{
	(void)state;
	server_end(&server, SIGTERM);
	tool_emulate_old_kernel();
	server_start(&server, WORDS(NULL));
	return 0;
}

static int act_as_is(void **state)
{
	server_end(&server, SIGTERM);
	tool_stop_emulation(state);
	server_start(&server, WORDS(NULL));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(invalid_requests_are_refused_with_a_reason),
		cmocka_unit_test(descriptors_are_refused),
		cmocka_unit_test_setup_teardown(descriptors_are_refused, emulate_old_kernel,
						act_as_is),
		cmocka_unit_test(slow_closes_do_not_delay_others),
		cmocka_unit_test_setup_teardown(slow_closes_do_not_delay_others, emulate_old_kernel,
						act_as_is),
		cmocka_unit_test_setup_teardown(a_connection_that_a_thread_closes_is_not_waited_for,
						emulate_old_kernel, act_as_is),
		cmocka_unit_test(silent_connections_are_closed),
		cmocka_unit_test(a_client_served_late_does_not_count_as_silent),
		cmocka_unit_test(short_connections_do_not_delay_others),
	};

	return server_run_group_tests(tests, &server);
}
