/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients of the server: who is connected, what each has, what each may have. A client's request is answered once; then
 * the connection is its listener's life.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "engine.h"
#include "serve_options.h"
#include "wire.h"

/* Connections at a time, those that have not asked for anything yet included. */
#define CLIENTS_MAX 256

enum client_state {
	CLIENT_FREE,
	CLIENT_CONNECTED, /* has not asked yet */
	CLIENT_MAKING,	  /* its snapshot is being made */
	CLIENT_LISTENING,
	CLIENT_LEAVING,	 /* its listener is being stopped, by a thread of its own */
	CLIENT_ANSWERED, /* has nothing here any more, and has not taken its reply yet */
};

struct client {
	enum client_state state;
	int fd;
	struct ucred peer;	   /* of connect(2) */
	bool restricted;	   /* may only hear of its own processes */
	struct engine_owner owner; /* what it may hear of, once more, as the engine has it */
	uint64_t user_ns, pid_ns;  /* addresses, of connect(2) too */
	uint64_t since_ns;	   /* CLOCK_BOOTTIME: of the connection, then of the listener */

	struct client_snapshot *snapshot; /* being made */

	/* The listener. */
	bool listens; /* there is one */
	bool unheard; /* nobody waits for what it says */
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
	const struct serve_options *options;
	int stopped; /* eventfd: a listener has been stopped, or a snapshot been made */
	uint64_t started_ns, accepted, refused;
};

/* Takes a connection in. Returns the client, or NULL, with the connection closed and told why. */
struct client *client_add(struct clients *clients, int fd);

/* The client has something to say, or has gone. */
void client_serve(struct clients *clients, struct client *client);

/* The answer for what an engine's function returned. */
enum wire_answer client_answer(int err, const struct reason *why);

/* Frees those whose listeners have been stopped, and answers those whose snapshots have been made. */
void clients_reap(struct clients *clients);

/*
 * Lets those go that were silent for too long since they connected, and those that have taken their replies. Returns whether
 * there are others of these kinds.
 */
bool clients_expire(struct clients *clients, uint64_t now_ns);

/* Closes all, at the end of the server. */
void clients_close(struct clients *clients);

#endif
