/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One listener, whether its engine runs in a server or in this process. The reader uses both in the
 * same way, as a ring and a control page. Only one thread may use a listener.
 */
#ifndef USER_SOURCE_LISTENER_H
#define USER_SOURCE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include <procsieve/procsieve.h>

#include "engine/engine.h"

/* Where a listener gets its events from. */
struct listener_source {
	const char *socket;	  /* path of the server's socket; NULL: the default */
	bool server_required;	  /* the socket was given: without a server it is an error */
	bool standalone;	  /* never use a server */
	enum hook_mode hook_mode; /* for an engine of its own */
	size_t ring_size;	  /* in bytes; 0: the default of the server or engine */
	const struct procsieve_selection *existing; /* a snapshot to start with; NULL: none */
};

struct listener {
	struct procsieve *reader;
	struct engine *engine; /* engine of this listener; NULL: the server has it */
	struct engine_slot slot;
	uint64_t since_ns; /* clock_boot_ns() just before it was opened: no event is older */
	char hooks[ENGINE_HOOKS_TEXT]; /* names of the hooks in use, separated by spaces */
};

/*
 * Opens a listener: at the server if there is one, otherwise with an engine of its own. Returns 0,
 * or a negative value with *why filled: -ECONNREFUSED if a server is required and none answers,
 * -EINTR after a signal, or another error.
 */
int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  const struct listener_source *source, struct reason *why);

/* Returns the exit status for a return value of the library's open functions. */
enum status listener_status(int err);

/* Returns whether the error means that there is no server, and not that a server refused. */
bool listener_server_missing(int err);

/*
 * Stops the listener. No event is added to the ring after that. The events in it and the lost
 * counts can still be read.
 */
void listener_stop(struct listener *listener);

/* Frees the reader and the engine. The listener may be closed already. */
void listener_close(struct listener *listener);

/* Returns whether all processes of the pid filter have ended; false if there is no such filter. */
bool listener_targets_gone(const struct listener *listener);

#endif
