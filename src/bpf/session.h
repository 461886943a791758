/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sid: a process began a session. It is the process's event, whichever thread called. */
#ifndef SESSION_H
#define SESSION_H

#include "before.h"
#include "deliver.h"

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
	__u64 want = match_event(false, PROCSIEVE_SID);
	struct sid_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;

	if (!want)
		return;
	task_comm(&comm, task);
	want = match_task(want, task, &comm);
	if (!want)
		return;
	scratch = scratch_get();
	if (!scratch)
		return;
	record = (struct sid_record *)scratch;
	task_header(&record->header, task, PROCSIEVE_SID, false, &comm);
	record->sid.sid = session_of(task);
	record->sid.old_sid = old_sid;
	deliver(scratch, want, sizeof(*record), sizeof(*record));
}

#endif
