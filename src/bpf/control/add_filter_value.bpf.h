/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Enters a key into one of the tables for a listener. Run by user space, which could write the map
 * by bpf(2): but while that is at work the kernel runs no program of the classic kind, nor kprobes,
 * on that CPU, and it may be switched from to tasks whose events are missed then.
 */
#ifndef BPF_CONTROL_ADD_FILTER_VALUE_BPF_H
#define BPF_CONTROL_ADD_FILTER_VALUE_BPF_H

#include <asm/errno.h>

#include "bpf/shared/add_filter_value.h"
#include "core/sieve_maps.h"

struct enter enter;

/* Returns 0 or -errno. */
static __always_inline long enter_into(void *map, const void *key)
{
	__u64 none = 0, *set = bpf_map_lookup_elem(map, key);

	if (!set) {
		bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
		set = bpf_map_lookup_elem(map, key);
	}
	if (!set)
		return -E2BIG;
	__sync_fetch_and_or(set, enter.listener);
	return 0;
}

#define ENTER_CASE(NAME, map, key_type, text) \
	case SIEVE_##NAME:                    \
		return enter_into(&map, &enter.key);

SEC("?raw_tp")
int enter_key(void *ctx)
{
	switch (enter.table) {
		SIEVE_DIMENSIONS(ENTER_CASE)
#ifdef OBJECT_OF_EVENTS
		SIEVE_CHOICES(ENTER_CASE)
	case ENTER_ROOT:
		return bpf_map_update_elem(&seed_roots, &enter.key, &(__u8){1}, BPF_ANY);
#endif
	}
	return -EINVAL;
}

#endif
