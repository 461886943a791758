/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds a key to one of the tables of the filters, for a listener. Run by user space. It could write
 * the map with bpf(2), but during that call the kernel skips programs on classic tracepoints and
 * kprobes on that CPU; if the caller is preempted, the events of other tasks would be missed.
 */
#ifndef BPF_CONTROL_ADD_FILTER_VALUE_BPF_H
#define BPF_CONTROL_ADD_FILTER_VALUE_BPF_H

#include <asm/errno.h>

#include "bpf/shared/add_filter_value.h"
#include "core/sieve_maps.h"

#ifdef OBJECT_OF_EVENTS
#include "core/cgroup_filter.h"
#endif

struct add_filter_value_args add_filter_value_args;

/* Returns 0 or -errno. */
static __always_inline long filter_value_add_to(void *map, const void *key)
{
	__u64 none = 0, *set = bpf_map_lookup_elem(map, key);

	if (!set) {
		bpf_map_update_elem(map, key, &none, BPF_NOEXIST);
		set = bpf_map_lookup_elem(map, key);
	}
	if (!set)
		return -E2BIG;
	__sync_fetch_and_or(set, add_filter_value_args.listener);
	return 0;
}

#define FILTER_VALUE_CASE(NAME, map, key_type, text) \
	case SIEVE_##NAME:                           \
		return filter_value_add_to(&map, &add_filter_value_args.key);

#ifdef OBJECT_OF_EVENTS
/* Without filters that name cgroups the verifier drops this, and the tables are not created. */
static __always_inline long filter_value_add_cgroup(void)
{
	if (!cgroups_per_listener)
		return -EINVAL;
	switch (add_filter_value_args.table) {
		SIEVE_CGROUP_NAMES(FILTER_VALUE_CASE)
	}
	return -EINVAL;
}
#endif

SEC("?raw_tp")
int add_filter_value(void *ctx)
{
	switch (add_filter_value_args.table) {
		SIEVE_DIMENSIONS(FILTER_VALUE_CASE)
#ifdef OBJECT_OF_EVENTS
		SIEVE_CHOICES(FILTER_VALUE_CASE)
	case SIEVE_PID_ROOTS:
		return bpf_map_update_elem(&seed_roots, &add_filter_value_args.key, &(__u8){1},
					   BPF_ANY);
	default:
		return filter_value_add_cgroup();
#endif
	}
	return -EINVAL;
}

#endif
