// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends the requests of fuzz_request.c to a server, through its socket: feed_server SECONDS SEED
 * PROCSIEVE, as root. The server is the real one, built with a sanitizer (`make fuzz SANITIZE=...`)
 * that aborts it on an error. Root and two users send at the same time. They keep what they
 * receive, write to it, read it and close it in any order, send descriptors, or disconnect before
 * the reply; at the same time the server is told to reload. Required: each reply is valid in the
 * protocol, a request that cannot be decoded is refused, the server answers root throughout, and it
 * exits with 0.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/wire.h"

#define KEPT	      12
#define DESCRIPTORS   16
#define START_SECONDS 120
#define REPLY_SECONDS 60

static const uid_t users[] = {0, 65533, 65534, 65534};
#define FEEDERS (sizeof(users) / sizeof(users[0]))

static char directory[] = "/tmp/procsieve-feed-XXXXXX", path[sizeof(directory) + 8];

static union {
	struct wire_head head;
	struct wire_reply listen;
	struct wire_status status;
} reply;

/* The number of replies of each kind, by enum wire_answer. */
static unsigned long answers_seen[WIRE_NO_PROCESS + 1];

/* What a feeder has received and not closed; -1: nothing. */
static struct kept {
	int connection, fds[DESCRIPTORS];
} kept[KEPT];

/* libFuzzer's function, which is not linked here. Changes some bytes and sometimes the size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	static struct dice dice;

	dice.state += size;
	for (size_t turns = 1 + pick(&dice, 4); turns && size; turns--) {
		uint8_t *at = &data[pick(&dice, pick(&dice, 2) || size < 160 ? size : 160)];

		if (pick(&dice, 2))
			*at ^= 1u << pick(&dice, 8);
		else
			*at = pick(&dice, 2) ? roll(&dice) : 0xff * pick(&dice, 2);
	}
	if (!pick(&dice, 8))
		size = 1 + pick(&dice, max_size);
	return size;
}

static uint64_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Returns a connection, or -1 if the server is not there or has too many waiting clients. */
static int connect_to_server(void)
{
	const struct timeval timeout = {.tv_sec = REPLY_SECONDS};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	require(fd >= 0);
	strcpy(address.sun_path, path);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

/*
 * Sends the request, sometimes with a descriptor that the server does not expect. Returns whether
 * it was sent; the server may have refused the client before.
 */
static bool send_request(struct dice *dice, int connection, const void *packet, size_t size)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec part = {(void *)packet, size};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (!pick(dice, 8)) {
		message.msg_control = control.bytes;
		message.msg_controllen = sizeof(control.bytes);
		control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
						 .cmsg_level = SOL_SOCKET,
						 .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(&control.align), &connection, sizeof(connection));
	}
	if (sendmsg(connection, &message, MSG_NOSIGNAL) >= 0)
		return true;
	/* Since Linux 6.16 the kernel refuses descriptors for the server. */
	return send(connection, packet, size, MSG_NOSIGNAL) >= 0;
}

/* Takes the descriptors of a reply. Returns their number. */
static size_t take_descriptors(struct msghdr *message, int fds[DESCRIPTORS])
{
	struct cmsghdr *head = CMSG_FIRSTHDR(message);
	size_t bytes;

	memset(fds, -1, DESCRIPTORS * sizeof(*fds));
	if (!head)
		return 0;
	bytes = head->cmsg_len - CMSG_LEN(0);
	require(head->cmsg_type == SCM_RIGHTS && bytes <= DESCRIPTORS * sizeof(*fds));
	memcpy(fds, CMSG_DATA(head), bytes);
	return bytes / sizeof(*fds);
}

/* Returns whether these bytes are a valid request. */
static bool is_decoded(const void *packet, size_t size, enum wire_operation *operation)
{
	struct wire_request request;
	char text[128];

	if (size > WIRE_REQUEST_LIMIT || wire_decode(packet, size, &request, text, sizeof(text)))
		return false;
	*operation = request.operation;
	wire_request_clear(&request);
	return true;
}

static void check_reply(const void *packet, size_t size, size_t got, size_t descriptors)
{
	enum wire_operation operation;

	require(got >= sizeof(reply.head) && reply.head.magic == WIRE_MAGIC);
	require(reply.head.version == WIRE_VERSION && reply.head.size == got);
	/* The status is at the same offset in both. */
	require(reply.listen.status <= WIRE_NO_PROCESS);
	answers_seen[reply.listen.status]++;
	if (!is_decoded(packet, size, &operation)) {
		require(reply.listen.status == WIRE_REFUSED || reply.listen.status == WIRE_QUOTA);
		require(!descriptors && *reply.listen.text);
	} else if (reply.listen.status != WIRE_DONE || operation == WIRE_STATUS) {
		require(!descriptors);
	} else {
		require(descriptors && got <= sizeof(reply.listen));
	}
}

/* Receives and checks the reply. A connection that was reset has no reply. */
static void receive(struct kept *place, const void *packet, size_t size)
{
	union {
		char bytes[CMSG_SPACE(DESCRIPTORS * sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec part = {&reply, sizeof(reply)};
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(place->connection, &message, MSG_CMSG_CLOEXEC);

	if (got < 0 && errno == ECONNRESET)
		got = recvmsg(place->connection, &message, MSG_CMSG_CLOEXEC);
	/* EAGAIN: the server does not answer. */
	require(got >= 0 || errno == ECONNRESET);
	if (got <= 0)
		return;
	require(!(message.msg_flags & (MSG_CTRUNC | MSG_TRUNC)));
	check_reply(packet, size, got, take_descriptors(&message, place->fds));
}

/*
 * Tries to write to a listener's maps without a privilege. bpf(2) can change nothing: the control
 * page is frozen, and a ring has no elements. mmap(2) allows writing to the reader's own position
 * in the ring.
 */
static void try_to_overwrite(struct dice *dice, int fd)
{
	uint64_t key = 0, value[256], *page;
	union bpf_attr attr = {.map_fd = fd, .key = (uintptr_t)&key, .value = (uintptr_t)value};

	for (size_t i = 0; i < sizeof(value) / sizeof(*value); i++)
		value[i] = roll(dice);
	require(syscall(SYS_bpf, BPF_MAP_UPDATE_ELEM, &attr, sizeof(attr)) < 0);
	require(syscall(SYS_bpf, BPF_MAP_DELETE_ELEM, &attr, sizeof(attr)) < 0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED) {
		*page = roll(dice) >> pick(dice, 64);
		munmap(page, 4096);
	}
	attr = (union bpf_attr){.map_fd = fd};
	if (!pick(dice, 4))
		syscall(SYS_bpf, BPF_MAP_FREEZE, &attr, sizeof(attr));
}

static void release_all(struct dice *dice, struct kept *place)
{
	static char bytes[65536];

	for (unsigned int i = 0; i < DESCRIPTORS; i++) {
		if (place->fds[i] < 0)
			continue;
		/* Streams of a snapshot; their content has its own tests. */
		if (pick(dice, 2) && read(place->fds[i], bytes, sizeof(bytes)) < 0)
			require(errno != EFAULT);
		close(place->fds[i]);
	}
	if (place->connection >= 0)
		close(place->connection);
	memset(place, -1, sizeof(*place));
}

/* A process that starts and exits, so that listeners have something to report. */
static void make_events(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
}

/* Changes the values of each list so that they are accepted: valid IDs, and names that end. */
static void simplify_lists(uint8_t *packet, size_t size)
{
	static const size_t sizes[WIRE_LIST_COUNT] = {
#define X(member, size, most) size,
		WIRE_LISTS(X)
#undef X
	};
	uint8_t *at = packet + sizeof(struct wire_listen), *end = packet + size;
	struct wire_listen listen;

	memcpy(&listen, packet, sizeof(listen));
	for (unsigned int list = 0; list < WIRE_LIST_COUNT; list++)
		for (__u32 i = 0; i < listen.counts[list] && at + sizes[list] <= end; i++) {
			memset(at + 2, 0, sizes[list] - 2);
			if (list == WIRE_cgroup_paths)
				memcpy(at, &(struct procsieve_cgroup_path){.path = "/a"},
				       sizes[list]);
			else if (list > WIRE_cpus)
				memcpy(at, "a", 2);
			at += sizes[list];
		}
}

/*
 * Removes from a request what the server refuses after decoding: most requests of the mutator fail
 * there and never become a listener. Returns the size.
 */
static size_t simplify_request(struct dice *dice, uint8_t *packet, size_t size, size_t room)
{
	struct wire_request request;
	char text[128];
	long tamed;

	if (size >= sizeof(struct wire_listen))
		simplify_lists(packet, size);
	if (wire_decode(packet, size, &request, text, sizeof(text)))
		return size;
	request.ring_size = pick(dice, 2) ? 4096u << pick(dice, 10) : 0;
	request.filter.cpus.count = 0;
	for (size_t i = 0; i < request.filter.pids.count; i++)
		request.filter.pids.values[i] = getpid() + i;
	request.selection.root = getpid();
	tamed = wire_encode(&request, packet, room);
	wire_request_clear(&request);
	return tamed > 0 ? (size_t)tamed : size;
}

static void feed_once(struct dice *dice)
{
	static uint8_t packet[WIRE_REQUEST_LIMIT + 512];
	static size_t size;
	bool sent;
	struct kept *place = &kept[pick(dice, KEPT)];

	release_all(dice, place);
	place->connection = connect_to_server();
	require(place->connection >= 0);
	if (!pick(dice, 32))
		return;
	size = LLVMFuzzerCustomMutator(
		packet, size, pick(dice, 8) ? 2048 + pick(dice, 8192) : sizeof(packet), roll(dice));
	if (pick(dice, 2))
		size = simplify_request(dice, packet, size, sizeof(packet));
	if (!size)
		size = 1;
	sent = send_request(dice, place->connection, packet, size);
	if (!pick(dice, 16))
		send_request(dice, place->connection, packet, size);
	if (!pick(dice, 16))
		shutdown(place->connection, pick(dice, 2) ? SHUT_WR : SHUT_RDWR);
	if (!sent || pick(dice, 16))
		receive(place, packet, size);
	for (unsigned int i = 0; i < DESCRIPTORS; i++)
		if (place->fds[i] >= 0 && pick(dice, 2))
			try_to_overwrite(dice, place->fds[i]);
	if (!pick(dice, 4))
		release_all(dice, place);
	if (!pick(dice, 4))
		make_events();
}

/* A feeder; runs until the time is over. */
static _Noreturn void feed(uid_t uid, uint64_t seed, uint64_t end)
{
	struct dice dice = {seed};
	unsigned long count = 0;

	signal(SIGABRT, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	require(!setgroups(0, NULL) && !setresgid(uid, uid, uid) && !setresuid(uid, uid, uid));
	memset(kept, -1, sizeof(kept));
	for (; seconds_now() < end; count++)
		feed_once(&dice);
	for (unsigned int i = 0; i < KEPT; i++)
		release_all(&dice, &kept[i]);
	printf("  user %u: %lu connections, %lu requests done, %lu refused, %lu over quota, %lu "
	       "failed\n",
	       uid, count, answers_seen[WIRE_DONE], answers_seen[WIRE_REFUSED],
	       answers_seen[WIRE_QUOTA], answers_seen[WIRE_FAILED] + answers_seen[WIRE_NO_PROCESS]);
	fflush(stdout);
	_exit(0);
}

/* Returns whether the server answers root. */
static bool answers(void)
{
	struct wire_head head;
	int fd = connect_to_server();
	ssize_t got = -1;

	if (fd < 0)
		return false;
	wire_head_set(&head, WIRE_STATUS, sizeof(head));
	if (send(fd, &head, sizeof(head), MSG_NOSIGNAL) == sizeof(head))
		got = recv(fd, &reply, sizeof(reply), 0);
	close(fd);
	return got > 0 && reply.status.status == WIRE_DONE;
}

static pid_t start_server(const char *program)
{
	pid_t pid = fork();

	require(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl(program, program, "serve", "--socket", path, "--config", "/dev/null", NULL);
		_exit(127);
	}
	for (unsigned int i = 0; i < START_SECONDS * 10 && !answers(); i++) {
		require(!waitpid(pid, NULL, WNOHANG));
		usleep(100000);
	}
	require(answers());
	return pid;
}

/*
 * Watches the server and the feeders until the last feeder has ended. Returns how many of them
 * failed.
 */
static unsigned int oversee(pid_t server, const pid_t feeders[FEEDERS])
{
	unsigned int failed = 0, left = FEEDERS;
	int status;

	while (left) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		require(pid >= 0 && pid != server);
		for (size_t i = 0; i < FEEDERS; i++)
			if (pid > 0 && pid == feeders[i]) {
				left--;
				failed += !!status;
			}
		require(answers());
		kill(server, SIGHUP);
		usleep(300000);
	}
	return failed;
}

/* Leaves nothing behind, even if a requirement failed; the rest ends with this process. */
static void clean_up(int signal)
{
	(void)signal;
	unlink(path);
	rmdir(directory);
}

int main(int argc, char **argv)
{
	pid_t server, feeders[FEEDERS];
	unsigned int failed;
	uint64_t end, seed;
	int status;

	require(argc == 4 && !geteuid() && mkdtemp(directory) && !chmod(directory, 0755));
	snprintf(path, sizeof(path), "%s/socket", directory);
	server = start_server(argv[3]);
	signal(SIGABRT, clean_up);
	seed = strtoull(argv[2], NULL, 10);
	end = seconds_now() + strtoull(argv[1], NULL, 10);
	for (size_t i = 0; i < FEEDERS; i++) {
		feeders[i] = fork();
		require(feeders[i] >= 0);
		if (!feeders[i])
			feed(users[i], seed * FEEDERS + i, end);
	}
	failed = oversee(server, feeders);
	kill(server, SIGTERM);
	require(waitpid(server, &status, 0) == server);
	clean_up(0);
	if (status || failed)
		fprintf(stderr, "feed_server: the server's status is 0x%x; %u clients failed\n",
			status, failed);
	return status || failed;
}
