/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One listener, wherever its engine runs: at a server, as for every program that uses the library,
 * or in this process. To the reader they are the same: a ring and a control page. For one thread.
 */
#ifndef USER_SOURCE_LISTENER_H
#define USER_SOURCE_LISTENER_H

#include <stdbool.h>

#include <procsieve/procsieve.h>

#include "engine/engine.h"

/* Where a listener comes from. */
struct listener_source {
	const char *socket; /* of the server; NULL: the usual one */
	bool must_serve;    /* the socket was asked for: without a server it is an error */
	bool standalone;    /* never a server */
	enum hook_mode way; /* of an engine of its own */
	size_t ring_size;   /* bytes; 0: the default of whoever makes the ring */
	const struct procsieve_selection *existing; /* a snapshot to begin with; NULL: none */
};

struct listener {
	struct procsieve *reader;
	struct engine *engine; /* this listener's own; NULL: a server's */
	struct engine_slot slot;
	char hooks[ENGINE_HOOKS_TEXT]; /* names of those in use, separated by blanks */
};

/*
 * Opens a listener: at the server if one answers, else with an engine of its own. Returns 0, or a
 * negative value with *why filled: -ECONNREFUSED where a server was to be asked and none answers,
 * -EINTR after a signal.
 */
int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  const struct listener_source *source, struct reason *why);

/* The exit status for what the library's open functions returned. */
enum status listener_status(int err);

/* Does it mean that there is nobody to ask, as opposed to somebody who refuses? */
bool listener_has_no_server(int err);

/* No event comes behind what is in the ring now; that and the lost counts can be read as before. */
void listener_stop(struct listener *listener);

void listener_close(struct listener *listener);

/* Have all processes of the pid filter ended? False for a listener without one. */
bool listener_targets_gone(const struct listener *listener);

#endif
