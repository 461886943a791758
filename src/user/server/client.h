/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients of the server: who is connected, and what becomes of a request: it is answered once; then
 * the connection is its listener's life. Requests wait for their turn: root's first, then those of
 * users in rounds, one of each user a round. Nothing here waits for the kernel: that is done by
 * workers.
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

/* Connections at a time, those that have not asked for anything yet included. */
#define CLIENTS_MAX 256

enum client_state {
	CLIENT_FREE,
	CLIENT_CONNECTED, /* has not asked yet */
	CLIENT_WAITING,	  /* has asked; its turn has not come */
	CLIENT_SERVED,	  /* a worker is at it */
	CLIENT_LISTENING,
	CLIENT_LEAVING,	 /* its listener is being stopped, by a thread of its own */
	CLIENT_ANSWERED, /* has nothing here any more, and has not taken its reply yet */
};

/* What requests wait for. */
enum client_turn {
	TURN_REPLY,    /* the loop, which answers at once */
	TURN_LISTEN,   /* the worker of the engine */
	TURN_SNAPSHOT, /* a worker of snapshots */
	TURN_COUNT
};

struct client;
struct clients;

/* What follows once a worker has done its part. */
typedef void client_step(struct clients *clients, struct client *client);

struct client {
	enum client_state state;
	int fd;
	int poller;		   /* epoll that waits for it */
	struct ucred peer;	   /* of connect(2) */
	uint32_t account;	   /* user that it counts as */
	bool restricted;	   /* may only receive events of its own processes */
	struct engine_owner owner; /* what it may receive events of, as the engine has it */
	uint64_t user_ns, pid_ns;  /* addresses, of connect(2) too */
	bool unheard;		   /* nobody waits for what it says */
	uint64_t since_ns;	   /* CLOCK_BOOTTIME: of the connection, then of the listener */

	/* Its place among those that wait. */
	enum client_turn turn;
	uint64_t round, arrived;

	/*
	 * Its request, once its turn has come. What a worker fills is the worker's until `worked`.
	 */
	struct wire_request request;
	client_step *next;
	bool worked; /* atomic */
	int err;
	struct reason why;
	bool snapshots; /* one is being made, or is on its way */
	int streams[PROCSIEVE_STREAM_COUNT];
	uint32_t snapshot_map;

	/* The listener. */
	bool listens; /* there is one, or is being made */
	struct engine_slot slot;
	uint64_t ring_size;
	struct wire_listener asked; /* its filter, for who wants to know */
	pthread_t stopper;
	bool apart;   /* the stopper runs */
	bool stopped; /* it has done its work; atomic */
};

struct clients {
	struct client all[CLIENTS_MAX];
	struct engine *engine;
	const struct settings *options;
	struct quota quota;
	uint64_t started_ns, accepted, refused;

	struct turns turns[TURN_COUNT];
	uint64_t arrivals;
	int poller; /* epoll of the loop */
	int done;   /* eventfd: a worker, or what stops a listener, is done */
	struct worker engine_worker;
	struct worker snapshot_workers[2]; /* the first is root's alone */
	int settle;			   /* timerfd: hooks that no listener needs are taken off */
	bool settles, settle_due;	   /* the timer runs; it has ended */
};

/* Starts the workers; the rest of *clients is set. Returns 0, or what reason_set() returns. */
int clients_open(struct clients *clients, struct reason *why);

/* Takes a connection in. Returns the client, or NULL, with the connection closed and told why. */
struct client *client_add(struct clients *clients, int fd);

/* The client has something to say, or has gone. */
void client_serve(struct clients *clients, struct client *client);

/* The answer for what an engine's function returned. */
enum wire_answer client_answer(int err, const struct reason *why);

/* Goes on with those that workers, or what stops listeners, are done with. */
void clients_reap(struct clients *clients);

/*
 * Serves those whose turn it is. Returns whether there are others that need not wait for anything
 * but the next call.
 */
bool clients_dispatch(struct clients *clients);

/* The timer has ended. */
void clients_settle(struct clients *clients);

/*
 * Lets those go that were silent for too long since they connected, and those that have taken their
 * replies. Returns whether there are others of these kinds.
 */
bool clients_expire(struct clients *clients, uint64_t now_ns);

/* Closes all, at the end of the server. */
void clients_close(struct clients *clients);

/* For the files of the listener and of the snapshot: */

/* The client waits for its turn from now on. */
void client_wait(struct clients *clients, struct client *client, enum client_turn turn);

/* Has a worker do this for the client; then `next` is called. */
void client_work(struct client *client, struct worker *worker, worker_function *work,
		 client_step *next);

/* Lets a client go that gets nothing more, once it has taken what it got. */
void client_let_go_answered(struct client *client);

/* Refuses what it has asked for, and ends it. */
void client_refuse(struct clients *clients, struct client *client, enum wire_answer answer,
		   const struct reason *why);

#endif
