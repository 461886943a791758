// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients of the server: connections, requests and turns; see client.h. */
#include "server/client.h"

#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "server/client_listener.h"
#include "server/reply.h"
#include "server/client_snapshot.h"
#include "base/clock.h"
#include "server/client_fds.h"

/* A client that connects and sends no request is disconnected after this time. */
#define REQUEST_TIMEOUT_NS 5000000000ull

/* Returns whether the peer is in this group, primary or supplementary. */
static bool is_member(int fd, const struct ucred *peer, gid_t group)
{
	gid_t groups[1024];
	socklen_t size = sizeof(groups);

	if (peer->gid == group)
		return true;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size))
		return false;
	for (size_t i = 0; i < size / sizeof(groups[0]); i++)
		if (groups[i] == group)
			return true;
	return false;
}

/*
 * Only root of the initial user namespace counts as root. An id that a namespace maps to root does
 * not.
 */
static bool is_restricted(const struct clients *clients, const struct client *client,
			  const struct sieve_ns_view *view)
{
	uint32_t group = clients->options->allow_group;

	if (!client->peer.uid && !view->user_level)
		return false;
	return group == SETTINGS_NO_ID || !is_member(client->fd, &client->peer, group);
}

/*
 * Sets which processes the client may see: those in /proc of its namespaces, mounted with
 * hidepid=2. Exception: a client that may see the processes of all users is not confined by its pid
 * namespace if that is also the server's, because the server is not confined either.
 */
static void set_visibility(const struct clients *clients, struct client *client,
			   const struct peer *peer)
{
	struct engine_owner *owner = &client->owner;

	client->restricted = is_restricted(clients, client, &peer->view);
	*owner = (struct engine_owner){.uid = client->peer.uid,
				       .gid = client->peer.gid,
				       .all = !client->restricted,
				       .view = peer->view};
	if (peer->view.pid_ns != peer->server_pid_ns)
		owner->pid_ns = (struct request_pid_ns){.ns = peer->view.pid_ns,
							.level = peer->view.pid_level};
	client->own_pid = peer->pid;
	client->user_ns = peer->view.user_ns;
	client->pid_ns = peer->view.pid_ns;
	if (client->restricted ? !peer->view.pid_level : peer->view.pid_ns == peer->server_pid_ns)
		owner->view.pid_ns = 0;
	if (!peer->view.user_level)
		owner->view.capabilities = 0;
	/* In the initial namespaces the by_owner table alone decides. */
	if (owner->all || (!peer->view.user_level && !owner->view.pid_ns))
		owner->view.user_ns = 0;
}

/* Identifies a client that has connected. Returns NULL, or why the connection is refused. */
static const char *identify_client(const struct clients *clients, struct client *client)
{
	socklen_t size = sizeof(client->peer);
	struct peer peer;

	if (getsockopt(client->fd, SOL_SOCKET, SO_PEERCRED, &client->peer, &size) ||
	    engine_read_peer(clients->engine, client->fd, &peer))
		return "the server cannot read the credentials of this connection";
	client->account = quota_account(clients, client->peer.uid, &peer);
	set_visibility(clients, client, &peer);
	return quota_check_connection(clients, client->account);
}

struct client *client_add(struct clients *clients, int fd)
{
	struct client *client = clients->all, *end = client + CLIENTS_MAX;
	struct client added = {
		.state = CLIENT_CONNECTED,
		.fd = fd,
		.poller = clients->poller,
		.since_ns = clock_boot_ns(),
		.streams = {-1, -1, -1},
	};
	const char *refusal = "too many connections";

	while (client < end && client->state != CLIENT_FREE)
		client++;
	if (client < end)
		refusal = identify_client(clients, &added);
	if (refusal) {
		reply_refuse(fd, WIRE_QUOTA, refusal);
		clients->refused++;
		client_fds_close(fd);
		return NULL;
	}
	*client = added;
	return client;
}

static void close_client(struct client *client)
{
	wire_request_clear(&client->request);
	/*
	 * Closing may take a while. Until then epoll would still report the descriptor, for a slot
	 * that another client may use by then.
	 */
	epoll_ctl(client->poller, EPOLL_CTL_DEL, client->fd, NULL);
	client_fds_close(client->fd);
	client->state = CLIENT_FREE;
}

/*
 * Descriptors in a reply that the client has not received count as the server's, and their number
 * is limited. So such a client keeps its slot.
 */
static bool has_received_reply(const struct client *client)
{
	int left;

	return ioctl(client->fd, SIOCOUTQ, &left) || !left;
}

void client_close_after_reply(struct client *client)
{
	if (has_received_reply(client)) {
		close_client(client);
		return;
	}
	shutdown(client->fd, SHUT_WR);
	wire_request_clear(&client->request);
	client->state = CLIENT_REPLIED;
	client->rearm = true;
}

enum wire_answer client_answer(int err, const struct reason *why)
{
	if (err == -ESRCH)
		return WIRE_NO_PROCESS;
	if (err == -EDQUOT)
		return WIRE_QUOTA;
	return why->status == STATUS_USAGE ? WIRE_REFUSED : WIRE_FAILED;
}

/*
 * Returns whether the request names processes, and another process than the one that connected
 * sent it. The ids mean something else if that one is in another pid namespace.
 */
static bool names_foreign_pids(const struct client *client, const struct wire_request *request)
{
	return (request->filter.pids.count || request->selection.strategy != PROCSIEVE_ALL) &&
	       request->pid != client->own_pid;
}

void client_refuse(struct clients *clients, struct client *client, enum wire_answer answer,
		   const struct reason *why)
{
	struct reason failure;

	clients->refused++;
	/* The cause is in the server, not in the process that asked: its memory, its limits. */
	if (answer == WIRE_FAILED)
		reason_set(&failure, why->status, "the server failed: %s", why->text);
	reply_refuse(client->fd, answer, answer == WIRE_FAILED ? failure.text : why->text);
	if (client->has_listener)
		client_listener_stop(clients, client);
	else
		close_client(client);
}

void client_wait(struct clients *clients, struct client *client, enum client_turn turn)
{
	client->state = CLIENT_WAITING;
	client->rearm = true;
	client->turn = turn;
	client->arrived = clients->arrivals++;
	client->round = client->peer.uid ? turns_enter(&clients->turns[turn], client->account) : 0;
}

void client_work(struct client *client, struct worker *worker, worker_function *work,
		 client_step *next)
{
	client->state = CLIENT_IN_WORK;
	client->work_done = false;
	client->next = next;
	worker_submit(worker, work, client);
}

/* Returns whether a is served before b. */
static bool is_served_before(const struct client *a, const struct client *b)
{
	if (!a->peer.uid != !b->peer.uid)
		return !a->peer.uid;
	if (a->round != b->round)
		return a->round < b->round;
	return a->arrived < b->arrived;
}

/* Returns the next client to serve, or NULL if none waits. */
static struct client *next_waiting(struct clients *clients, enum client_turn turn)
{
	struct client *first = NULL;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state == CLIENT_WAITING && client->turn == turn &&
		    (!first || is_served_before(client, first)))
			first = client;
	}
	return first;
}

/* Receives the client's request. Returns whether it can be served; if not, it has been refused. */
static bool receive_request(struct clients *clients, struct client *client)
{
	struct reason why;
	char text[256];

	if (request_receive(client->fd, &client->request, text, sizeof(text))) {
		reason_set(&why, STATUS_USAGE, "%s", text);
	} else if (client->request.operation != WIRE_STATUS &&
		   names_foreign_pids(client, &client->request)) {
		reason_set(&why, STATUS_USAGE,
			   "processes can be named only by the process that connected");
	} else if (!engine_check_cpus(&client->request.filter, &why)) {
		return true;
	}
	client_refuse(clients, client, WIRE_REFUSED, &why);
	return false;
}

static void serve_status(struct clients *clients, struct client *client)
{
	if (!receive_request(clients, client))
		return;
	reply_status(clients, client);
	close_client(client);
}

static void serve_waiting(struct clients *clients, struct client *client, struct worker *worker)
{
	if (client->peer.uid)
		turns_serve(&clients->turns[client->turn], client->round);
	if (client->turn == TURN_REPLY)
		serve_status(clients, client);
	else if (client->turn == TURN_LISTEN && receive_request(clients, client))
		client_listener_begin(clients, client);
	else if (client->turn == TURN_SNAPSHOT &&
		 (client->has_listener || receive_request(clients, client)))
		client_snapshot_begin(clients, client, worker);
}

/* Serves the next client if the worker is idle. */
static void serve_next(struct clients *clients, enum client_turn turn, struct worker *worker,
		       bool root_only)
{
	struct client *client;

	if (!worker_is_idle(worker))
		return;
	client = next_waiting(clients, turn);
	if (client && !(root_only && client->peer.uid))
		serve_waiting(clients, client, worker);
}

/* Returns whether a client waits for this worker and the worker is idle. */
static bool can_be_served(struct clients *clients, enum client_turn turn, struct worker *worker)
{
	return worker_is_idle(worker) && next_waiting(clients, turn);
}

bool clients_dispatch(struct clients *clients)
{
	struct worker *snapshots = clients->snapshot_workers;
	struct client *client = next_waiting(clients, TURN_REPLY);

	if (client)
		serve_waiting(clients, client, NULL);
	if (worker_is_idle(&clients->engine_worker) && !client_listener_reclaim(clients))
		serve_next(clients, TURN_LISTEN, &clients->engine_worker, false);
	serve_next(clients, TURN_SNAPSHOT, &snapshots[0], true);
	serve_next(clients, TURN_SNAPSHOT, &snapshots[1], false);
	return next_waiting(clients, TURN_REPLY) ||
	       can_be_served(clients, TURN_LISTEN, &clients->engine_worker) ||
	       can_be_served(clients, TURN_SNAPSHOT, &snapshots[1]);
}

void clients_reap(struct clients *clients)
{
	eventfd_t count;

	eventfd_read(clients->done, &count);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state == CLIENT_IN_WORK &&
		    __atomic_load_n(&client->work_done, __ATOMIC_ACQUIRE))
			client->next(clients, client);
	}
}

/* Returns whether the client has closed its end. Shutting it down for writing does not count. */
static bool has_hung_up(const struct client *client)
{
	struct pollfd end = {.fd = client->fd};

	return poll(&end, 1, 0) > 0;
}

/* Peeks at the request and queues the client. The request stays in the socket until its turn. */
static void queue_request(struct clients *clients, struct client *client)
{
	static const enum client_turn turns[] = {
		[WIRE_LISTEN] = TURN_LISTEN,
		[WIRE_SNAPSHOT] = TURN_SNAPSHOT,
	};
	struct wire_head head = {0};
	int err = request_peek(client->fd, &head);

	if (err == -EAGAIN)
		return;
	if (err) {
		clients->refused++;
		reply_refuse(client->fd, WIRE_REFUSED, "the client sent no request");
		close_client(client);
		return;
	}
	client_wait(clients, client,
		    head.operation < sizeof(turns) / sizeof(turns[0]) ? turns[head.operation]
								      : TURN_REPLY);
}

void client_serve(struct clients *clients, struct client *client)
{
	switch (client->state) {
	case CLIENT_CONNECTED:
		queue_request(clients, client);
		break;
	case CLIENT_WAITING:
		if (!has_hung_up(client))
			break;
		if (client->has_listener)
			client_listener_stop(clients, client);
		else
			close_client(client);
		break;
	case CLIENT_LISTENING:
		/*
		 * A listening client has nothing to send: either it has closed the connection, or
		 * it violates the protocol.
		 */
		client_listener_stop(clients, client);
		break;
	case CLIENT_REPLIED:
		if (has_received_reply(client))
			close_client(client);
		break;
	default:
		break;
	}
}

/* Returns whether the client has waited too long to send its request. */
static bool has_timed_out(const struct client *client, uint64_t now)
{
	return client->state == CLIENT_CONNECTED && now - client->since_ns > REQUEST_TIMEOUT_NS;
}

bool clients_expire(struct clients *clients, uint64_t now)
{
	bool remain = false;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		/* A request that has arrived but was not read yet counts. */
		if (has_timed_out(client, now) || client->state == CLIENT_REPLIED)
			client_serve(clients, client);
		if (has_timed_out(client, now))
			close_client(client);
		remain |= client->state == CLIENT_CONNECTED || client->state == CLIENT_REPLIED;
	}
	return remain;
}

int clients_open(struct clients *clients, struct reason *why)
{
	int err;

	memory_bound_open(&clients->quota.bound);
	subordinate_read_subuid(&clients->quota.subordinate);
	err = worker_start(&clients->engine_worker, clients->done, clients);
	for (int i = 0; i < 2 && !err; i++)
		err = worker_start(&clients->snapshot_workers[i], clients->done, clients);
	return err ? reason_set(why, STATUS_FAILURE,
				"cannot start a thread: %s (memory: ulimit -v; threads: ulimit -u, "
				"TasksMax=)",
				strerror(-err))
		   : 0;
}

void clients_close(struct clients *clients)
{
	worker_end(&clients->engine_worker);
	worker_end(&clients->snapshot_workers[0]);
	worker_end(&clients->snapshot_workers[1]);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state == CLIENT_FREE)
			continue;
		if (client->has_stopper)
			pthread_join(client->stopper, NULL);
		client_snapshot_close(client);
		close_client(client);
	}
	memory_bound_close(&clients->quota.bound);
	subordinate_clear(&clients->quota.subordinate);
}
