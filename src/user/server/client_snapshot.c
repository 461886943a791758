// SPDX-License-Identifier: GPL-2.0-or-later
/* Snapshots for clients; see client_snapshot.h. */
#include "server/client_snapshot.h"

#include <unistd.h>

#include "server/client_listener.h"
#include "server/reply.h"
#include "engine/snapshot_loader.h"

static void make(void *context, void *argument)
{
	const struct clients *clients = context;
	struct client *client = argument;
	const struct snapshot_listener listener = {engine_by_pid(clients->engine),
						   client->slot.number};

	client->err = snapshot_open(&client->request.filter, &client->request.selection,
				    &client->owner, client->request.existing ? &listener : NULL,
				    client->streams, &client->snapshot_map, &client->why);
	__atomic_store_n(&client->worked, true, __ATOMIC_RELEASE);
}

void client_snapshot_drop(struct client *client)
{
	for (int i = 0; i < PROCSIEVE_STREAM_COUNT; i++) {
		if (client->streams[i] >= 0)
			close(client->streams[i]);
		client->streams[i] = -1;
	}
	client->snapshots = false;
}

static void hand_over(struct clients *clients, struct client *client)
{
	const uint32_t maps[2] = {client->snapshot_map};

	quota_keep(clients, client, maps, 0);
	if (client->listens) {
		client_listener_hand_over(clients, client);
		client_snapshot_drop(client);
		return;
	}
	clients->accepted++;
	reply_snapshot(client, client->streams);
	client_snapshot_drop(client);
	client_let_go_answered(client);
}

static void made(struct clients *clients, struct client *client)
{
	if (!client->err) {
		hand_over(clients, client);
		return;
	}
	client->snapshots = false;
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
	client->snapshots = true;
	client_work(client, worker, make, made);
}
