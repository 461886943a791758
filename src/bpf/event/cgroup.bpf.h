/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cgroup is made or removed. That is not an event: filters that name cgroups are kept up to date
 * by it. Attached only while there is such a filter.
 *
 * The first tracepoint fires before the directory of the new cgroup is visible, so before any task
 * can be in it. The second fires when no task is left in it: the exit hooks have run.
 *
 * Raw tracepoints on all kernels: both fire while the kernel holds cgroup_mutex and a spin lock,
 * with interrupts off, so these programs are never preempted or skipped. No hook is needed for
 * rename(2): cgroups of version 2 cannot be renamed.
 */
#ifndef BPF_EVENT_CGROUP_BPF_H
#define BPF_EVENT_CGROUP_BPF_H

#include "core/cgroup_filter.h"

/* Only version 2: cgroups of other hierarchies may have the same ids. */
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
	 * Only for listeners that are not being stopped: engine_stop() removes the listener from
	 * names_cgroups, then waits for running programs. After that no program adds it again.
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
