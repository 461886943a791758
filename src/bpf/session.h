/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sid: a process began a session. It is the process's event, whichever thread called. */
#ifndef SESSION_H
#define SESSION_H

#include "before.h"
#include "report.h"

struct sid_record {
	struct procsieve_record header;
	struct procsieve_sid sid;
};

static __always_inline __u32 session_of(const struct task_struct *task)
{
	const struct signal_struct *signal = kernel_loose_task(task)->signal;
	enum pid_type type = bpf_core_enum_value(enum pid_type, PIDTYPE_SID);
	struct pid *pid = NULL;

	bpf_core_read(&pid, sizeof(pid), &signal->pids[type & 3]);
	return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline void session_report(const struct task_struct *task, __u32 old_sid)
{
	__u64 want;
	struct sid_record *record =
		(struct sid_record *)report_begin(task, PROCSIEVE_SID, false, &want);

	if (!record)
		return;
	record->sid.sid = session_of(task);
	record->sid.old_sid = old_sid;
	deliver((struct scratch *)record, task, want, sizeof(*record), sizeof(*record));
}

#endif
