/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a task was before the call that changes it: noted on the way in, compared on the way out.
 * Lives with the task, so it goes when the task does, and is made only for tasks that make such
 * calls. Where the kernel passes over a hook (it does while another task has been stopped inside
 * the same program), what was noted for one call may meet the end of another: therefore both name
 * the call, as well as they know it.
 */
#ifndef BPF_EVENT_CALL_STATE_H
#define BPF_EVENT_CALL_STATE_H

#include "event/begin.h"
#include "event/syscall_table.h"

struct id_record {
	struct procsieve_record header;
	struct procsieve_id_change change;
};

struct sid_record {
	struct procsieve_record header;
	struct procsieve_sid sid;
};

struct ptrace_record {
	struct procsieve_record header;
	struct procsieve_ptrace ptrace;
};

struct call_state {
	__u64 which;		/* call of that kind */
	enum syscall_kind call; /* under way */
	__u32 sid;
	__u32 request; /* of ptrace */
	__u32 number;  /* of the tracee, as its tracer knows it */
	struct procsieve_ids uids, gids;
	/* who is to hear of the tracee that is being let go; its header is in the record */
	__u64 want;

	__u64 tracee;		/* its address: it may be gone by the way out */
	struct identity judged; /* as what it was matched */

	/*
	 * The record that comes of it, begun on the way in where that is the last time that it can
	 * be.
	 */
	union {
		struct procsieve_record header;
		struct id_record ids;
		struct sid_record session;
		struct ptrace_record tracer;
	};
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_state);
} call_states SEC(".maps");

/* Calls for which there was no memory. */
__u64 call_states_missed;

/* On the way in. `which`: the same on the way out, and most likely another for another call. */
static __always_inline struct call_state *call_state_begin(struct task_struct *task,
							   enum syscall_kind call, __u64 which)
{
	struct call_state *call_state =
		bpf_task_storage_get(&call_states, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!call_state) {
		__sync_fetch_and_add(&call_states_missed, 1);
		return NULL;
	}
	scratch_mark(&call_state->header,
		     sizeof(*call_state) - offsetof(struct call_state, header));
	call_state->call = call;
	call_state->which = which;
	return call_state;
}

/* On the way out. NULL where nothing was noted on the way in. */
static __always_inline struct call_state *call_state_end(struct task_struct *task,
							 enum syscall_kind call, __u64 which)
{
	struct call_state *call_state = bpf_task_storage_get(&call_states, task, NULL, 0);

	if (!call_state || call_state->call != call)
		return NULL;
	call_state->call = SYSCALL_OTHER;
	return call_state->which == which ? call_state : NULL;
}

/* Of a record in a struct before. `judged`: as deliver_of() has it. */
static __always_inline void call_state_deliver(const struct procsieve_record *header,
					       const struct task_struct *task, __u64 want,
					       __u32 size, const struct identity *judged,
					       enum scratch_user user)
{
	struct scratch *scratch = scratch_claim(user);

	if (!scratch) {
		lose(want, header->type);
		return;
	}
	bpf_probe_read_kernel(scratch->record, size, header);
	deliver_of(scratch, task, want, size, size, true, judged);
	scratch_release(scratch, user);
}

#endif
