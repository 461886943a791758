/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists the ids of all BPF maps of the system, four bytes each, so that the server sees which of
 * the maps that it has passed to clients still exist. Asking the kernel by id needs a privilege
 * that the server has dropped.
 */
#ifndef BPF_CONTROL_LIST_MAPS_BPF_H
#define BPF_CONTROL_LIST_MAPS_BPF_H

#include "core/prelude.h"

SEC("iter/bpf_map")
int list_maps(struct bpf_iter__bpf_map *ctx)
{
	struct bpf_map *map = ctx->map;
	__u32 id;

	if (!map)
		return 0;
	id = map->id;
	bpf_seq_write(ctx->meta->seq, &id, sizeof(id));
	return 0;
}

#endif
