/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lists the ids of all BPF maps of the machine, four bytes each: which of those that the server has
 * handed out are still there? To ask the kernel by id takes a privilege that the server has given
 * up.
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
