/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a task was before the call that changes it: noted on the way in, compared on the way out. Lives with the task, so
 * it goes when the task does, and is made only for tasks that make such calls.
 */
#ifndef BEFORE_H
#define BEFORE_H

#include "match.h"
#include "task.h"

struct before {
	struct procsieve_ids uids, gids;
	bool exec; /* ids are those before the exec that is under way */
	__u32 sid;
	__u32 request; /* of ptrace */

	/* Of the tracee that is being let go: who wants to know, and the record's header. */
	__u64 want;
	__u64 tracee_task; /* its address: it may be gone by the way out */
	struct procsieve_record tracee;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct before);
} befores SEC(".maps");

static __always_inline struct before *before_make(struct task_struct *task)
{
	return bpf_task_storage_get(&befores, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
}

static __always_inline struct before *before_find(struct task_struct *task)
{
	return bpf_task_storage_get(&befores, task, NULL, 0);
}

#endif
