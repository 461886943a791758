// SPDX-License-Identifier: GPL-2.0-or-later
/* One listener; see listener.h. */
#include "listener.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int map_slot(struct listener *listener, size_t ring_size)
{
	int err = ring_open(&listener->ring, listener->slot.ring_fd, ring_size);
	void *control;

	if (err)
		return err;
	control = mmap(NULL, sizeof(*listener->control), PROT_READ, MAP_SHARED,
		       listener->slot.control_fd, 0);
	if (control == MAP_FAILED) {
		ring_close(&listener->ring);
		return -1;
	}
	listener->control = control;
	return 0;
}

int listener_open(struct listener *listener, const struct procsieve_filter *filter,
		  enum engine_way way, size_t ring_size, struct reason *why)
{
	int err;

	memset(listener, 0, sizeof(*listener));
	err = engine_open(&listener->engine, way, why);
	if (err)
		return err;
	err = engine_listen(listener->engine, filter, ring_size, &listener->slot, why);
	if (!err && map_slot(listener, ring_size)) {
		engine_stop(listener->engine, &listener->slot);
		close(listener->slot.ring_fd);
		close(listener->slot.control_fd);
		err = reason_set(why, STATUS_FAILURE, "cannot map a ring of %zu bytes", ring_size);
	}
	if (err)
		engine_close(listener->engine);
	return err;
}

void listener_stop(struct listener *listener)
{
	engine_stop(listener->engine, &listener->slot);
}

void listener_close(struct listener *listener)
{
	ring_close(&listener->ring);
	munmap((void *)listener->control, sizeof(*listener->control));
	close(listener->slot.ring_fd);
	close(listener->slot.control_fd);
	engine_close(listener->engine);
}

int listener_fd(const struct listener *listener)
{
	return listener->slot.ring_fd;
}

bool listener_deserted(const struct listener *listener)
{
	return __atomic_load_n(&listener->control->joined, __ATOMIC_ACQUIRE) &&
	       !__atomic_load_n(&listener->control->members, __ATOMIC_ACQUIRE);
}
