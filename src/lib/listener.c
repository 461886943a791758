// SPDX-License-Identifier: BSD-2-Clause
/* The client's side of a listener; see <procsieve/procsieve.h>. */
#include <procsieve/procsieve.h>
#include <procsieve/snapshot.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/connection.h"
#include "lib/ring.h"
#include "lib/wire.h"

/*
 * If records were read since the last wait, procsieve_wait() first sleeps this long, so that
 * several records are read at once.
 */
#define BATCH_NS 1000000

/* How long procsieve_stop() waits until the server has ended the listener. */
#define STOP_MS 2000

struct procsieve {
	struct ring ring;
	const struct procsieve_control *control;
	int ring_fd, control_fd;
	int connection; /* -1: none */
	int poller;
	bool read_since_wait;			      /* records were read since the last wait */
	struct procsieve_snapshot *existing_snapshot; /* NULL: none was requested */
	char hooks[WIRE_TEXT_MAX];
};

static int poller_add(int poller, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	return fd >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int map_listener(struct procsieve *listener, size_t ring_size)
{
	int err = ring_open(&listener->ring, listener->ring_fd, ring_size);
	void *control;

	if (err)
		return err;
	control = mmap(NULL, sizeof(*listener->control), PROT_READ, MAP_SHARED,
		       listener->control_fd, 0);
	if (control == MAP_FAILED) {
		err = -errno;
		ring_close(&listener->ring);
		return err;
	}
	listener->control = control;
	listener->poller = epoll_create1(EPOLL_CLOEXEC);
	if (listener->poller < 0)
		return -errno;
	err = poller_add(listener->poller, listener->ring_fd);
	return err ? err : poller_add(listener->poller, listener->connection);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void procsieve_close(struct procsieve *listener)
{
	if (!listener)
		return;
	if (listener->control) {
		munmap((void *)listener->control, sizeof(*listener->control));
		ring_close(&listener->ring);
	}
	close_fd(listener->ring_fd);
	close_fd(listener->control_fd);
	close_fd(listener->connection);
	close_fd(listener->poller);
	procsieve_snapshot_close(listener->existing_snapshot);
	free(listener);
}

/* Takes ownership of all descriptors, also on failure. */
static int create_listener(struct procsieve **listener, const struct reply *reply, int connection)
{
	const int streams[PROCSIEVE_STREAM_COUNT] = {reply->fds[WIRE_PROCESSES], -1, -1};
	struct procsieve *created = calloc(1, sizeof(*created));
	int err;

	if (!created) {
		for (int i = 0; i < WIRE_DESCRIPTORS; i++)
			close_fd(reply->fds[i]);
		close_fd(connection);
		return -ENOMEM;
	}
	created->ring_fd = reply->fds[WIRE_RING];
	created->control_fd = reply->fds[WIRE_CONTROL];
	created->connection = connection;
	created->poller = -1;
	err = streams[0] >= 0 ? procsieve_snapshot_adopt(&created->existing_snapshot, streams) : 0;
	if (!err)
		err = map_listener(created, reply->ring_size);
	if (err) {
		procsieve_close(created);
		return err;
	}
	snprintf(created->hooks, sizeof(created->hooks), "%s", reply->text);
	*listener = created;
	return 0;
}

int procsieve_adopt(struct procsieve **listener, int ring_fd, size_t ring_size, int control_fd,
		    int existing_fd)
{
	const struct reply reply = {
		.fds = {[WIRE_RING] = ring_fd,
			[WIRE_CONTROL] = control_fd,
			[WIRE_PROCESSES] = existing_fd},
		.ring_size = ring_size,
	};

	return create_listener(listener, &reply, -1);
}

static const char *socket_path(const struct procsieve_options *options)
{
	return options && options->socket ? options->socket : PROCSIEVE_SOCKET;
}

/* Connects and sends the request. Returns the connection and *reply, or -errno and the reason. */
static int connect_and_request(const struct wire_request *request, unsigned int count,
			       const struct procsieve_options *options, struct reply *reply,
			       char *reason, size_t reason_size)
{
	int connection = connection_open(socket_path(options)), err;

	if (connection < 0) {
		snprintf(reason, reason_size, "cannot connect to %s: %s", socket_path(options),
			 strerror(-connection));
		return connection;
	}
	err = connection_request(connection, request, count, reply);
	if (!err)
		return connection;
	close(connection);
	snprintf(reason, reason_size, "%s", reply->text);
	return err;
}

int procsieve_open(struct procsieve **listener, const struct procsieve_filter *filter,
		   const struct procsieve_options *options, char *reason, size_t reason_size)
{
	struct wire_request request = {.operation = WIRE_LISTEN, .filter = *filter};
	struct reply reply;
	unsigned int fds_expected = 2; /* ring and control page */
	int connection, err;

	if (options) {
		request.ring_size = options->ring_size;
		request.existing = options->existing != NULL;
		if (options->existing)
			request.selection = *options->existing;
	}
	fds_expected += request.existing;
	connection =
		connect_and_request(&request, fds_expected, options, &reply, reason, reason_size);
	if (connection < 0)
		return connection;
	err = create_listener(listener, &reply, connection);
	if (err)
		snprintf(reason, reason_size, "cannot map a ring of %zu bytes: %s", reply.ring_size,
			 strerror(-err));
	return err;
}

struct procsieve_snapshot *procsieve_existing(const struct procsieve *listener)
{
	return listener->existing_snapshot;
}

int procsieve_snapshot_open(struct procsieve_snapshot **snapshot,
			    const struct procsieve_filter *filter,
			    const struct procsieve_selection *selection,
			    const struct procsieve_options *options, char *reason,
			    size_t reason_size)
{
	struct wire_request request = {.operation = WIRE_SNAPSHOT, .filter = *filter};
	int streams[PROCSIEVE_STREAM_COUNT] = {-1, -1, -1};
	unsigned int count = 1;
	struct reply reply;
	int connection, err;

	if (selection)
		request.selection = *selection;
	count += request.selection.mappings + request.selection.fds;
	connection = connect_and_request(&request, count, options, &reply, reason, reason_size);
	if (connection < 0)
		return connection;
	close(connection);
	streams[PROCSIEVE_STREAM_PROCESSES] = reply.fds[0];
	if (request.selection.mappings)
		streams[PROCSIEVE_STREAM_MAPPINGS] = reply.fds[1];
	if (request.selection.fds)
		streams[PROCSIEVE_STREAM_FDS] = reply.fds[count - 1];
	err = procsieve_snapshot_adopt(snapshot, streams);
	if (err)
		snprintf(reason, reason_size, "out of memory");
	return err;
}

int procsieve_fd(const struct procsieve *listener)
{
	return listener->poller;
}

const struct procsieve_record *procsieve_next(struct procsieve *listener, size_t *size)
{
	const void *record = ring_next(&listener->ring, size);

	listener->read_since_wait |= record != NULL;
	return record;
}

void procsieve_release(struct procsieve *listener)
{
	ring_release(&listener->ring);
}

int procsieve_arm(struct procsieve *listener)
{
	return ring_arm(&listener->ring);
}

int procsieve_connected(const struct procsieve *listener)
{
	struct pollfd connection = {.fd = listener->connection, .events = POLLIN | POLLRDHUP};

	/*
	 * The server sends nothing after its reply. So any event on the connection means that the
	 * server is gone. An adopted listener has no connection.
	 */
	return listener->connection < 0 || poll(&connection, 1, 0) <= 0;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

void procsieve_stop(struct procsieve *listener)
{
	struct pollfd connection = {.fd = listener->connection, .events = POLLIN};
	int64_t end = now_ms() + STOP_MS, left;

	if (listener->connection < 0)
		return;
	shutdown(listener->connection, SHUT_WR);
	while ((left = end - now_ms()) > 0)
		if (poll(&connection, 1, (int)left) >= 0 || errno != EINTR)
			return;
}

/* Returns 0, or -EINTR after a signal. */
static int sleep_for_batch(void)
{
	const struct timespec time = {.tv_nsec = BATCH_NS};

	return nanosleep(&time, NULL) ? -errno : 0;
}

int procsieve_wait(struct procsieve *listener, int timeout_ms)
{
	struct pollfd ready = {.fd = listener->poller, .events = POLLIN};
	int count, err;

	if (listener->read_since_wait) {
		listener->read_since_wait = false;
		ring_release(&listener->ring);
		err = sleep_for_batch();
		if (err)
			return err;
	}
	if (!ring_arm(&listener->ring))
		return 1;
	count = poll(&ready, 1, timeout_ms);
	if (count < 0)
		return -errno;
	/*
	 * The connection is checked before the ring: records that arrived before the server ended
	 * are reported before its end.
	 */
	if (count && !procsieve_connected(listener))
		return ring_arm(&listener->ring) ? -EPIPE : 1;
	return count;
}

__u64 procsieve_lost(const struct procsieve *listener, __u64 by_type[PROCSIEVE_EVENT_LIMIT])
{
	__u64 sum = 0;

	for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++) {
		__u64 lost = __atomic_load_n(&listener->control->lost[type], __ATOMIC_RELAXED);

		sum += lost;
		if (by_type)
			by_type[type] = lost;
	}
	return sum;
}

const struct procsieve_control *procsieve_control(const struct procsieve *listener)
{
	return listener->control;
}

const char *procsieve_hooks(const struct procsieve *listener)
{
	return listener->hooks;
}
