/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uid, gid: a task changed one of its ids, by a syscall or by running a set-uid program. Ids are compared before and
 * after, so that a call that changes nothing is no event, as for the proc connector.
 */
#ifndef IDS_BPF_H
#define IDS_BPF_H

#include "before.h"
#include "report.h"

struct id_record {
	struct procsieve_record header;
	struct procsieve_id_change change;
};

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

static __always_inline void ids_report_one(const struct task_struct *task, enum procsieve_type type,
					   const struct procsieve_ids *now,
					   const struct procsieve_ids *old)
{
	struct id_record *record;
	__u64 want;

	if (!ids_differ(now, old))
		return;
	record = (struct id_record *)report_begin(task, type, task->pid != task->tgid, &want);
	if (!record)
		return;
	record->change.now = *now;
	record->change.old = *old;
	deliver((struct scratch *)record, task, want, sizeof(*record), sizeof(*record));
}

/* Compares with what was before. */
static __always_inline void ids_report(const struct task_struct *task, const struct before *before)
{
	struct procsieve_ids uids, gids;

	ids_read(&uids, &gids, kernel_loose_task(task)->cred);
	ids_report_one(task, PROCSIEVE_UID, &uids, &before->uids);
	ids_report_one(task, PROCSIEVE_GID, &gids, &before->gids);
}

/* The new program's ids are known and not yet in force; 6.9 and later. */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(on_prepare_exec, struct task_struct *task, struct linux_binprm *binprm)
{
	struct procsieve_ids uids, gids;
	struct before old = {}, *before;

	ids_read(&old.uids, &old.gids, kernel_loose_task(task)->cred);
	ids_read(&uids, &gids, binprm->cred);
	if (!ids_differ(&uids, &old.uids) && !ids_differ(&gids, &old.gids))
		return 0;
	before = before_make(task);
	if (!before)
		return 0;
	before->uids = old.uids;
	before->gids = old.gids;
	before->exec = true;
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec_ids, struct task_struct *task)
{
	struct before *before = before_find(task);

	if (!before || !before->exec)
		return 0;
	before->exec = false;
	ids_report(task, before);
	return 0;
}

#endif
