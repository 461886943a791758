/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The facts of a task that are in every record. */
#ifndef BPF_CORE_RECORD_HEADER_H
#define BPF_CORE_RECORD_HEADER_H

#include "core/exec_id.h"
#include "core/compat.h"

/* Copies task_struct.comm, in two loads. */
static __always_inline void task_comm(struct sieve_comm *comm, const struct task_struct *task)
{
	const __u64 *from = (const __u64 *)task->comm;
	__u64 *to = (__u64 *)comm->name;

	to[0] = from[0];
	to[1] = from[1];
}

/* Fills the members of the header that describe the task. */
static __always_inline void record_header_task(struct procsieve_record *record,
					       const struct task_struct *task,
					       enum procsieve_type type, bool thread,
					       const struct sieve_comm *comm)
{
	const struct task_struct *untrusted = task_untrusted(task);

	record->type = type;
	record->flags = thread ? PROCSIEVE_F_THREAD : 0;
	record->pid = task->tgid;
	record->tid = task->pid;
	record->ppid = untrusted->real_parent->tgid;
	record->uid = untrusted->cred->uid.val;
	record->gid = untrusted->cred->gid.val;
	record->euid = untrusted->cred->euid.val;
	record->egid = untrusted->cred->egid.val;
	record->start_ns = untrusted->group_leader->start_boottime;
	record->exec_id = exec_id(untrusted->group_leader);
	record->parent_exec_id = exec_id(parent_leader(untrusted));
	record->cgroup_id = untrusted->cgroups->dfl_cgrp->kn->id;
	__builtin_memcpy(record->comm, comm->name, sizeof(record->comm));
}

/* Fills the header; `task` is the one that the event describes. */
static __always_inline void record_header(struct procsieve_record *record,
					  const struct task_struct *task, enum procsieve_type type,
					  bool thread, const struct sieve_comm *comm)
{
	record->boot_ns = bpf_ktime_get_boot_ns();
	record->cpu = bpf_get_smp_processor_id();
	record_header_task(record, task, type, thread, comm);
}

#endif
