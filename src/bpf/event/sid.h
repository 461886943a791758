/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sid: a process started a session. The event is that of the process, whichever thread made the
 * call.
 */
#ifndef BPF_EVENT_SID_H
#define BPF_EVENT_SID_H

#include "event/call_state.h"

static __always_inline __u32 sid_of(const struct task_struct *task)
{
	const struct signal_struct *signal = task_untrusted(task)->signal;
	enum pid_type type = bpf_core_enum_value(enum pid_type, PIDTYPE_SID);
	struct pid *pid = NULL;

	bpf_core_read(&pid, sizeof(pid), &signal->pids[type & 3]);
	return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline void sid_emit(struct call_state *call_state, const struct task_struct *task,
				     enum scratch_program program)
{
	struct sid_record *record = &call_state->sid_record;
	__u64 want = event_header(&record->header, task, PROCSIEVE_SID, false);

	if (!want)
		return;
	record->sid.sid = sid_of(task);
	record->sid.old_sid = call_state->sid;
	call_state_deliver(&record->header, task, want, sizeof(*record), NULL, program);
}

#endif
