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
#define DETACH_DELAY_SECONDS 1

static int check_ring(uint64_t size, struct reason *why)
{
	if (size >= ENGINE_RING_MIN && size <= ENGINE_RING_MAX && !(size & (size - 1)))
		return 0;
	return reason_set(why, STATUS_USAGE,
			  "the ring size %llu is not a power of two from 4K to 1G",
			  (unsigned long long)size);
}

static void run_listen(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;

	client->err = engine_listen(clients->engine, &client->request.filter, client->ring_size,
				    &client->owner, &client->slot, &client->why);
	__atomic_store_n(&client->work_done, true, __ATOMIC_RELEASE);
}

static void on_listen_done(struct clients *clients, struct client *client)
{
	const struct procsieve_filter *filter = &client->request.filter;

	if (client->err) {
		client->has_listener = false;
		client_refuse(clients, client, client_answer(client->err, &client->why),
			      &client->why);
		return;
	}
	client->requested.events = filter->events;
	client->requested.sections = filter->sections;
	client->requested.flags = wire_flags(filter);
	wire_counts(filter, client->requested.counts);
	client->since_ns = clock_boot_ns();
	if (client->request.existing)
		client_wait(clients, client, TURN_SNAPSHOT);
	else
		client_listener_send(clients, client);
}

void client_listener_begin(struct clients *clients, struct client *client)
{
	enum wire_answer answer = WIRE_REFUSED;
	uint64_t requested = client->request.ring_size;
	struct reason why;

	client->ring_size = requested ? requested : quota_default_ring(clients, client);
	if (!check_ring(client->ring_size, &why))
		answer = quota_check_listener(clients, client, client->ring_size, &why);
	if (answer) {
		client_refuse(clients, client, answer, &why);
		return;
	}
	client->has_listener = true;
	client_work(client, &clients->engine_worker, run_listen, on_listen_done);
}

void client_listener_send(struct clients *clients, struct client *client)
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
	if (reply_listener(client, hooks, client->streams[PROCSIEVE_STREAM_PROCESSES]))
		client_listener_stop(clients, client);
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

void client_listener_stop(struct clients *clients, struct client *client)
{
	struct stop *stop = malloc(sizeof(*stop));

	client->state = CLIENT_STOPPING;
	wire_request_clear(&client->request);
	if (stop) {
		*stop = (struct stop){clients, client};
		client->has_stopper = !pthread_create(&client->stopper, NULL, stop_listener, stop);
		if (client->has_stopper)
			return;
		free(stop);
	}
	/* No thread: the engine's worker stops the listener; see run_free(). */
	client->stopped = true;
	eventfd_write(clients->done, 1);
}

static void run_free(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;

	if (client->has_stopper)
		pthread_join(client->stopper, NULL);
	else
		engine_stop(clients->engine, &client->slot);
	engine_free(clients->engine, &client->slot);
	__atomic_store_n(&client->work_done, true, __ATOMIC_RELEASE);
}

static void on_freed(struct clients *clients, struct client *client)
{
	const uint32_t maps[2] = {engine_map_id(client->slot.ring_fd),
				  engine_map_id(client->slot.control_fd)};

	close(client->slot.ring_fd);
	close(client->slot.control_fd);
	client->has_listener = false;
	quota_add_object(clients, client, maps, client->ring_size);
	/* Only now, so that the client knows that its ring is complete. */
	client_close_after_reply(client);
}

static void run_detach(void *context, void *argument)
{
	const struct clients *clients = context;

	(void)argument;
	engine_detach_unneeded(clients->engine);
}

/* Detaches unneeded hooks if it is time. Returns whether the worker has been given work. */
static bool detach_if_due(struct clients *clients)
{
	const struct itimerspec time = {.it_value.tv_sec = DETACH_DELAY_SECONDS};

	if (!engine_has_unneeded_hooks(clients->engine)) {
		clients->detach_due = false;
		return false;
	}
	if (clients->detach_due) {
		clients->detach_due = false;
		worker_submit(&clients->engine_worker, run_detach, NULL);
		return true;
	}
	if (!clients->detach_timer_runs)
		clients->detach_timer_runs =
			!timerfd_settime(clients->detach_timer, 0, &time, NULL);
	return false;
}

void clients_on_detach_timer(struct clients *clients)
{
	uint64_t expirations;

	if (read(clients->detach_timer, &expirations, sizeof(expirations)) < 0)
		return;
	clients->detach_timer_runs = false;
	clients->detach_due = true;
}

bool client_listener_reclaim(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		struct client *client = &clients->all[i];

		if (client->state != CLIENT_STOPPING ||
		    !__atomic_load_n(&client->stopped, __ATOMIC_ACQUIRE))
			continue;
		client_work(client, &clients->engine_worker, run_free, on_freed);
		return true;
	}
	return detach_if_due(clients);
}
