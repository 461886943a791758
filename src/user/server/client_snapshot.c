// SPDX-License-Identifier: GPL-2.0-or-later
/* Snapshots for clients; see client_snapshot.h. */
#include "server/client_snapshot.h"

#include <unistd.h>

#include "server/client_listener.h"
#include "server/reply.h"
#include "engine/snapshot_loader.h"

static void run_open(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;
	const struct snapshot_listener listener = {engine_by_pid(clients->engine),
						   engine_by_cgroup(clients->engine),
						   client->slot.number};

	client->err = snapshot_open(&client->request.filter, &client->request.selection,
				    &client->owner, client->request.existing ? &listener : NULL,
				    client->streams, &client->snapshot_map, &client->why);
	__atomic_store_n(&client->work_done, true, __ATOMIC_RELEASE);
}

void client_snapshot_close(struct client *client)
{
	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++) {
		if (client->streams[i] >= 0)
			close(client->streams[i]);
		client->streams[i] = -1;
	}
	client->has_snapshot = false;
}

static void send_snapshot(struct clients *clients, struct client *client)
{
	const uint32_t maps[2] = {client->snapshot_map};

	quota_add_object(clients, client, maps, 0);
	if (client->has_listener) {
		client_listener_send(clients, client);
		client_snapshot_close(client);
		return;
	}
	clients->accepted++;
	reply_snapshot(client, client->streams);
	client_snapshot_close(client);
	client_close_after_reply(client);
}

static void on_opened(struct clients *clients, struct client *client)
{
	if (!client->err) {
		send_snapshot(clients, client);
		return;
	}
	client->has_snapshot = false;
	client_refuse(clients, client, client_answer(client->err, &client->why), &client->why);
}

void client_snapshot_begin(struct clients *clients, struct client *client, struct worker *worker)
{
	struct reason why;
	enum wire_answer answer = quota_check_snapshot(clients, client, &why);

	if (answer) {
		client_refuse(clients, client, answer, &why);
		return;
	}
	client->has_snapshot = true;
	client_work(client, worker, run_open, on_opened);
}
