/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes a closed listener from all tables, so that its slot can be reused. User space runs it
 * when no hook works for the listener any more. Not done in user space, because hooks change by_pid
 * at the same time.
 */
#ifndef BPF_CONTROL_REMOVE_LISTENER_BPF_H
#define BPF_CONTROL_REMOVE_LISTENER_BPF_H

#include "bpf/shared/remove_listener.h"
#include "core/cgroup_filter.h"
#include "section/env.h"
#include "core/sieve_maps.h"

struct remove_listener_args remove_listener_args;

/*
 * Deletes entries that no listener uses any more. The signature is that of a
 * bpf_for_each_map_elem() callback.
 */
static long remove_from_entry(void *map, const void *key, __u64 *set, void *context)
{
	if (*set & remove_listener_args.listener &&
	    !(__sync_and_and_fetch(set, ~remove_listener_args.listener)))
		bpf_map_delete_elem(map, key);
	return 0;
}

/*
 * A fork hook may be about to add another listener to an entry that is empty now. So empty entries
 * are deleted when their process ends, or when no listener has a pid filter.
 */
static long remove_from_pid(void *map, const void *key, __u64 *set, void *context)
{
	__sync_fetch_and_and(set, ~remove_listener_args.listener);
	if (remove_listener_args.clear_pids)
		bpf_map_delete_elem(map, key);
	return 0;
}

static long remove_from_cgroup(void *map, const __u64 *key, __u64 *set, void *context)
{
	cgroup_forget(key, set, remove_listener_args.listener);
	return 0;
}

SEC("raw_tp")
int remove_listener(void *ctx)
{
	bpf_for_each_map_elem(&by_pid, remove_from_pid, NULL, 0);
	bpf_for_each_map_elem(&by_uid, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_euid, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_gid, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_auid, remove_from_entry, NULL, 0);
	/* Without filters that name cgroups, these tables are not created. */
	if (cgroups_per_listener) {
		/* Paths first: a path that is gone adds no cgroup to by_cgroup afterwards. */
		bpf_for_each_map_elem(&by_path, remove_from_entry, NULL, 0);
		bpf_for_each_map_elem(&by_glob, remove_from_entry, NULL, 0);
		bpf_for_each_map_elem(&by_cgroup, remove_from_cgroup, NULL, 0);
	}
	bpf_for_each_map_elem(&by_comm, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_thread_comm, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_owner, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_env, remove_from_entry, NULL, 0);
	bpf_for_each_map_elem(&by_cpu, remove_from_entry, NULL, 0);
	__sync_fetch_and_and(&sieve.lossy, ~remove_listener_args.listener);
	return 0;
}

#endif
