/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sid: a process began a session. It is the process's event, whichever thread called. */
#ifndef BPF_EVENT_SID_H
#define BPF_EVENT_SID_H

#include "event/call_state.h"

static __always_inline __u32 session_of(const struct task_struct *task)
{
	const struct signal_struct *signal = kernel_loose_task(task)->signal;
	enum pid_type type = bpf_core_enum_value(enum pid_type, PIDTYPE_SID);
	struct pid *pid = NULL;

	bpf_core_read(&pid, sizeof(pid), &signal->pids[type & 3]);
	return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline void session_report(struct before *before, const struct task_struct *task,
					   enum scratch_user user)
{
	struct sid_record *record = &before->session;
	__u64 want = report_header(&record->header, task, PROCSIEVE_SID, false);

	if (!want)
		return;
	record->sid.sid = session_of(task);
	record->sid.old_sid = before->sid;
	before_deliver(&record->header, task, want, sizeof(*record), NULL, user);
}

#endif
