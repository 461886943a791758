/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uid, gid: a task changed one of its ids, by a syscall or by running a set-uid program. The ids
 * are compared before and after, so a call that changes nothing is no event, as for the proc
 * connector.
 */
#ifndef BPF_EVENT_IDS_BPF_H
#define BPF_EVENT_IDS_BPF_H

#include "event/call_state.h"

static __always_inline void ids_read(struct procsieve_ids *uids, struct procsieve_ids *gids,
				     const struct cred *cred)
{
	uids->real = cred->uid.val;
	uids->effective = cred->euid.val;
	uids->saved = cred->suid.val;
	uids->filesystem = cred->fsuid.val;
	gids->real = cred->gid.val;
	gids->effective = cred->egid.val;
	gids->saved = cred->sgid.val;
	gids->filesystem = cred->fsgid.val;
}

static __always_inline bool ids_differ(const struct procsieve_ids *a, const struct procsieve_ids *b)
{
	return a->real != b->real || a->effective != b->effective || a->saved != b->saved ||
	       a->filesystem != b->filesystem;
}

static __always_inline void ids_emit_one(struct call_state *call_state,
					 const struct task_struct *task, enum procsieve_type type,
					 const struct procsieve_ids *now,
					 const struct procsieve_ids *old,
					 enum scratch_program program)
{
	struct id_record *record = &call_state->id_record;
	__u64 want;

	if (!ids_differ(now, old))
		return;
	want = event_header(&record->header, task, type, task->pid != task->tgid);
	if (!want)
		return;
	record->change.now = *now;
	record->change.old = *old;
	call_state_deliver(&record->header, task, want, sizeof(*record), NULL, program);
}

/* Compares with the ids saved before. */
static __always_inline void ids_emit(struct call_state *call_state, const struct task_struct *task,
				     enum scratch_program program)
{
	struct procsieve_ids uids, gids;

	ids_read(&uids, &gids, task_untrusted(task)->cred);
	ids_emit_one(call_state, task, PROCSIEVE_UID, &uids, &call_state->uids, program);
	ids_emit_one(call_state, task, PROCSIEVE_GID, &gids, &call_state->gids, program);
}

static __always_inline bool ids_unchanged(const struct cred *cred, const struct cred *new_cred)
{
	struct procsieve_ids old_uids, old_gids, uids, gids;

	ids_read(&old_uids, &old_gids, cred);
	ids_read(&uids, &gids, new_cred);
	return !ids_differ(&uids, &old_uids) && !ids_differ(&gids, &old_gids);
}

/*
 * Before new credentials come into force: saves the current ids, unless they do not change. NULL:
 * the new credentials are not known here.
 */
static __always_inline int ids_enter(struct task_struct *task, const struct cred *new_cred,
				     __u64 call_id)
{
	const struct cred *cred = task_untrusted(task)->cred;
	struct call_state *call_state;

	if (new_cred && ids_unchanged(cred, new_cred)) {
		call_state_end(task, SYSCALL_IDS, call_id);
		return 0;
	}
	call_state = call_state_begin(task, SYSCALL_IDS, call_id);
	if (call_state)
		ids_read(&call_state->uids, &call_state->gids, cred);
	return 0;
}

/* After they came into force. */
static __always_inline int ids_leave(struct task_struct *task, __u64 call_id,
				     enum scratch_program program)
{
	struct call_state *call_state = call_state_end(task, SYSCALL_IDS, call_id);

	if (call_state)
		ids_emit(call_state, task, program);
	return 0;
}

/* The ids of the new program are known and not yet in force; 6.9 and later. */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(on_prepare_exec, struct task_struct *task, struct linux_binprm *binprm)
{
	return ids_enter(task, binprm->cred, (__u64)binprm);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec_ids, struct task_struct *task, int old_tid, struct linux_binprm *binprm)
{
	return ids_leave(task, (__u64)binprm, SCRATCH_EXEC_IDS);
}

/*
 * The records of these tracepoints contain no binprm. So the exec is identified by the task's exec
 * count, which is incremented between the two.
 */
SEC("?tracepoint/sched/sched_prepare_exec")
int on_prepare_exec_classic(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return ids_enter(task, NULL, task_untrusted(task)->self_exec_id + 1);
}

SEC("?tracepoint/sched/sched_process_exec")
int on_exec_ids_classic(void *ctx)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return ids_leave(task, task_untrusted(task)->self_exec_id, SCRATCH_EXEC_IDS);
}

#endif
