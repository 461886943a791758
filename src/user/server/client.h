/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients of the server. Each connection makes one request and receives one reply. After a listen
 * request the connection stays open as long as the listener. Requests wait for their turn: those of
 * root first, then those of users in rounds, one of each user per round. Nothing here blocks:
 * workers do what the kernel takes time for.
 */
#ifndef USER_SERVER_CLIENT_H
#define USER_SERVER_CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <procsieve/snapshot.h>

#include "engine/engine.h"
#include "server/quota.h"
#include "server/settings.h"
#include "server/turns.h"
#include "lib/wire.h"
#include "server/worker.h"

/* Maximum number of connections, including those that have not sent a request yet. */
#define CLIENTS_MAX 256

enum client_state {
	CLIENT_FREE,
	CLIENT_CONNECTED, /* has sent no request yet */
	CLIENT_WAITING,	  /* its request waits for its turn */
	CLIENT_IN_WORK,	  /* a worker works for it */
	CLIENT_LISTENING,
	CLIENT_STOPPING, /* a thread stops its listener */
	CLIENT_REPLIED,	 /* done, but it has not received its reply yet */
};

/* The queues in which requests wait. */
enum client_turn {
	TURN_REPLY,    /* the loop, which replies at once */
	TURN_LISTEN,   /* the worker of the engine */
	TURN_SNAPSHOT, /* a worker for snapshots */
	TURN_COUNT
};

struct client;
struct clients;

/* Called when a worker has done its part. */
typedef void client_step(struct clients *clients, struct client *client);

struct client {
	enum client_state state;
	int fd;
	int poller;		   /* the epoll descriptor that it is in */
	struct ucred peer;	   /* at connect(2) */
	uint32_t account;	   /* user that it counts as */
	bool restricted;	   /* may receive only events of its own processes */
	struct engine_owner owner; /* the same in the engine's terms */
	uint64_t user_ns, pid_ns;  /* addresses, at connect(2) */
	uint32_t own_pid;	   /* peer.pid in its own pid namespace */
	bool rearm;		   /* to be polled again once it listens or has its reply */
	uint64_t since_ns; /* clock_boot_ns(): start of the connection, later of the listener */

	/* Its place in the queue. */
	enum client_turn turn;
	uint64_t round, arrived;

	/*
	 * Its request, once it is its turn. Until `worked` is set, the fields that a worker fills
	 * belong to the worker.
	 */
	struct wire_request request;
	client_step *next;
	bool work_done; /* atomic */
	int err;
	struct reason why;
	bool has_snapshot; /* a snapshot is being opened or sent */
	int streams[PROCSIEVE_STREAM_COUNT];
	uint32_t snapshot_map;

	/* The listener. */
	bool has_listener; /* it exists or is being started */
	struct engine_slot slot;
	uint64_t ring_size;
	struct wire_listener requested; /* its filter, for status replies */
	pthread_t stopper;
	bool has_stopper; /* the thread `stopper` runs */
	bool stopped;	  /* the listener is stopped; atomic */
};

struct clients {
	struct client all[CLIENTS_MAX];
	struct engine *engine;
	const struct settings *options;
	struct quota quota;
	uint64_t started_ns, accepted, refused;

	struct turns turns[TURN_COUNT];
	uint64_t arrivals;
	int poller; /* epoll descriptor of the loop */
	int done;   /* eventfd: a worker or a stopper thread is done */
	struct worker engine_worker;
	struct worker snapshot_workers[2];  /* the first serves only root */
	int detach_timer;		    /* timerfd: time to detach unneeded hooks */
	bool detach_timer_runs, detach_due; /* the timer runs; it has expired */
};

/*
 * Starts the workers. The caller must have set the rest of *clients. Returns 0, or the result of
 * reason_set().
 */
int clients_open(struct clients *clients, struct reason *why);

/* Adds a connection. Returns the client, or NULL after refusing and closing the connection. */
struct client *client_add(struct clients *clients, int fd);

/* Call when a client's descriptor is ready: it has sent something or has disconnected. */
void client_serve(struct clients *clients, struct client *client);

/* Returns the reply code for the result of an engine function. */
enum wire_answer client_answer(int err, const struct reason *why);

/* Continues with the clients that workers or stopper threads are done with. */
void clients_reap(struct clients *clients);

/*
 * Serves the clients whose turn it is. Returns whether others can be served by calling it again at
 * once.
 */
bool clients_dispatch(struct clients *clients);

/* Call when `detach_timer` has expired. */
void clients_on_detach_timer(struct clients *clients);

/*
 * Disconnects clients that have sent no request for too long, and those that have received their
 * reply. Returns whether clients of either kind remain.
 */
bool clients_expire(struct clients *clients, uint64_t now_ns);

/* Closes all connections when the server ends. */
void clients_close(struct clients *clients);

/* For client_listener.c and client_snapshot.c: */

/* Queues the client. */
void client_wait(struct clients *clients, struct client *client, enum client_turn turn);

/* Gives a worker a job for the client; `next` is called when it is done. */
void client_work(struct client *client, struct worker *worker, worker_function *work,
		 client_step *next);

/* Disconnects a client that receives nothing more, once it has received its reply. */
void client_close_after_reply(struct client *client);

/* Refuses the client's request and disconnects it. */
void client_refuse(struct clients *clients, struct client *client, enum wire_answer answer,
		   const struct reason *why);

#endif
