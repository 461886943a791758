/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evaluates the sieve: from the facts of an event to the set of listeners that want it. Cheapest
 * test first; an empty set ends the hook.
 */
#ifndef BPF_CORE_MATCH_H
#define BPF_CORE_MATCH_H

#include "core/compat.h"
#include "core/login.h"
#include "core/sieve_maps.h"
#include "core/visibility.h"

/* Maximum depth of a cgroup all of whose ancestors are tested. */
#define MATCH_CGROUP_DEPTH 64

/* Returns the listeners that want events of this type. */
static __always_inline __u64 match_event(bool thread, enum procsieve_type type)
{
	return *(volatile __u64 *)&sieve.active & sieve.by_event[type][thread];
}

/* Returns those of `want` that accept an exit with this status. */
static __always_inline __u64 match_status(__u64 want, __u32 status)
{
	__u32 index = sieve_status_index(status);
	__u64 accept;

	if (index >= SIEVE_STATUS_COUNT)
		return 0;
	accept = sieve.by_status[index];
	if (status & 0x80 && status & 0x7f)
		accept |= sieve.by_core;
	return want & accept;
}

/*
 * The dimensions that a filter can use, as a mask of bits. Set before loading: the verifier takes
 * its time for each, and drops those that are not in use.
 */
const volatile __u32 dimensions_possible = ~0;

/* Returns the listeners that do not use a dimension. `possible` is dimensions_possible. */
static __always_inline __u64 match_unused(__u32 possible, enum sieve_table dimension)
{
	return possible & 1u << dimension ? sieve.unused[dimension] : ~0ull;
}

/*
 * Returns those of `want` that accept `key` or do not use this dimension. The key is copied to the
 * stack: before Linux 6.2, memory that was passed to a global function could not be a map key.
 */
#define match_key(possible, want, dimension, map, key)                 \
	({                                                             \
		__u64 accept_ = match_unused(possible, dimension);     \
                                                                       \
		if ((want) & ~accept_) {                               \
			typeof(key) key_ = key;                        \
			__u64 *set_ = bpf_map_lookup_elem(map, &key_); \
                                                                       \
			if (set_)                                      \
				accept_ |= *set_;                      \
		}                                                      \
		(want) & accept_;                                      \
	})

/* The facts that filters test. */
struct facts {
	__u32 pid, tid, uid, gid, cpu;
	struct sieve_comm comm; /* of the thread, after the event; of the process, at its exit */
	__u64 task; /* address, as `cgroup`: a global function gets no pointers to kernel memory */
	/* listeners whose pid filters contain the process, even if by_pid lacks it */
	__u64 pid_accepted;
	__u64 cgroup;
};

struct cgroup_walk {
	__u64 cgroup; /* address */
	__u64 accept; /* listeners that accept an ancestor that was tested, or any cgroup */
};

/* Tests one ancestor of the cgroup; the signature is that of a bpf_loop() callback. */
static long match_cgroup_level(__u32 level, struct cgroup_walk *walk)
{
	struct cgroup *cgroup = (struct cgroup *)walk->cgroup, *ancestor = NULL;
	__u64 id, *set;

	if ((int)level > BPF_CORE_READ(cgroup, level))
		return 1;
	bpf_core_read(&ancestor, sizeof(ancestor), &cgroup->ancestors[level]);
	id = BPF_CORE_READ(ancestor, kn, id);
	set = bpf_map_lookup_elem(&by_cgroup, &id);
	if (set)
		walk->accept |= *set;
	return 0;
}

/*
 * A cgroup filter includes everything below the cgroup: tests the task's cgroup and each ancestor.
 */
static __always_inline __u64 match_cgroup(__u32 possible, __u64 want, __u64 cgroup)
{
	struct cgroup_walk walk = {.cgroup = cgroup,
				   .accept = match_unused(possible, SIEVE_CGROUP)};

	if (want & ~walk.accept)
		bpf_loop(MATCH_CGROUP_DEPTH, match_cgroup_level, &walk, 0);
	return want & walk.accept;
}

/*
 * Returns those of `want` that accept the name of the process, which is that of its first thread.
 * That of another thread is known already, this one is read only for listeners that need it.
 */
static __always_inline __u64 match_comm(__u32 possible, __u64 want, const struct facts *facts)
{
	struct task_struct *task = (struct task_struct *)facts->task, *leader;
	struct sieve_comm comm;

	if (!(want & ~match_unused(possible, SIEVE_COMM)))
		return want;
	comm = facts->comm;
	if (facts->tid != facts->pid) {
		leader = BPF_CORE_READ(task, group_leader);
		bpf_core_read(&comm, sizeof(comm), &leader->comm);
	}
	return match_key(possible, want, SIEVE_COMM, &by_comm, comm);
}

/* The same for the effective uid. */
static __always_inline __u64 match_euid(__u32 possible, __u64 want, const struct facts *facts)
{
	const struct task_struct *task = (const struct task_struct *)facts->task;
	__u32 euid;

	if (!(want & ~match_unused(possible, SIEVE_EUID)))
		return want;
	euid = BPF_CORE_READ(task, cred, euid.val);
	return match_key(possible, want, SIEVE_EUID, &by_euid, euid);
}

/* The same for the audit login uid. */
static __always_inline __u64 match_auid(__u32 possible, __u64 want, const struct facts *facts)
{
	__u64 auid, any = PROCSIEVE_AUID_SET, accept;

	if (!(want & ~match_unused(possible, SIEVE_AUID)))
		return want;
	auid = login_of_task(facts->task).auid;
	accept = match_key(possible, want, SIEVE_AUID, &by_auid, auid);
	return auid == PROCSIEVE_AUID_UNSET
		       ? accept
		       : accept | match_key(possible, want, SIEVE_AUID, &by_auid, any);
}

/* Returns those of `want` that accept these facts. */
__noinline __u64 match_facts(__u64 want, const struct facts *facts)
{
	const __u32 possible = dimensions_possible;

	if (!facts)
		return 0;
	want = match_key(possible, want, SIEVE_PID, &by_pid, facts->pid) |
	       (want & facts->pid_accepted);
	want = match_key(possible, want, SIEVE_UID, &by_uid, facts->uid);
	want = match_key(possible, want, SIEVE_GID, &by_gid, facts->gid);
	want = match_key(possible, want, SIEVE_CPU, &by_cpu, facts->cpu);
	want = match_key(possible, want, SIEVE_THREAD_COMM, &by_thread_comm, facts->comm);
	want = match_comm(possible, want, facts);
	want = match_euid(possible, want, facts);
	want = match_auid(possible, want, facts);
	want = visible_to(want, facts->task);
	return match_cgroup(possible, want, facts->cgroup);
}

/*
 * Returns those of `want` that accept this task, on this CPU, with this name. `pid_accepted`:
 * listeners that have its process in their pid filters for certain.
 */
static __always_inline __u64 match_task_pid_accepted(__u64 want, const struct task_struct *task,
						     const struct sieve_comm *comm,
						     __u64 pid_accepted)
{
	const struct task_struct *untrusted = task_untrusted(task);
	struct facts facts;

	if (!(want & sieve.has_filter))
		return want;
	facts.pid = task->tgid;
	facts.tid = task->pid;
	facts.uid = untrusted->cred->uid.val;
	facts.gid = untrusted->cred->gid.val;
	facts.cpu = bpf_get_smp_processor_id();
	facts.comm = *comm;
	facts.task = (__u64)task;
	facts.pid_accepted = pid_accepted;
	facts.cgroup = (__u64)untrusted->cgroups->dfl_cgrp;
	return match_facts(want, &facts);
}

static __always_inline __u64 match_task(__u64 want, const struct task_struct *task,
					const struct sieve_comm *comm)
{
	return match_task_pid_accepted(want, task, comm, 0);
}

#endif
