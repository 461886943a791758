/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds the existing cgroups that a listener's filter names to by_cgroup. Runs over the hierarchy
 * while the hooks for new cgroups are attached already. The kernel holds its cgroup_mutex all the
 * time, so a cgroup either exists, or is made later and the hook runs for it.
 */
#ifndef BPF_CONTROL_SEED_CGROUPS_BPF_H
#define BPF_CONTROL_SEED_CGROUPS_BPF_H

#include "bpf/shared/seed_cgroups.h"
#include "core/cgroup_filter.h"

struct seed_cgroups_args seed_cgroups_args;

SEC("?iter/cgroup")
int seed_existing_cgroups(struct bpf_iter__cgroup *ctx)
{
	struct cgroup *cgroup = ctx->cgroup;
	__u64 set;

	if (!cgroup)
		return 0;
	set = cgroup_named(cgroup) & seed_cgroups_args.listener;
	if (set)
		cgroup_enter(BPF_CORE_READ(cgroup, kn, id), set);
	return 0;
}

#endif
