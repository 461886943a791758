/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether there is memory for a new entry in a map that grows. The kernel charges it to the memory
 * cgroup of the process that created the map, if necessary beyond the limit, and then kills that
 * process.
 */
#ifndef BPF_CORE_MEMCG_ROOM_H
#define BPF_CORE_MEMCG_ROOM_H

#include "core/compat.h"

/* Maximum nesting of memory cgroups that is tested. */
#define MEMCG_ROOM_DEPTH 16

/*
 * Whether this memory cgroup (the address of its counter) and its ancestors have a quarter of their
 * limits left. That quarter is for everything else that the process does.
 */
__noinline bool memcg_room_left(__u64 address)
{
	const struct page_counter *counter = (const struct page_counter *)address;

	for (int i = 0; i < MEMCG_ROOM_DEPTH && counter; i++) {
		__u64 max = BPF_CORE_READ(counter, max);

		if ((__u64)BPF_CORE_READ(counter, usage.counter) > max - max / 4)
			return false;
		counter = BPF_CORE_READ(counter, parent);
	}
	return true;
}

/*
 * `map`: the map itself; the verifier lets a program read through this pointer, but not do
 * arithmetic with it.
 */
static __always_inline bool memcg_room_for(const struct bpf_map *map)
{
	const struct obj_cgroup *objcg;
	struct mem_cgroup *memcg;

	if (!bpf_core_field_exists(map->objcg))
		return true;
	objcg = map->objcg;
	memcg = BPF_CORE_READ(objcg, memcg);
	return !memcg || memcg_room_left((__u64)memcg + bpf_core_field_offset(memcg->memory));
}

#endif
