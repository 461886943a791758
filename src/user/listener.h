/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One listener: a filter, a ring and a control page, from the engine to the reader. For one thread. */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>

#include <procsieve/event.h>
#include <procsieve/filter.h>
#include <procsieve/record.h>

#include "engine.h"
#include "ring.h"

struct listener {
	struct engine *engine; /* this listener's own */
	struct engine_slot slot;
	struct ring ring;
	const struct procsieve_control *control; /* mapped; the kernel writes it */
};

/* Opens a listener with an engine of its own. Returns 0, or what reason_set() returns. */
int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  enum engine_way way, size_t ring_size, struct reason *why);

/* No event comes behind what is in the ring now; that and the lost counts can be read as before. */
void listener_stop(struct listener *listener);

void listener_close(struct listener *listener);

/* Readable when there are records, after ring_arm(). */
int listener_fd(const struct listener *listener);

/* Have all processes of the pid filter ended? False for a listener without one. */
bool listener_deserted(const struct listener *listener);

#endif
