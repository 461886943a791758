// SPDX-License-Identifier: GPL-2.0-or-later
/* One listener; see listener.h. */
#include "listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* With an engine of its own. */
static int open_own(struct listener *listener, const struct procsieve_filter *filter,
		    const struct listener_source *source, struct reason *why)
{
	size_t ring_size = source->ring_size;
	int err = engine_open(&listener->engine, 1, source->way, why);

	if (err)
		return err;
	if (!ring_size)
		ring_size = ENGINE_RING_DEFAULT;
	err = engine_listen(listener->engine, filter, ring_size, NULL, &listener->slot, why);
	if (!err && procsieve_adopt(&listener->reader, listener->slot.ring_fd, ring_size,
				    listener->slot.control_fd)) {
		engine_stop(listener->engine, &listener->slot);
		err = reason_set(why, STATUS_FAILURE, "cannot map a ring of %zu bytes", ring_size);
	}
	if (err) {
		engine_close(listener->engine);
		listener->engine = NULL;
		return err;
	}
	engine_hooks(listener->engine, listener->hooks, sizeof(listener->hooks));
	return 0;
}

static enum status status_of(int err)
{
	return err == -EACCES ? STATUS_PRIVILEGE : STATUS_FAILURE;
}

/* Is there nobody to ask, as opposed to somebody who refuses? */
static bool nobody_serves(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED || err == -ENOTDIR || err == -EPIPE;
}

int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  const struct listener_source *source, struct reason *why)
{
	const struct procsieve_options options = {source->socket, source->ring_size};
	char text[512] = "";
	int err;

	memset(listener, 0, sizeof(*listener));
	if (source->standalone)
		return open_own(listener, filter, source, why);
	err = procsieve_open(&listener->reader, filter, &options, text, sizeof(text));
	if (!err) {
		snprintf(listener->hooks, sizeof(listener->hooks), "%s",
			 procsieve_hooks(listener->reader));
		return 0;
	}
	if (nobody_serves(err) && !source->must_serve)
		return open_own(listener, filter, source, why);
	reason_set(why, status_of(err), "%s", text);
	return nobody_serves(err) ? -ECONNREFUSED : -EIO;
}

void listener_stop(struct listener *listener)
{
	if (listener->engine)
		engine_stop(listener->engine, &listener->slot);
	else
		procsieve_stop(listener->reader);
}

void listener_close(struct listener *listener)
{
	procsieve_close(listener->reader);
	engine_close(listener->engine);
	listener->reader = NULL;
	listener->engine = NULL;
}

__u64 listener_missed(const struct listener *listener)
{
	return listener->engine ? engine_missed(listener->engine) : 0;
}

bool listener_deserted(const struct listener *listener)
{
	const struct procsieve_control *control = procsieve_control(listener->reader);

	return __atomic_load_n(&control->joined, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&control->members, __ATOMIC_ACQUIRE);
}
