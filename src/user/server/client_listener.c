// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a client's listener; see client_listener.h. */
#include "server/client_listener.h"

#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "server/reply.h"
#include "base/clock.h"

/*
 * How long hooks stay attached after the last listener that needs them. If a user's listeners come
 * and go, the kernel attaches and detaches the hooks at most once in this time.
 */
#define SETTLE_SECONDS 1

static int check_ring(uint64_t size, struct reason *why)
{
	if (size >= ENGINE_RING_MIN && size <= ENGINE_RING_MAX && !(size & (size - 1)))
		return 0;
	return reason_set(why, STATUS_USAGE,
			  "a ring of %llu bytes: it must be a power of two from 4K to 1G",
			  (unsigned long long)size);
}

static void start(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;

	client->err = engine_listen(clients->engine, &client->request.filter, client->ring_size,
				    &client->owner, &client->slot, &client->why);
	__atomic_store_n(&client->worked, true, __ATOMIC_RELEASE);
}

static void started(struct clients *clients, struct client *client)
{
	const struct procsieve_filter *filter = &client->request.filter;

	if (client->err) {
		client->listens = false;
		client_refuse(clients, client, client_answer(client->err, &client->why),
			      &client->why);
		return;
	}
	client->asked.events = filter->events;
	client->asked.sections = filter->sections;
	client->asked.flags = wire_flags(filter);
	wire_counts(filter, client->asked.counts);
	client->since_ns = clock_ns(CLOCK_BOOTTIME);
	if (client->request.existing)
		client_wait(clients, client, TURN_SNAPSHOT);
	else
		client_listener_hand_over(clients, client);
}

void client_listener_begin(struct clients *clients, struct client *client)
{
	enum wire_answer answer = WIRE_REFUSED;
	uint64_t asked = client->request.ring_size;
	struct reason why;

	client->ring_size = asked ? asked : quota_default_ring(clients, client);
	if (!check_ring(client->ring_size, &why))
		answer = quota_check_listener(clients, client, client->ring_size, &why);
	if (answer) {
		client_refuse(clients, client, answer, &why);
		return;
	}
	client->listens = true;
	client_work(client, &clients->engine_worker, start, started);
}

void client_listener_hand_over(struct clients *clients, struct client *client)
{
	char hooks[WIRE_TEXT_MAX];

	clients->accepted++;
	client->state = CLIENT_LISTENING;
	wire_request_clear(&client->request);
	/* A restricted client may not know what other listeners request. */
	engine_hooks(clients->engine,
		     client->restricted ? engine_needs(clients->engine, &client->slot)
					: PROCSIEVE_ALL_EVENTS,
		     hooks, sizeof(hooks));
	if (reply_listening(client, hooks, client->streams[PROCSIEVE_STREAM_PROCESSES]))
		client_listener_leave(clients, client);
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
	eventfd_write(stop.clients->done, 1);
	return NULL;
}

void client_listener_leave(struct clients *clients, struct client *client)
{
	struct stop *stop = malloc(sizeof(*stop));

	client->state = CLIENT_LEAVING;
	wire_request_clear(&client->request);
	if (stop) {
		*stop = (struct stop){clients, client};
		client->apart = !pthread_create(&client->stopper, NULL, stop_listener, stop);
		if (client->apart)
			return;
		free(stop);
	}
	/* No thread: the engine's worker stops the listener; see give_back(). */
	client->stopped = true;
	eventfd_write(clients->done, 1);
}

static void give_back(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;

	if (client->apart)
		pthread_join(client->stopper, NULL);
	else
		engine_stop(clients->engine, &client->slot);
	engine_free(clients->engine, &client->slot);
	__atomic_store_n(&client->worked, true, __ATOMIC_RELEASE);
}

static void given_back(struct clients *clients, struct client *client)
{
	const uint32_t maps[2] = {engine_map_id(client->slot.ring_fd),
				  engine_map_id(client->slot.control_fd)};

	close(client->slot.ring_fd);
	close(client->slot.control_fd);
	client->listens = false;
	quota_keep(clients, client, maps, client->ring_size);
	/* Only now, so that the client knows that its ring is complete. */
	client_let_go_answered(client);
}

static void settle(void *context, void *argument)
{
	const struct clients *clients = context;

	(void)argument;
	engine_settle(clients->engine);
}

/* Detaches unneeded hooks if it is time. Returns whether the worker has been given work. */
static bool settle_in_time(struct clients *clients)
{
	const struct itimerspec time = {.it_value.tv_sec = SETTLE_SECONDS};

	if (!engine_unsettled(clients->engine)) {
		clients->settle_due = false;
		return false;
	}
	if (clients->settle_due) {
		clients->settle_due = false;
		worker_give(&clients->engine_worker, settle, NULL);
		return true;
	}
	if (!clients->settles)
		clients->settles = !timerfd_settime(clients->settle, 0, &time, NULL);
	return false;
}

void clients_settle(struct clients *clients)
{
	uint64_t expirations;

	if (read(clients->settle, &expirations, sizeof(expirations)) < 0)
		return;
	clients->settles = false;
	clients->settle_due = true;
}

bool client_listener_clean(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state != CLIENT_LEAVING ||
		    !__atomic_load_n(&client->stopped, __ATOMIC_ACQUIRE))
			continue;
		client_work(client, &clients->engine_worker, give_back, given_back);
		return true;
	}
	return settle_in_time(clients);
}
