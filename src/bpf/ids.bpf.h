/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uid, gid: a task changed one of its ids, by a syscall or by running a set-uid program. Ids are compared before and
 * after, so that a call that changes nothing is no event, as for the proc connector.
 */
#ifndef IDS_BPF_H
#define IDS_BPF_H

#include "before.h"

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

static __always_inline void ids_report_one(struct before *before, const struct task_struct *task,
					   enum procsieve_type type,
					   const struct procsieve_ids *now,
					   const struct procsieve_ids *old, enum scratch_user user)
{
	struct id_record *record = &before->ids;
	__u64 want;

	if (!ids_differ(now, old))
		return;
	want = report_header(&record->header, task, type, task->pid != task->tgid);
	if (!want)
		return;
	record->change.now = *now;
	record->change.old = *old;
	before_deliver(&record->header, task, want, sizeof(*record), NULL, user);
}

/* Compares with what was before. */
static __always_inline void ids_report(struct before *before, const struct task_struct *task,
				       enum scratch_user user)
{
	struct procsieve_ids uids, gids;

	ids_read(&uids, &gids, kernel_loose_task(task)->cred);
	ids_report_one(before, task, PROCSIEVE_UID, &uids, &before->uids, user);
	ids_report_one(before, task, PROCSIEVE_GID, &gids, &before->gids, user);
}

/* Before other credentials come into force: notes what the ids are, unless they stay. */
static __always_inline int ids_enter(struct task_struct *task, const struct cred *coming,
				     __u64 which)
{
	struct procsieve_ids old_uids, old_gids, uids, gids;
	struct before *before;

	ids_read(&old_uids, &old_gids, kernel_loose_task(task)->cred);
	ids_read(&uids, &gids, coming);
	if (!ids_differ(&uids, &old_uids) && !ids_differ(&gids, &old_gids)) {
		before_end(task, SYSCALL_IDS, which);
		return 0;
	}
	before = before_begin(task, SYSCALL_IDS, which);
	if (before) {
		before->uids = old_uids;
		before->gids = old_gids;
	}
	return 0;
}

/* Afterwards. */
static __always_inline int ids_leave(struct task_struct *task, __u64 which, enum scratch_user user)
{
	struct before *before = before_end(task, SYSCALL_IDS, which);

	if (before)
		ids_report(before, task, user);
	return 0;
}

/* The new program's ids are known and not yet in force; 6.9 and later. */
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

#endif
