/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes in the pid filters. They are added at the start (control/seed_pids.bpf.h), and at
 * fork if the listener follows children. They are removed at exit, so that a reused pid is not
 * mistaken for the process that was meant. Each listener's control page counts its own processes;
 * when the last one ends, the listener receives a record of type PROCSIEVE_TARGETS_GONE.
 */
#ifndef BPF_CORE_FOLLOW_H
#define BPF_CORE_FOLLOW_H

#include "core/deliver.h"
#include "core/visibility.h"

/* The pid filters of the listeners in `set` gained (delta 1) or lost (delta -1) a process. */
struct follow_change {
	__u64 set;
	__s64 delta;
};

__noinline int emit_targets_gone(__u64 bit)
{
	struct procsieve_record record = {
		.boot_ns = bpf_ktime_get_boot_ns(),
		.type = PROCSIEVE_TARGETS_GONE,
	};
	__u32 slot = listener_slot(bit);
	void *ring = bpf_map_lookup_elem(&rings, &slot);

	/*
	 * Without space in the ring, the reader has records to read, and checks `members` after the
	 * last one.
	 */
	if (ring)
		bpf_ringbuf_output(ring, &record, sizeof(record), 0);
	return 0;
}

static long follow_count_next(__u32 turn, struct follow_change *change)
{
	struct procsieve_control *control;
	__u64 bit;

	if (!change->set)
		return 1;
	bit = listener_pop(&change->set);
	control = listener_control(listener_slot(bit));
	if (!control)
		return 0;
	if (change->delta > 0) {
		__sync_fetch_and_add(&control->joined, 1);
		__sync_fetch_and_add(&control->members, 1);
	} else if (__sync_fetch_and_add(&control->members, -1) == 1) {
		emit_targets_gone(bit);
	}
	return 0;
}

static __always_inline void follow_count(__u64 set, __s64 delta)
{
	struct follow_change change = {.set = set, .delta = delta};

	bpf_loop(PROCSIEVE_LISTENERS, follow_count_next, &change, 0);
}

static long follow_failed_next(__u32 turn, __u64 *set)
{
	struct procsieve_control *control;

	if (!*set)
		return 1;
	control = listener_control(listener_slot(listener_pop(set)));
	if (control)
		__sync_fetch_and_add(&control->not_followed, 1);
	return 0;
}

/*
 * Adds a process for `set`. Safe if another program adds it at the same time: each listener counts
 * it once.
 */
__noinline int follow_add(__u32 pid, __u64 set)
{
	__u64 none = 0, *entry;

	bpf_map_update_elem(&by_pid, &pid, &none, BPF_NOEXIST);
	entry = bpf_map_lookup_elem(&by_pid, &pid);
	if (!entry) {
		bpf_loop(PROCSIEVE_LISTENERS, follow_failed_next, &set, 0);
		return 0;
	}
	set &= ~__sync_fetch_and_or(entry, set);
	if (set)
		follow_count(set, 1);
	return 0;
}

/*
 * The listeners that had a process in their pid filters when it ended, for those of its threads
 * that have not yet passed the exit hook: the last thread to begin its exit may reach the hook
 * before the others. Needed only for a moment.
 */
struct recently_exited {
	__u64 start_ns; /* of the process: its id may be reused by now */
	__u64 set;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct recently_exited);
} recently_exited SEC(".maps");

static __always_inline void follow_save_exited(__u32 pid, __u64 start_ns)
{
	struct recently_exited left = {.start_ns = start_ns};
	__u64 *entry = bpf_map_lookup_elem(&by_pid, &pid);

	if (!entry)
		return;
	left.set = *entry;
	bpf_map_update_elem(&recently_exited, &pid, &left, BPF_ANY);
}

/*
 * Returns the listeners whose pid filters contain the process, or contained it when it ended. In
 * this order: a process is put into recently_exited before it is removed from by_pid.
 */
static __always_inline __u64 follow_listeners(__u32 pid, __u64 start_ns)
{
	__u64 *entry = bpf_map_lookup_elem(&by_pid, &pid);
	__u64 set = entry ? *entry : 0;
	struct recently_exited *left = bpf_map_lookup_elem(&recently_exited, &pid);

	return left && left->start_ns == start_ns ? set | left->set : set;
}

/* Removes a process from all pid filters. */
__noinline int follow_remove(__u32 pid)
{
	__u64 *entry = bpf_map_lookup_elem(&by_pid, &pid);
	__u64 set;

	if (!entry)
		return 0;
	set = __sync_lock_test_and_set(entry, 0);
	bpf_map_delete_elem(&by_pid, &pid);
	if (set)
		follow_count(set, -1);
	return 0;
}

/* Whether any listener has a pid filter. */
static __always_inline bool pid_filter_in_use(void)
{
	return ~sieve.unused[SIEVE_PID];
}

/*
 * A child process was created: the listeners that follow its parent get it too. Exception:
 * listeners that may not see the parent (any more, because it has executed a set-uid program). If
 * the child were counted, they would know that it exists.
 */
static __always_inline void follow_fork(const struct task_struct *parent, __u32 child)
{
	__u32 pid = parent->tgid;
	__u64 *entry, set;

	if (!sieve.follow)
		return;
	entry = bpf_map_lookup_elem(&by_pid, &pid);
	set = entry ? visible_to(*entry & sieve.follow, (__u64)parent) : 0;
	if (set)
		follow_add(child, set);
}

#endif
