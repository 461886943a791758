// SPDX-License-Identifier: GPL-2.0-or-later
/* One listener; see listener.h. */
#include "source/listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "engine/snapshot_loader.h"

/*
 * Opens the snapshot of the existing processes, after the listener was started. Sets *fd to -1 if
 * it was not requested.
 */
static int open_existing(const struct listener *listener, const struct procsieve_filter *filter,
			 const struct listener_source *source, int *fd, struct reason *why)
{
	const struct snapshot_listener snapshot_of = {engine_by_pid(listener->engine),
						      engine_by_cgroup(listener->engine),
						      listener->slot.number};
	int fds[PROCSIEVE_STREAM_COUNT] = {-1, -1, -1}, err = 0;

	if (source->existing)
		err = snapshot_open(filter, source->existing, NULL, &snapshot_of, fds, NULL, why);
	*fd = fds[PROCSIEVE_STREAM_PROCESSES];
	return err;
}

/* Opens the reader of the listener's ring. */
static int adopt(struct listener *listener, size_t ring_size, int existing, struct reason *why)
{
	int err = procsieve_adopt(&listener->reader, listener->slot.ring_fd, ring_size,
				  listener->slot.control_fd, existing);

	return err ? reason_set(why, STATUS_FAILURE, "cannot map a ring of %zu bytes: %s",
				ring_size, strerror(-err))
		   : 0;
}

/* Starts a listener on this process's engine and opens its reader. */
static int start_on_own_engine(struct listener *listener, const struct procsieve_filter *filter,
			       const struct listener_source *source, struct reason *why)
{
	size_t ring_size = source->ring_size ? source->ring_size : ENGINE_RING_DEFAULT;
	int existing, err;

	listener->since_ns = clock_boot_ns();
	err = engine_listen(listener->engine, filter, ring_size, NULL, &listener->slot, why);
	if (err)
		return err;
	err = open_existing(listener, filter, source, &existing, why);
	if (!err)
		err = adopt(listener, ring_size, existing, why);
	if (err)
		engine_stop(listener->engine, &listener->slot);
	return err;
}

/* Opens a listener with an engine of its own. */
static int open_with_own_engine(struct listener *listener, const struct procsieve_filter *filter,
				const struct listener_source *source, struct reason *why)
{
	int err = engine_open(&listener->engine, 1, source->hook_mode, why);

	if (!err)
		err = start_on_own_engine(listener, filter, source, why);
	if (err) {
		engine_close(listener->engine);
		listener->engine = NULL;
		return err;
	}
	engine_hooks(listener->engine, PROCSIEVE_ALL_EVENTS, listener->hooks,
		     sizeof(listener->hooks));
	return 0;
}

enum status listener_status(int err)
{
	return err == -EACCES ? STATUS_PRIVILEGE : STATUS_FAILURE;
}

bool listener_server_missing(int err)
{
	return err == -ENOENT || err == -ECONNREFUSED || err == -ENOTDIR || err == -EPIPE;
}

int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  const struct listener_source *source, struct reason *why)
{
	const struct procsieve_options options = {source->socket, source->ring_size,
						  source->existing};
	char text[512] = "";
	int err;

	memset(listener, 0, sizeof(*listener));
	if (source->standalone)
		return open_with_own_engine(listener, filter, source, why);
	listener->since_ns = clock_boot_ns();
	err = procsieve_open(&listener->reader, filter, &options, text, sizeof(text));
	if (!err) {
		snprintf(listener->hooks, sizeof(listener->hooks), "%s",
			 procsieve_hooks(listener->reader));
		return 0;
	}
	if (listener_server_missing(err) && !source->server_required)
		return open_with_own_engine(listener, filter, source, why);
	reason_set(why, listener_status(err), "%s", text);
	if (err == -EINTR)
		return err;
	return listener_server_missing(err) ? -ECONNREFUSED : -EIO;
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

bool listener_targets_gone(const struct listener *listener)
{
	const struct procsieve_control *control = procsieve_control(listener->reader);

	return __atomic_load_n(&control->joined, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&control->members, __ATOMIC_ACQUIRE);
}
