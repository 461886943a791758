// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Creates a listener's ring buffer and control page, and publishes them to the programs; see
 * engine_internal.h.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/filter.h>

#include "engine/engine_internal.h"
#include "engine/load_errors.h"
#include "engine/required_features.h"

static void *publish_map(void *argument)
{
	struct publication *p = argument;

	p->err = bpf_map_update_elem(p->array_fd, &p->slot, &p->map_fd, BPF_ANY);
	return NULL;
}

/*
 * Stores a listener's map into the array of maps that the programs read. The kernel waits for an
 * RCU grace period before the update returns, about 10 ms. A thread does this, so that the caller
 * can continue.
 */
static void publish_map_start(struct publication *p, const struct bpf_map *array, int map_fd,
			      unsigned int slot)
{
	*p = (struct publication){bpf_map__fd(array), map_fd, .slot = slot};
	p->has_thread = !pthread_create(&p->thread, NULL, publish_map, p);
	if (!p->has_thread)
		publish_map(p);
}

static int publish_map_wait(struct publication *p)
{
	if (p->has_thread)
		pthread_join(p->thread, NULL);
	return p->err;
}

void engine_publish_start(struct procsieve_bpf *bpf, const struct engine_slot *slot,
			  struct publication publications[2])
{
	publish_map_start(&publications[0], bpf->maps.rings, slot->ring_fd, slot->number);
	publish_map_start(&publications[1], bpf->maps.controls, slot->control_fd, slot->number);
}

int engine_publish_wait(struct publication publications[2])
{
	int ring = publish_map_wait(&publications[0]), control = publish_map_wait(&publications[1]);

	return ring ? ring : control;
}

/*
 * Call before loading: creates an array of maps without libbpf, so that it can be filled while the
 * programs load.
 */
static int create_array_of_maps(struct bpf_map *array, int inner_fd)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .inner_map_fd = inner_fd);
	int fd, err;

	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, bpf_map__name(array), sizeof(__u32),
			    sizeof(__u32), PROCSIEVE_LISTENERS, &opts);
	if (fd < 0)
		return fd;
	err = bpf_map__reuse_fd(array, fd);
	close(fd);
	return err;
}

int engine_create_ring(size_t size, int *fd, struct reason *why)
{
	int refused;

	*fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "ring", 0, 0, size, NULL);
	if (*fd >= 0)
		return 0;
	refused = load_refused(*fd, why);
	if (refused)
		return refused;
	refused = *fd == -EINVAL ? features_check(why) : 0;
	if (refused)
		return refused;
	if (*fd == -EINVAL)
		return reason_set(why, STATUS_KERNEL,
				  "this kernel has no BPF ring buffer (since Linux 5.8), or none "
				  "of %zu bytes",
				  size);
	return reason_set(why, STATUS_FAILURE, "cannot create a ring of %zu bytes: %s", size,
			  strerror(-*fd));
}

int engine_create_maps(struct procsieve_bpf *bpf, bool loaded, size_t ring_size,
		       struct engine_slot *slot, struct reason *why)
{
	LIBBPF_OPTS(bpf_map_create_opts, mapped, .map_flags = BPF_F_MMAPABLE);
	int err = engine_create_ring(ring_size, &slot->ring_fd, why);

	if (err)
		return err;
	slot->control_fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "control", sizeof(__u32),
					  sizeof(struct procsieve_control), 1, &mapped);
	err = slot->control_fd < 0 ? slot->control_fd : 0;
	/*
	 * Makes the control page read-only for user space. From here on only the kernel side writes
	 * it.
	 */
	if (!err)
		err = bpf_map_freeze(slot->control_fd);
	if (!err && !loaded)
		err = create_array_of_maps(bpf->maps.rings, slot->ring_fd);
	if (!err && !loaded)
		err = create_array_of_maps(bpf->maps.controls, slot->control_fd);
	if (err == -EINVAL && features_check(why))
		return -ENOTSUP;
	return err ? reason_set(why, STATUS_FAILURE, "cannot create a listener's maps: %s",
				strerror(-err))
		   : 0;
}
