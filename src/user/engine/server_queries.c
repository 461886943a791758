// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Functions that only a server needs: the namespaces of its clients, and which maps clients still
 * hold; see engine.h.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine_internal.h"

int engine_server_select(struct engine *engine)
{
	bool serves = engine->listeners > 1;
	int err = bpf_program__set_autoload(engine->bpf->progs.read_peer, serves);

	return err ? err : bpf_program__set_autoload(engine->bpf->progs.list_maps, serves);
}

int engine_read_peer(struct engine *engine, int fd, struct peer *peer)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);
	struct procsieve_bpf__bss *bss = engine->bpf->bss;
	int err;

	bss->peer = (struct peer){.fd = fd};
	err = bpf_prog_test_run_opts(bpf_program__fd(engine->bpf->progs.read_peer), &opts);
	*peer = bss->peer;
	return !err && !peer->found ? -ENOTCONN : err;
}

__u32 engine_map_id(int fd)
{
	struct bpf_map_info info = {0};
	__u32 size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) ? 0 : info.id;
}

/* Opens an iterator over the ids of all maps. Returns a descriptor or -errno. */
static int open_map_iterator(struct engine *engine)
{
	struct bpf_link *link = bpf_program__attach_iter(engine->bpf->progs.list_maps, NULL);
	int fd;

	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	return fd;
}

int engine_for_each_map(struct engine *engine, engine_map_function *visit, void *context)
{
	int fd = open_map_iterator(engine);
	__u32 ids[1024];
	ssize_t got;

	if (fd < 0)
		return fd;
	while ((got = read(fd, ids, sizeof(ids))) > 0)
		for (size_t i = 0; i < got / sizeof(*ids); i++)
			visit(context, ids[i]);
	got = got < 0 ? -errno : 0;
	close(fd);
	return (int)got;
}
