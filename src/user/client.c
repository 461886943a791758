// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients of the server; see client.h. */
#include "client.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "client_reply.h"
#include "client_snapshot.h"
#include "clocks.h"
#include "rights.h"

/* A client that has connected and says nothing is let go. */
#define SILENCE_NS 5000000000ull

/* Connections that a user may have beyond its listeners. */
#define SPARE_CONNECTIONS 8

/* What users, however many they are, leave to root. */
#define KEPT_CONNECTIONS 16
#define KEPT_LISTENERS	 8

#define ANY_USER	 ((uid_t)-1)

/* Is the peer in this group, by its main group or any other? */
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

/* Root of the initial user namespace is root, and no other is: what is mapped to it is not. */
static bool is_restricted(const struct clients *clients, const struct client *client,
			  const struct sieve_space *space)
{
	uint32_t group = clients->options->allow_group;

	if (!client->peer.uid && !space->user_level)
		return false;
	return group == SERVE_NOBODY || !is_member(client->fd, &client->peer, group);
}

/*
 * What may it see? /proc in its namespaces, mounted with hidepid=2, is the measure; but the pid namespace of the server,
 * which is not confined itself, confines those that may see everybody's processes no more than the server.
 */
static int set_sight(const struct clients *clients, struct client *client, struct reason *why)
{
	struct engine_owner *owner = &client->owner;
	struct peer peer;
	int err = engine_look_at_peer(clients->engine, client->fd, &peer, why);

	if (err)
		return err;
	client->restricted = is_restricted(clients, client, &peer.space);
	*owner = (struct engine_owner){client->peer.uid, client->peer.gid, !client->restricted,
				       peer.space};
	client->user_ns = peer.space.user_ns;
	client->pid_ns = peer.space.pid_ns;
	if (client->restricted ? !peer.space.pid_level : peer.space.pid_ns == peer.own_pid_ns)
		owner->space.pid_ns = 0;
	if (!peer.space.user_level)
		owner->space.capabilities = 0;
	/* In the initial namespaces by_owner decides alone. */
	if (owner->all || (!peer.space.user_level && !owner->space.pid_ns))
		owner->space.user_ns = 0;
	return 0;
}

static unsigned int count_of(const struct clients *clients, uid_t uid, bool listening,
			     uint64_t *ring_bytes)
{
	unsigned int count = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &clients->all[i];

		if (client->state == CLIENT_FREE || (uid != ANY_USER && client->peer.uid != uid))
			continue;
		if (listening && !client->listens)
			continue;
		count++;
		if (ring_bytes)
			*ring_bytes += client->ring_size;
	}
	return count;
}

/* Why this user may not have one more connection; NULL: it may. */
static const char *excess_of(const struct clients *clients, uid_t uid)
{
	const uint64_t most = clients->options->listeners_per_user + SPARE_CONNECTIONS;

	if (!uid)
		return NULL;
	if (count_of(clients, uid, false, NULL) >= most)
		return "too many connections";
	if (count_of(clients, ANY_USER, false, NULL) >= CLIENTS_MAX - KEPT_CONNECTIONS)
		return "too many connections of all users: what is left is root's";
	return NULL;
}

struct client *client_add(struct clients *clients, int fd)
{
	struct client *client = clients->all, *end = client + CLIENTS_MAX;
	const char *excess = "too many connections";
	struct reason why;
	struct ucred peer;
	socklen_t size = sizeof(peer);

	while (client < end && client->state != CLIENT_FREE)
		client++;
	if (client < end && !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		excess = excess_of(clients, peer.uid);
	if (excess) {
		reply_refuse(fd, WIRE_QUOTA, excess);
		clients->refused++;
		rights_close(fd);
		return NULL;
	}
	*client = (struct client){.fd = fd, .peer = peer, .since_ns = clock_ns(CLOCK_BOOTTIME)};
	if (set_sight(clients, client, &why)) {
		reply_refuse(fd, WIRE_FAILED, why.text);
		clients->refused++;
		rights_close(fd);
		return NULL;
	}
	client->state = CLIENT_CONNECTED;
	return client;
}

static void let_go(struct client *client)
{
	rights_close(client->fd);
	client->state = CLIENT_FREE;
	client->listens = false;
}

/* Descriptors that it has not taken count as the server's, for whom there are only so many: so it keeps its place. */
static bool has_taken_all(const struct client *client)
{
	int left;

	return ioctl(client->fd, SIOCOUTQ, &left) || !left;
}

/* Lets a client go that gets nothing more, once it has taken what it got. */
static void let_go_answered(struct client *client)
{
	if (has_taken_all(client)) {
		let_go(client);
		return;
	}
	shutdown(client->fd, SHUT_WR);
	client->state = CLIENT_ANSWERED;
	client->listens = false;
	client->unheard = true;
}

/* The largest power of two that is not above `most`. */
static uint64_t power_below(uint64_t most)
{
	uint64_t power = 1;

	while (power <= most / 2)
		power *= 2;
	return power;
}

/* What a listener gets that does not say: an equal share of what its user may have. */
static uint64_t default_ring(const struct clients *clients, const struct client *client)
{
	const struct serve_options *options = clients->options;
	uint64_t share = options->ring_per_user;

	if (!client->peer.uid)
		return ENGINE_RING_DEFAULT;
	if (options->listeners_per_user)
		share /= options->listeners_per_user;
	if (share < ENGINE_RING_MIN)
		share = ENGINE_RING_MIN;
	return power_below(share < ENGINE_RING_DEFAULT ? share : ENGINE_RING_DEFAULT);
}

static int check_ring(uint64_t size, struct reason *why)
{
	if (size >= ENGINE_RING_MIN && size <= ENGINE_RING_MAX && !(size & (size - 1)))
		return 0;
	return reason_set(why, STATUS_USAGE,
			  "a ring of %llu bytes: it must be a power of two from 4K to 1G",
			  (unsigned long long)size);
}

static enum wire_answer check_quota(const struct clients *clients, const struct client *client,
				    struct reason *why)
{
	const struct serve_options *options = clients->options;
	uint64_t bytes = 0, wanted;

	/* The client itself is not counted: it is not listening yet, but its ring is set. */
	if (!client->peer.uid)
		return WIRE_DONE;
	if (count_of(clients, client->peer.uid, true, &bytes) >= options->listeners_per_user) {
		reason_set(why, STATUS_FAILURE, "user %u has %llu listeners, all that it may have",
			   client->peer.uid, (unsigned long long)options->listeners_per_user);
		return WIRE_QUOTA;
	}
	if (count_of(clients, ANY_USER, true, NULL) >= PROCSIEVE_LISTENERS - KEPT_LISTENERS) {
		reason_set(why, STATUS_FAILURE,
			   "all listener slots are taken but %d, which are root's", KEPT_LISTENERS);
		return WIRE_QUOTA;
	}
	wanted = bytes + client->ring_size;
	if (wanted > options->ring_per_user) {
		reason_set(why, STATUS_FAILURE,
			   "user %u would have rings of %llu bytes, and may have %llu; --ring asks "
			   "for less",
			   client->peer.uid, (unsigned long long)wanted,
			   (unsigned long long)options->ring_per_user);
		return WIRE_QUOTA;
	}
	return WIRE_DONE;
}

enum wire_answer client_answer(int err, const struct reason *why)
{
	if (err == -ESRCH)
		return WIRE_NOBODY;
	if (err == -EDQUOT)
		return WIRE_QUOTA;
	return why->status == STATUS_USAGE ? WIRE_REFUSED : WIRE_FAILED;
}

/* Process ids mean something else in another pid namespace. */
static bool names_strangers(const struct client *client, const struct wire_request *request)
{
	return (request->filter.pids.count || request->selection.strategy != PROCSIEVE_ALL) &&
	       request->pid != (uint32_t)client->peer.pid;
}

/* Gives the client a listener. */
static enum wire_answer listen_for(struct clients *clients, struct client *client,
				   const struct wire_request *request, struct reason *why)
{
	enum wire_answer answer;
	int err;

	client->ring_size = request->ring_size ? request->ring_size : default_ring(clients, client);
	if (check_ring(client->ring_size, why))
		return WIRE_REFUSED;
	answer = check_quota(clients, client, why);
	if (answer)
		return answer;
	err = engine_listen(clients->engine, &request->filter, client->ring_size, &client->owner,
			    &client->slot, why);
	if (err)
		return client_answer(err, why);
	client->state = CLIENT_LISTENING;
	client->listens = true;
	client->asked.events = request->filter.events;
	client->asked.sections = request->filter.sections;
	client->asked.flags = wire_flags(&request->filter);
	wire_counts(&request->filter, client->asked.counts);
	client->since_ns = clock_ns(CLOCK_BOOTTIME);
	return WIRE_DONE;
}

struct stop {
	struct clients *clients;
	struct client *client;
};

static void *stop_listener(void *argument)
{
	struct stop stop = *(struct stop *)argument;

	free(argument);
	engine_stop(stop.clients->engine, &stop.client->slot);
	__atomic_store_n(&stop.client->stopped, true, __ATOMIC_RELEASE);
	eventfd_write(stop.clients->stopped, 1);
	return NULL;
}

/* Stopping waits for the kernel, some 10 ms: beside the others' requests, not before them. */
static void leave(struct clients *clients, struct client *client)
{
	struct stop *stop = malloc(sizeof(*stop));

	client->state = CLIENT_LEAVING;
	if (stop) {
		*stop = (struct stop){clients, client};
		client->apart = !pthread_create(&client->stopper, NULL, stop_listener, stop);
		if (client->apart)
			return;
		free(stop);
	}
	engine_stop(clients->engine, &client->slot);
	client->stopped = true;
	eventfd_write(clients->stopped, 1);
}

static void finish(struct clients *clients, struct client *client)
{
	if (client->apart)
		pthread_join(client->stopper, NULL);
	engine_free(clients->engine, &client->slot);
	close(client->slot.ring_fd);
	close(client->slot.control_fd);
	/* Only now: so that the client knows that all is in its ring. */
	let_go_answered(client);
}

static void refuse(struct clients *clients, const struct client *client, enum wire_answer answer,
		   const struct reason *why)
{
	clients->refused++;
	reply_refuse(client->fd, answer, why->text);
}

/* Hands over what was asked for. `fds`: the streams of a snapshot. */
static void hand_over(struct clients *clients, struct client *client, const int *fds)
{
	char hooks[512];

	clients->accepted++;
	if (!client->listens) {
		reply_snapshot(client, fds);
		let_go_answered(client);
		return;
	}
	client->state = CLIENT_LISTENING;
	/* What other listeners want is nothing for a restricted one. */
	engine_hooks(clients->engine,
		     client->restricted ? engine_needs(clients->engine, &client->slot)
					: PROCSIEVE_ALL_EVENTS,
		     hooks, sizeof(hooks));
	if (reply_listening(client, hooks, fds[PROCSIEVE_STREAM_PROCESSES]))
		leave(clients, client);
}

static void close_streams(const int fds[PROCSIEVE_STREAM_COUNT])
{
	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* The snapshot is made, or cannot be had. */
static void answer_made(struct clients *clients, struct client *client)
{
	int fds[PROCSIEVE_STREAM_COUNT];
	struct reason why;
	enum wire_answer answer = client_snapshot_take(client, fds, &why);

	if (!answer)
		hand_over(clients, client, fds);
	else
		refuse(clients, client, answer, &why);
	close_streams(fds);
	if (answer && client->listens)
		leave(clients, client);
	else if (answer)
		let_go(client);
}

void clients_reap(struct clients *clients)
{
	eventfd_t count;

	eventfd_read(clients->stopped, &count);
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state == CLIENT_LEAVING &&
		    __atomic_load_n(&client->stopped, __ATOMIC_ACQUIRE))
			finish(clients, client);
		else if (client->state == CLIENT_MAKING && client_snapshot_ended(client))
			answer_made(clients, client);
	}
}

/* A listener, a snapshot, or both. */
static void answer_asked(struct clients *clients, struct client *client,
			 struct wire_request *request)
{
	static const int none[PROCSIEVE_STREAM_COUNT] = {-1, -1, -1};
	bool listen = request->operation == WIRE_LISTEN;
	enum wire_answer answer = WIRE_DONE;
	struct reason why;

	if (names_strangers(client, request)) {
		reason_set(
			&why, STATUS_USAGE,
			"processes cannot be named from another pid namespace than the server's");
		answer = WIRE_REFUSED;
	} else if (listen) {
		answer = listen_for(clients, client, request, &why);
	}
	if (!answer && listen && !request->existing) {
		hand_over(clients, client, none);
		return;
	}
	if (!answer && client_snapshot_begin(clients, client, request, &why))
		answer = WIRE_FAILED;
	if (!answer) {
		client->state = CLIENT_MAKING;
		client->unheard = true;
		return;
	}
	refuse(clients, client, answer, &why);
	if (client->listens)
		leave(clients, client);
	else
		let_go(client);
}

static void answer_request(struct clients *clients, struct client *client,
			   struct wire_request *request)
{
	if (request->operation != WIRE_STATUS) {
		answer_asked(clients, client, request);
		return;
	}
	reply_status(clients, client);
	let_go(client);
}

void client_serve(struct clients *clients, struct client *client)
{
	struct wire_request request;
	char text[256];
	int err;

	if (client->state == CLIENT_LEAVING || client->state == CLIENT_MAKING)
		return;
	if (client->state == CLIENT_ANSWERED) {
		if (has_taken_all(client))
			let_go(client);
		return;
	}
	/* Nothing more is to be said: this is the end, or the client is mad. */
	if (client->state == CLIENT_LISTENING) {
		leave(clients, client);
		return;
	}
	err = request_receive(client->fd, &request, text, sizeof(text));
	if (err == -EAGAIN)
		return;
	if (err) {
		clients->refused++;
		reply_refuse(client->fd, WIRE_REFUSED, text);
		let_go(client);
		return;
	}
	answer_request(clients, client, &request);
	wire_request_clear(&request);
}

/* Has it been silent for too long? */
static bool is_late(const struct client *client, uint64_t now)
{
	return client->state == CLIENT_CONNECTED && now - client->since_ns > SILENCE_NS;
}

bool clients_expire(struct clients *clients, uint64_t now)
{
	bool others = false;

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		/* What it has said while there was no time to hear it counts. */
		if (is_late(client, now) || client->state == CLIENT_ANSWERED)
			client_serve(clients, client);
		if (is_late(client, now))
			let_go(client);
		others |= client->state == CLIENT_CONNECTED || client->state == CLIENT_ANSWERED;
	}
	return others;
}

/* Of a client that will not get it. */
static void drop_snapshot(struct client *client)
{
	int fds[PROCSIEVE_STREAM_COUNT];
	struct reason why;

	client_snapshot_take(client, fds, &why);
	close_streams(fds);
}

void clients_close(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state == CLIENT_MAKING)
			drop_snapshot(client);
		if (client->listens)
			finish(clients, client);
		if (client->state != CLIENT_FREE)
			let_go(client);
	}
}
