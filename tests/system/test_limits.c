// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a client may ask of a server, and what comes of one that asks for too much, talks nonsense or does not play by the
 * rules: a reason for itself, nothing for anybody else.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "records.h"
#include "server.h"
#include "wire.h"

#define NOBODY 65534

static struct server server;

static int connect_to_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, server.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* Sends a packet with a descriptor. Returns what sendmsg(2) does. */
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

/* A server that closes what it has not read resets the connection; what it has said is there all the same. */
static ssize_t receive(int fd, void *reply, size_t size, int flags)
{
	ssize_t got = recv(fd, reply, size, flags);

	return got < 0 && errno == ECONNRESET ? recv(fd, reply, size, flags) : got;
}

/* Sends a packet and returns the reply's status; its reason is in `text`. */
static unsigned int ask(const void *packet, size_t size, char text[512])
{
	struct wire_listening reply = {0};
	int fd = connect_to_server(), room = 1 << 20;

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	assert_int_equal(send(fd, packet, size, MSG_NOSIGNAL), size);
	assert_int_equal(recv(fd, &reply, sizeof(reply), 0), sizeof(reply));
	close(fd);
	strcpy(text, reply.text);
	return reply.status;
}

/* As a user who is let in by that id alone; nothing else of this process changes. */
static int connect_as(uid_t uid)
{
	int fd;

	assert_int_equal(seteuid(uid), 0);
	fd = connect_to_server();
	assert_int_equal(seteuid(0), 0);
	return fd;
}

/* Does the server answer this user within so many seconds? */
static bool is_served_as(uid_t uid, unsigned int seconds)
{
	const struct timeval patience = {.tv_sec = tool_longer(seconds)};
	struct wire_status status;
	struct wire_head head;
	int fd = connect_as(uid);
	ssize_t got;

	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* Where that fails there is a refusal. */
	send(fd, &head, sizeof(head), MSG_NOSIGNAL);
	got = receive(fd, &status, sizeof(status), 0);
	close(fd);
	return got > 0 && !status.status;
}

static bool is_served(unsigned int seconds)
{
	return is_served_as(0, seconds);
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

static void nonsense_is_refused_with_a_reason(void **state)
{
	static char packet[WIRE_REQUEST_LIMIT + 4096];
	struct wire_listen *listen = (struct wire_listen *)packet;
	size_t size = good_request(packet, sizeof(packet));
	const struct wire_listen good = *listen;
	char text[512];

	(void)state;
	/* Cut off at every length. */
	for (size_t less = 1; less < size; less++) {
		listen->head.size = less;
		assert_int_equal(ask(packet, less, text), WIRE_REFUSED);
		assert_true(*text);
	}
	*listen = good;
	listen->head.version++;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	assert_non_null(strstr(text, "version"));
	*listen = good;
	listen->head.size++;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->head.operation = 99;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->events = 0;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->counts[WIRE_comms] = 0xffffffff;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	*listen = good;
	listen->ring_size = 5000;
	assert_int_equal(ask(packet, size, text), WIRE_REFUSED);
	assert_non_null(strstr(text, "power of two"));
	*listen = good;
	listen->head.size = sizeof(packet);
	assert_int_equal(ask(packet, sizeof(packet), text), WIRE_REFUSED);
	assert_non_null(strstr(text, "too long"));
	*listen = good;
	/* And what is right still is. */
	assert_int_equal(ask(packet, size, text), WIRE_DONE);
	server_wait_rest(&server);
}

/* Since Linux 6.16 by the kernel. */
static void descriptors_are_refused(void **state)
{
	struct wire_listening reply;
	char packet[4096];
	size_t size = good_request(packet, sizeof(packet));
	int fd = connect_to_server();

	(void)state;
	if (send_with(fd, packet, size, STDOUT_FILENO) < 0) {
		assert_int_equal(errno, EPERM);
		assert_null(getenv("PROCSIEVE_ACT_OLDER"));
	} else {
		assert_int_equal(receive(fd, &reply, sizeof(reply), 0), sizeof(reply));
		assert_int_equal(reply.status, WIRE_REFUSED);
		assert_non_null(strstr(reply.text, "descriptors"));
	}
	close(fd);
	server_wait_rest(&server);
}

/* A connection that takes half a minute to close, since its other end, which stays open, reads nothing. */
static int make_lingering(void)
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
		/* cppcheck-suppress resourceLeak ; they last as long as the child */
		return -1;
	while (send(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return fd;
}

/* Sends one along, and leaves it to who gets it. Where the kernel refuses it, it is left to this process's end. */
static bool send_lingering(int fd, const void *packet, size_t size)
{
	int lingering = make_lingering();
	bool sent = lingering >= 0 && send_with(fd, packet, size, lingering) > 0;

	if (sent)
		close(lingering);
	return sent || (lingering >= 0 && errno == EPERM);
}

/* One with the request, one behind it, which nobody reads. */
static bool send_both(void)
{
	char packet[4096];
	size_t size = good_request(packet, sizeof(packet));
	int fd = connect_to_server(), other = connect_to_server();
	bool good = send_lingering(fd, packet, size);

	good &= send(other, packet, size, MSG_NOSIGNAL) > 0;
	good &= send_lingering(other, packet, size);
	shutdown(other, SHUT_WR);
	return good;
}

#define LINGERING 4

static void what_takes_long_to_close_keeps_nobody_waiting(void **state)
{
	int sent[2];
	char good = 1;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(sent), 0);
	/* Stopped, so that it is the last to close them. */
	kill(server.tool.pid, SIGSTOP);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
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
		assert_true(is_served(5));
		usleep(100000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(sent[0]);
	close(sent[1]);
	server_wait_rest(&server);
}

/* As nobody. Returns how many of the listeners it got, and why not the last. */
static unsigned int open_many(struct procsieve **listeners, unsigned int most, size_t ring_size,
			      char reason[512])
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = ring_size};
	unsigned int count = 0;

	while (count < most && !procsieve_open(&listeners[count], &filter, &options, reason, 512))
		count++;
	return count;
}

/* Runs in a child of that user, whose exit code is what the function returned. */
static int as_user(uid_t uid, int (*function)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		if (setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
			_exit(99);
		_exit(function());
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A quota is given back some time after the listeners are closed. */
static bool open_both(struct procsieve **listeners, size_t ring_size)
{
	char reason[512];
	unsigned int opened = 0;

	for (unsigned int turn = 0; opened < 2 && turn < tool_longer(500); turn++) {
		if (opened)
			procsieve_close(listeners[0]);
		if (turn)
			usleep(20000);
		opened = open_many(listeners, 2, ring_size, reason);
	}
	return opened == 2;
}

static int nobody_fills_its_quota(void)
{
	struct procsieve *listeners[10];
	char reason[512] = "";

	if (open_many(listeners, 10, 4096, reason) != 8 || !strstr(reason, "8 listeners"))
		return 1;
	for (int i = 0; i < 8; i++)
		procsieve_close(listeners[i]);
	if (!open_both(listeners, 2 << 20))
		return 2;
	if (open_many(listeners + 2, 1, 4096, reason) != 0 || !strstr(reason, "rings of"))
		return 3;
	return 0;
}

static void a_user_has_a_quota(void **state)
{
	(void)state;
	assert_int_equal(as_user(NOBODY, nobody_fills_its_quota), 0);
	/* One user's quota is not another's. */
	assert_int_equal(as_user(54321, nobody_fills_its_quota), 0);
}

static int nobody_wants_a_large_ring(void)
{
	struct procsieve *listener;
	char reason[512] = "";

	return open_many(&listener, 1, 8 << 20, reason) || !strstr(reason, "may have 4194304");
}

static void a_ring_beyond_the_quota_is_refused(void **state)
{
	(void)state;
	assert_int_equal(as_user(NOBODY, nobody_wants_a_large_ring), 0);
}

/* A page of a map, to be written. NULL: that is not allowed. */
static volatile uint64_t *writable_page(int fd, off_t offset)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

	/* cppcheck-suppress memleak ; it lasts as long as the child */
	return page == MAP_FAILED ? NULL : page;
}

/* What the kernel tells its reader nobody else can write, the reader included. */
static int nobody_scribbles(void)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	char packet[4096], control[CMSG_SPACE(2 * sizeof(int))];
	long size = wire_encode(&(struct wire_request){.operation = WIRE_LISTEN,
						       .filter = filter,
						       .ring_size = 4096},
				packet, sizeof(packet));
	struct wire_listening reply;
	struct iovec part = {&reply, sizeof(reply)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	int fd = connect_to_server(), fds[2];
	volatile uint64_t *positions;

	if (send(fd, packet, size, 0) != size || recvmsg(fd, &message, 0) != sizeof(reply) ||
	    reply.status || !CMSG_FIRSTHDR(&message))
		return 1;
	memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fds));
	if (writable_page(fds[1], 0) || writable_page(fds[0], 4096))
		return 2;
	positions = writable_page(fds[0], 0);
	if (!positions)
		return 3;
	for (unsigned int i = 0; i < 20000; i++) {
		*positions = (uint64_t)random() << 32 | random();
		prctl(PR_SET_NAME, i & 1 ? "scribble" : "other");
	}
	return 0;
}

#define RENAMES 3000

static void rename_many(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (unsigned int i = 0; i < RENAMES; i++)
			prctl(PR_SET_NAME, i & 1 ? "limits" : "other");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

/* Beside one that scribbles and one that never reads: everything, exactly. */
static void only_who_misbehaves_suffers(void **state)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	struct procsieve *lazy;
	struct tool tool;
	json_t *records;
	char reason[512];

	(void)state;
	assert_int_equal(procsieve_open(&lazy, &filter, &options, reason, sizeof(reason)), 0);
	watch_start(&tool, WORDS("--socket", server.socket, "-e", "comm", "--comm",
				 "limits,scribble", "--ring", "8M"));
	assert_int_equal(as_user(NOBODY, nobody_scribbles), 0);
	rename_many();
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	assert_int_equal(records_count(records, "comm", 0), 10000 + RENAMES / 2);
	json_decref(records);
	tool_clear(&tool);
	/* It has lost what it had no room for, and that is known. */
	assert_true(procsieve_lost(lazy, NULL) >= RENAMES - 100);
	procsieve_close(lazy);
}

static size_t drain(struct procsieve *listener)
{
	size_t count = 0, size;
	const struct procsieve_record *record;

	while ((record = procsieve_next(listener, &size)))
		count += record->type == PROCSIEVE_COMM;
	return count;
}

/* Each got, or knows to have lost, every one of them; the 65th is told why there is no place for it. */
static void sixty_four_listeners_get_everything(void **state)
{
	static char *const name[] = {"limits"};
	struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 65536};
	struct procsieve *listeners[PROCSIEVE_LISTENERS + 1];
	char reason[512], comms[1][PROCSIEVE_COMM_SIZE] = {""};

	(void)state;
	server_wait_rest(&server);
	strcpy(comms[0], name[0]);
	filter.comms = comms;
	filter.comm_count = 1;
	for (unsigned int i = 0; i < PROCSIEVE_LISTENERS; i++)
		assert_int_equal(
			procsieve_open(&listeners[i], &filter, &options, reason, sizeof(reason)),
			0);
	assert_int_equal(procsieve_open(&listeners[PROCSIEVE_LISTENERS], &filter, &options, reason,
					sizeof(reason)),
			 -EDQUOT);
	assert_non_null(strstr(reason, "64 listener slots"));
	rename_many();
	for (unsigned int i = 0; i < PROCSIEVE_LISTENERS; i++) {
		size_t delivered = drain(listeners[i]);

		assert_int_equal(delivered + procsieve_lost(listeners[i], NULL), RENAMES / 2);
		/* Rings of 64 KiB hold some 700 of these. */
		assert_true(delivered > 500);
		procsieve_close(listeners[i]);
	}
}

#define NAMING 100

/* Nothing is set up for it: some 40 ms here, a second where hooks on functions take long to go. */
static void naming_a_process_that_is_gone_costs_nothing(void **state)
{
	__u64 gone = fork();
	const struct procsieve_filter filter = {.events = PROCSIEVE_ALL_EVENTS,
						.pids = {.values = &gone, .count = 1}};
	const struct procsieve_options options = {.socket = server.socket};
	struct procsieve *listener;
	struct timespec begin, end;
	char reason[512];

	(void)state;
	if (!gone)
		_exit(0);
	waitpid((pid_t)gone, NULL, 0);
	server_wait_rest(&server);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int i = 0; i < NAMING; i++)
		assert_int_equal(
			procsieve_open(&listener, &filter, &options, reason, sizeof(reason)),
			-ESRCH);
	clock_gettime(CLOCK_MONOTONIC, &end);
	assert_non_null(strstr(reason, "no process has the id"));
	assert_true(end.tv_sec - begin.tv_sec < tool_longer(2));
}

#define SOME_USER     70000
#define EACH_CONNECTS 16
#define CONNECT	      240

static void users_leave_connections_to_root(void **state)
{
	struct wire_listening reply;
	int fds[CONNECT + 1];

	(void)state;
	server_wait_rest(&server);
	for (int i = 0; i <= CONNECT; i++)
		fds[i] = connect_as(SOME_USER + i / EACH_CONNECTS);
	assert_int_equal(recv(fds[CONNECT], &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(reply.status, WIRE_QUOTA);
	assert_non_null(strstr(reply.text, "root"));
	assert_int_equal(recv(fds[CONNECT - 1], &reply, sizeof(reply), MSG_DONTWAIT), -1);
	assert_true(is_served(5));
	for (int i = 0; i <= CONNECT; i++)
		close(fds[i]);
}

static int open_as(uid_t uid, struct procsieve **listener, char reason[512])
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	const struct procsieve_options options = {.socket = server.socket, .ring_size = 4096};
	int err;

	assert_int_equal(seteuid(uid), 0);
	err = procsieve_open(listener, &filter, &options, reason, 512);
	assert_int_equal(seteuid(0), 0);
	return err;
}

/* Asks for a listener, or for a snapshot, and sees the reply without taking it. Returns its status. */
static unsigned int ask_and_leave(int fd, enum wire_operation operation)
{
	const struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_COMM)};
	char packet[4096];
	long size = wire_encode(
		&(struct wire_request){.operation = operation, .filter = filter, .ring_size = 4096},
		packet, sizeof(packet));
	struct wire_listening reply;

	/* Where that fails there is a refusal. */
	send(fd, packet, size, MSG_NOSIGNAL);
	if (operation == WIRE_LISTEN)
		shutdown(fd, SHUT_WR);
	assert_int_equal(receive(fd, &reply, sizeof(reply), MSG_PEEK), sizeof(reply));
	return reply.status;
}

static void who_takes_no_reply_keeps_a_connection(void **state)
{
	struct wire_listening reply;
	struct procsieve *listener;
	int fds[EACH_CONNECTS + 1];
	char reason[512];

	(void)state;
	server_wait_rest(&server);
	for (int i = 0; i <= EACH_CONNECTS; i++) {
		fds[i] = connect_as(SOME_USER);
		assert_int_equal(ask_and_leave(fds[i], i & 1 ? WIRE_LISTEN : WIRE_SNAPSHOT),
				 i < EACH_CONNECTS ? WIRE_DONE : WIRE_QUOTA);
	}
	/* Not only for a moment. */
	sleep(2);
	assert_false(is_served_as(SOME_USER, 5));
	assert_int_equal(open_as(0, &listener, reason), 0);
	procsieve_close(listener);
	/* Who takes it is let go, and hears that that was all. */
	assert_int_equal(recv(fds[0], &reply, sizeof(reply), 0), sizeof(reply));
	assert_int_equal(recv(fds[0], &reply, sizeof(reply), 0), 0);
	WAIT_UNTIL(is_served_as(SOME_USER, 5));
	for (int i = 0; i <= EACH_CONNECTS; i++)
		close(fds[i]);
	server_wait_rest(&server);
}

#define LEFT 100

/* As many as a service may have open by default are nothing. */
static void replies_on_their_way_are_not_too_many(void **state)
{
	struct procsieve *listener;
	struct rlimit limit, low;
	char reason[512];
	int fds[LEFT];

	(void)state;
	server_end(&server, SIGTERM);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = (struct rlimit){.rlim_cur = LEFT / 2, .rlim_max = limit.rlim_max};
	setrlimit(RLIMIT_NOFILE, &low);
	server_start(&server, WORDS(NULL));
	setrlimit(RLIMIT_NOFILE, &limit);
	for (int i = 0; i < LEFT; i++) {
		fds[i] = connect_to_server();
		assert_int_equal(ask_and_leave(fds[i], WIRE_SNAPSHOT), WIRE_DONE);
	}
	assert_int_equal(open_as(0, &listener, reason), 0);
	procsieve_close(listener);
	for (int i = 0; i < LEFT; i++)
		close(fds[i]);
	server_wait_rest(&server);
}

#define EACH_LISTENS 8
#define LISTEN	     56

static void users_leave_listeners_to_root(void **state)
{
	struct procsieve *listeners[PROCSIEVE_LISTENERS];
	char reason[512];

	(void)state;
	server_wait_rest(&server);
	for (int i = 0; i < LISTEN; i++)
		assert_int_equal(open_as(SOME_USER + i / EACH_LISTENS, &listeners[i], reason), 0);
	assert_int_equal(open_as(SOME_USER - 1, &listeners[LISTEN], reason), -EDQUOT);
	assert_non_null(strstr(reason, "root"));
	for (int i = LISTEN; i < PROCSIEVE_LISTENERS; i++)
		assert_int_equal(open_as(0, &listeners[i], reason), 0);
	for (int i = 0; i < PROCSIEVE_LISTENERS; i++)
		procsieve_close(listeners[i]);
}

/* Who says nothing holds no place for ever, whoever else comes meanwhile. */
static void silent_connections_are_closed(void **state)
{
	int fd = connect_to_server();
	char byte;

	(void)state;
	WAIT_UNTIL(is_served(5) && !recv(fd, &byte, 1, MSG_DONTWAIT));
	close(fd);
}

#define LATE 20

/* More than the server hears of at once, and its clock before them. */
static void who_was_not_heard_in_time_is_not_silent(void **state)
{
	struct wire_head head;
	struct wire_status status;
	int fds[LATE];

	(void)state;
	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	for (int i = 0; i < LATE; i++)
		fds[i] = connect_to_server();
	/* It has taken them in once it has answered. */
	assert_true(is_served(5));
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

/* Knocks and goes, without end. Returns the child that does. */
static pid_t start_knocking(void)
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

/* Places of those who have gone are free before others are taken in. */
static void who_knocks_and_goes_keeps_nobody_waiting(void **state)
{
	pid_t pids[KNOCKERS];

	(void)state;
	for (int i = 0; i < KNOCKERS; i++)
		pids[i] = start_knocking();
	for (unsigned int i = 0; i < 200; i++)
		assert_true(is_served(5));
	for (int i = 0; i < KNOCKERS; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	server_wait_rest(&server);
}

static int act_older(void **state)
{
	(void)state;
	server_end(&server, SIGTERM);
	tool_act_older();
	server_start(&server, WORDS(NULL));
	return 0;
}

static int act_as_is(void **state)
{
	server_end(&server, SIGTERM);
	tool_act_as_is(state);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	server_prepare(&server);
	server_start(&server, WORDS(NULL));
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	server_end(&server, SIGTERM);
	server_clear(&server);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_refused_with_a_reason),
		cmocka_unit_test(descriptors_are_refused),
		cmocka_unit_test_setup_teardown(descriptors_are_refused, act_older, act_as_is),
		cmocka_unit_test(what_takes_long_to_close_keeps_nobody_waiting),
		cmocka_unit_test_setup_teardown(what_takes_long_to_close_keeps_nobody_waiting,
						act_older, act_as_is),
		cmocka_unit_test(a_user_has_a_quota),
		cmocka_unit_test(a_ring_beyond_the_quota_is_refused),
		cmocka_unit_test(only_who_misbehaves_suffers),
		cmocka_unit_test(sixty_four_listeners_get_everything),
		cmocka_unit_test(naming_a_process_that_is_gone_costs_nothing),
		cmocka_unit_test(users_leave_connections_to_root),
		cmocka_unit_test(users_leave_listeners_to_root),
		cmocka_unit_test(who_takes_no_reply_keeps_a_connection),
		cmocka_unit_test(replies_on_their_way_are_not_too_many),
		cmocka_unit_test(silent_connections_are_closed),
		cmocka_unit_test(who_was_not_heard_in_time_is_not_silent),
		cmocka_unit_test(who_knocks_and_goes_keeps_nobody_waiting),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
