// SPDX-License-Identifier: GPL-2.0-or-later
/* Snapshots for clients; see client_snapshot.h. */
#include "client_snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "snapshot.h"

struct client_snapshot {
	struct wire_request request;
	struct engine_owner owner;
	struct snapshot_listener listener;
	int told; /* eventfd of the server */
	pthread_t thread;
	bool ended; /* atomic; what follows is the thread's until then */
	int err;
	int fds[PROCSIEVE_STREAM_COUNT];
	struct reason why;
};

static void *make(void *argument)
{
	/* A user who asks again and again keeps one CPU busy, not all. */
	static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
	struct client_snapshot *job = argument;
	const struct wire_request *request = &job->request;
	int told = job->told;

	pthread_mutex_lock(&turn);
	job->err = snapshot_open(&request->filter, &request->selection, &job->owner,
				 request->existing ? &job->listener : NULL, job->fds, &job->why);
	pthread_mutex_unlock(&turn);
	__atomic_store_n(&job->ended, true, __ATOMIC_RELEASE);
	eventfd_write(told, 1);
	return NULL;
}

int client_snapshot_begin(struct clients *clients, struct client *client,
			  struct wire_request *request, struct reason *why)
{
	struct client_snapshot *job = calloc(1, sizeof(*job));

	if (!job)
		return reason_set(why, STATUS_FAILURE, "out of memory");
	job->request = *request;
	job->owner = client->owner;
	job->listener =
		(struct snapshot_listener){engine_by_pid(clients->engine), client->slot.number};
	job->told = clients->stopped;
	if (pthread_create(&job->thread, NULL, make, job)) {
		free(job);
		return reason_set(why, STATUS_FAILURE, "cannot start a thread");
	}
	memset(&request->filter, 0, sizeof(request->filter));
	client->snapshot = job;
	return 0;
}

bool client_snapshot_ended(const struct client *client)
{
	return __atomic_load_n(&client->snapshot->ended, __ATOMIC_ACQUIRE);
}

enum wire_answer client_snapshot_take(struct client *client, int fds[PROCSIEVE_STREAM_COUNT],
				      struct reason *why)
{
	struct client_snapshot *job = client->snapshot;
	int err;

	pthread_join(job->thread, NULL);
	memcpy(fds, job->fds, sizeof(job->fds));
	*why = job->why;
	err = job->err;
	wire_request_clear(&job->request);
	free(job);
	client->snapshot = NULL;
	return err ? client_answer(err, why) : WIRE_DONE;
}
