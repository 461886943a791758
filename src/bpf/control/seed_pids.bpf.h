/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Adds living processes to a listener's pid filter: the named ones, and, pass by pass, the children
 * of those that are in it. Iterates over all tasks while the fork and exit hooks already run, so
 * that no process that starts or ends in the meantime is missed. Emits the id of each process
 * added, as in the reader's pid namespace, four bytes each.
 */
#ifndef BPF_CONTROL_SEED_PIDS_BPF_H
#define BPF_CONTROL_SEED_PIDS_BPF_H

#include "core/follow.h"
#include "bpf/shared/seed_pids.h"
#include "core/visibility.h"

struct seed_pids_args seed_pids_args;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, PROCSIEVE_LIST_MAX);
	__type(key, __u32);
	__type(value, __u8);
} seed_roots SEC(".maps");

static __always_inline bool seed_contains(__u32 pid)
{
	__u64 *entry = bpf_map_lookup_elem(&by_pid, &pid);

	return entry && *entry & seed_pids_args.listener;
}

/*
 * Returns the id of a process in the pid namespace of the request, which without another one is
 * that of the process that runs the iterator: that is the id that the user typed.
 */
static __always_inline __u32 seed_requested_pid(const struct task_struct *task,
						const struct task_struct *untrusted)
{
	const struct request_pid_ns *pid_ns = &seed_pids_args.pid_ns;
	struct task_struct *reader = bpf_get_current_task_btf();
	__u32 level = BPF_CORE_READ(reader, thread_pid, level) & 31, number = 0;
	struct pid *pid = untrusted->thread_pid;

	if (pid_ns->ns)
		return visible_pid(task, pid_ns->ns, pid_ns->level);
	bpf_core_read(&number, sizeof(number), &pid->numbers[level].nr);
	return number;
}

SEC("iter/task")
int seed_pids(struct bpf_iter__task *ctx)
{
	const struct task_struct *task = ctx->task, *untrusted;
	__u32 pid, number;

	if (!task)
		return 0;
	untrusted = task_untrusted(task);
	if (task->pid != task->tgid || !untrusted->signal->live.counter)
		return 0;
	pid = task->tgid;
	if (seed_contains(pid))
		return 0;
	number = seed_requested_pid(task, untrusted);
	if (!visible_to(seed_pids_args.listener, (__u64)task))
		return 0;
	if (seed_pids_args.descend ? !seed_contains(untrusted->real_parent->tgid)
				   : !bpf_map_lookup_elem(&seed_roots, &number))
		return 0;
	follow_add(pid, seed_pids_args.listener);
	bpf_map_delete_elem(&seed_roots, &number);
	/*
	 * A process that ended in the meantime has passed its exit hook, or will: either the hook
	 * or this removes it.
	 */
	if (!untrusted->signal->live.counter)
		follow_remove(pid);
	bpf_seq_write(ctx->meta->seq, &number, sizeof(number));
	return 0;
}

#endif
