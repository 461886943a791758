/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cgroup is made or removed: no event, but what a filter that names cgroups follows. Attached
 * only while there is such a filter.
 *
 * The first comes before the directory of the new cgroup can be seen, so before any task can be in
 * it. The second comes when no task is left in it; the exits of the last ones were before.
 *
 * Raw programs on all kernels: both tracepoints come while the kernel holds a spin lock with
 * interrupts off, and its cgroup_mutex, so that no program of them is preempted or passed over.
 * There is none for a new name: cgroups of version 2 cannot be renamed.
 */
#ifndef BPF_EVENT_CGROUP_BPF_H
#define BPF_EVENT_CGROUP_BPF_H

#include "core/cgroup_names.h"

/* Only version 2: the ids of other hierarchies may be the same. */
static __always_inline bool cgroup_counts(const struct cgroup *cgroup)
{
	return sieve.names_cgroups && !BPF_CORE_READ(cgroup, root, hierarchy_id);
}

SEC("?tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *cgroup)
{
	__u64 set;

	if (!cgroup_counts(cgroup))
		return 0;
	/*
	 * Only for those that are not being stopped: engine_stop() takes the listener out of
	 * names_cgroups, then waits for running programs. After that nothing enters it again.
	 */
	set = cgroup_named(cgroup) & *(volatile __u64 *)&sieve.names_cgroups;
	if (set)
		cgroup_enter(BPF_CORE_READ(cgroup, kn, id), set);
	return 0;
}

SEC("?tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *cgroup)
{
	if (cgroup_counts(cgroup))
		cgroup_remove(BPF_CORE_READ(cgroup, kn, id));
	return 0;
}

#endif
