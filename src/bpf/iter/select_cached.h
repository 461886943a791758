/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For the iterators over what a task has (mappings, file descriptors): whether the task was
 * requested. That is tested once for a task, not for each record.
 */
#ifndef BPF_ITER_SELECT_CACHED_H
#define BPF_ITER_SELECT_CACHED_H

#include "iter/task.bpf.h"

/*
 * The process whose mappings or file descriptors are being emitted, and what distinguishes it from
 * another: its identity as a process; its credentials and memory, which decide who may see it, and
 * which an exec replaces.
 */
struct selected_process {
	__u64 start_ns;
	struct identity identity; /* at the last test */
	struct attempts attempts;
	__u32 pid;
	__u32 accepted;
};

/* Saves the identity of the process now. Returns whether it is unchanged. */
static __always_inline bool select_cached_save(struct selected_process *process,
					       const struct task_struct *task)
{
	const struct identity previous = process->identity;

	attempt_begin(&process->attempts, &process->identity, task);
	return previous.mm == process->identity.mm && previous.cred == process->identity.cred &&
	       previous.exec_count == process->identity.exec_count;
}

/*
 * Whether the process was requested. Its state is not tested: by its state at an earlier moment,
 * the process's own record was emitted or not, and if it was not, the reader omits what belongs to
 * it.
 */
static __always_inline bool select_cached(struct selected_process *process,
					  const struct task_struct *task,
					  const struct sieve_comm *comm)
{
	const struct task_struct *untrusted = task_untrusted(task);
	__u64 start_ns = untrusted->start_boottime;
	__u32 pid = task->tgid;

	/* Threads that have a table of file descriptors of their own. */
	if ((__u32)task->pid != pid)
		return false;
	if (select_cached_save(process, task) && process->pid == pid &&
	    process->start_ns == start_ns)
		return process->accepted;
	process->pid = pid;
	process->start_ns = start_ns;
	process->accepted = select_stable(task, untrusted, comm);
	return process->accepted;
}

/*
 * When the record is complete. For a caller that may see all processes, it does not matter to which
 * program the record belongs.
 */
static __always_inline enum attempt select_cached_end(struct selected_process *process,
						      const struct task_struct *task)
{
	if (!snapshot_config.restricted)
		return ATTEMPT_WRITE;
	return attempt_end(&process->attempts, &process->identity, task);
}

/* Only the facts that identify the process; its own record has the others. */
static __always_inline void select_cached_header(struct procsieve_record *header,
						 const struct task_struct *task,
						 enum procsieve_type type,
						 const struct sieve_comm *comm)
{
	__builtin_memset(header, 0, sizeof(*header));
	header->boot_ns = bpf_ktime_get_boot_ns();
	header->type = type;
	header->pid = task->tgid;
	header->tid = task->pid;
	header->start_ns = task_untrusted(task)->start_boottime;
	header->exec_id = exec_id(task_untrusted(task)->group_leader);
	__builtin_memcpy(header->comm, comm->name, sizeof(header->comm));
}

#endif
