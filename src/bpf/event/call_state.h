/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of a task before a call that changes it: saved on entry to the call, compared on
 * return. It lives in the storage of the task, so it is freed with the task, and exists only for
 * tasks that make such calls. If the kernel skips a hook (it does while another task was stopped
 * inside the same program), the state saved for one call may be compared on return from another.
 * Therefore entry and return both identify the call, as far as they can.
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
	__u64 call_id;		/* identifies the call among those of its kind */
	enum syscall_kind call; /* the call in progress */
	__u32 sid;
	__u32 request;	  /* of ptrace */
	__u32 tracee_pid; /* pid of the tracee, as its tracer knows it */
	struct procsieve_ids uids, gids;
	/* listeners that want the detach from this tracee; its header is in the record */
	__u64 want;

	__u64 tracee;		  /* its address: it may be freed before the return */
	struct identity identity; /* its identity when it was matched */

	/* The record that results, started on entry if its facts are gone on return. */
	union {
		struct procsieve_record header;
		struct id_record id_record;
		struct sid_record sid_record;
		struct ptrace_record ptrace_record;
	};
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct call_state);
} call_states SEC(".maps");

/* Number of calls for which there was no memory. */
__u64 call_states_missed;

/* On entry. `which`: the same on return, and most likely different for another call. */
static __always_inline struct call_state *call_state_begin(struct task_struct *task,
							   enum syscall_kind call, __u64 call_id)
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
	call_state->call_id = call_id;
	return call_state;
}

/* On return. NULL if nothing was saved on entry. */
static __always_inline struct call_state *call_state_end(struct task_struct *task,
							 enum syscall_kind call, __u64 call_id)
{
	struct call_state *call_state = bpf_task_storage_get(&call_states, task, NULL, 0);

	if (!call_state || call_state->call != call)
		return NULL;
	call_state->call = SYSCALL_OTHER;
	return call_state->call_id == call_id ? call_state : NULL;
}

/*
 * Delivers a record that was built in a struct call_state. `identity`: as in
 * deliver_with_identity().
 */
static __always_inline void call_state_deliver(const struct procsieve_record *header,
					       const struct task_struct *task, __u64 want,
					       __u32 size, const struct identity *identity,
					       enum scratch_program program)
{
	struct scratch *scratch = scratch_claim(program);

	if (!scratch) {
		count_lost(want, header->type);
		return;
	}
	bpf_probe_read_kernel(scratch->record, size, header);
	deliver_with_identity(scratch, task, want, size, size, true, identity);
	scratch_release(scratch, program);
}

#endif
