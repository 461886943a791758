/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Before 6.16 an exiting task has no memory any more when its exit is reported. There the program
 * of each process is cached at its exec, in the storage of the group leader, and copied at fork;
 * only while a listener wants exits. There are two sizes, because most command lines are short and
 * the map charges each entry at its full size. User space adds the processes that are older than
 * the listener (src/user/engine/exec_cache.c); it never overwrites an entry made here.
 */
#ifndef BPF_EVENT_EXEC_CACHE_H
#define BPF_EVENT_EXEC_CACHE_H

#include "event/cmdline_current.h"
#include "core/compat.h"
#include "core/memcg_room.h"
#include "core/owner.h"
#include "bpf/shared/exec_cache_entry.h"

struct exit_record {
	struct procsieve_record header;
	struct procsieve_exit exit;
};

#define PF_KTHREAD 0x00200000 /* task_struct.flags */

/* sizeof would include the padding at the end. */
#define EXIT_FIXED offsetof(struct exit_record, exit.command.data)

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct exec_cache_short);
} short_cmdlines SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct exec_cache_long);
} long_cmdlines SEC(".maps");

/*
 * User processes decide how much is cached, and the server's cgroup is charged for it. Above a
 * limit nothing more is cached, and an exit has no program then.
 */
static __always_inline bool exec_cache_has_room(void)
{
	return memcg_room_for((const struct bpf_map *)&long_cmdlines);
}

static __always_inline bool exec_cache_wanted(void)
{
	return !kernel_exit_keeps_mm() && sieve.by_event[PROCSIEVE_EXIT][0];
}

/* Copies filename and argv (`length` bytes, at most `most`) from the exec record. */
static __always_inline void exec_cache_fill(struct exec_cache_entry *head, char *data, __u32 most,
					    const struct procsieve_record *header, __u32 length,
					    bool not_dumpable)
{
	const struct procsieve_command *command =
		&((const struct procsieve_exec *)(header + 1))->command;

	head->argc = command->argc;
	head->filename_len = command->filename_len;
	head->flags = header->flags;
	head->from_proc = 0;
	head->not_dumpable = not_dumpable;
	if (length > most)
		head->flags |= PROCSIEVE_F_ARGV_CUT;
	length = bounded(length, most);
	head->argv_len = length - head->filename_len;
	bpf_probe_read_kernel(data, length, command->data);
}

/*
 * At exec: the filename is in the record, up to `used`. Adds argv, and caches both as the program
 * of `task`.
 */
static __always_inline void exec_cache_store(struct scratch *scratch, struct task_struct *task,
					     __u32 used)
{
	struct exec_cache_short *s;
	struct exec_cache_long *l;
	__u32 length;
	/*
	 * Called first: a call between a bound and its use makes the 6.1 verifier forget the bound.
	 */
	bool not_dumpable = !owner_is_dumpable(task);
	__u64 create = exec_cache_has_room() ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0;

	length = used + command_argv(scratch->area, used) - sizeof(struct procsieve_record) -
		 offsetof(struct procsieve_exec, command.data);
	if (length <= EXEC_CACHE_SHORT_MAX) {
		bpf_task_storage_delete(&long_cmdlines, task);
		s = bpf_task_storage_get(&short_cmdlines, task, NULL, create);
		if (s)
			exec_cache_fill(&s->head, s->data, sizeof(s->data), &scratch->header,
					length, not_dumpable);
	} else {
		bpf_task_storage_delete(&short_cmdlines, task);
		l = bpf_task_storage_get(&long_cmdlines, task, NULL, create);
		if (l)
			exec_cache_fill(&l->head, l->data, sizeof(l->data), &scratch->header,
					length, not_dumpable);
	}
}

/* Its previous program has ended, and its new one could not be cached. */
static __always_inline void exec_cache_remove(struct task_struct *task)
{
	bpf_task_storage_delete(&short_cmdlines, task);
	bpf_task_storage_delete(&long_cmdlines, task);
}

/* At fork: the child runs the program of its parent. */
static __always_inline void exec_cache_fork(const struct task_struct *parent,
					    struct task_struct *child)
{
	struct exec_cache_short *s, *s_child;
	struct exec_cache_long *l, *l_child;
	__u64 create;

	if (!exec_cache_wanted())
		return;
	create = exec_cache_has_room() ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0;
	s = bpf_task_storage_get(&short_cmdlines, parent->group_leader, NULL, 0);
	if (s) {
		s_child = bpf_task_storage_get(&short_cmdlines, child, NULL, create);
		if (s_child)
			bpf_probe_read_kernel(s_child, sizeof(*s_child), s);
	}
	l = bpf_task_storage_get(&long_cmdlines, parent->group_leader, NULL, 0);
	if (l) {
		l_child = bpf_task_storage_get(&long_cmdlines, child, NULL, create);
		if (l_child)
			bpf_probe_read_kernel(l_child, sizeof(*l_child), l);
	}
}

/*
 * Whether the owner of this process may see it; no if there is no entry. One lookup after the
 * other: from "either entry exists" the compiler makes an OR of two pointers, which the verifier
 * forbids.
 */
static __always_inline bool exec_cache_is_dumpable(struct task_struct *leader)
{
	struct exec_cache_short *s = bpf_task_storage_get(&short_cmdlines, leader, NULL, 0);
	struct exec_cache_long *l;

	if (s && s->head.not_dumpable)
		return false;
	l = bpf_task_storage_get(&long_cmdlines, leader, NULL, 0);
	if (l)
		return !l->head.not_dumpable;
	return s;
}

/* Appends the cached program to the exit record and delivers it. */
static __always_inline void exec_cache_append(struct scratch *scratch,
					      const struct task_struct *task, __u64 want,
					      const struct exec_cache_entry *head, const char *data,
					      __u32 most, bool sections)
{
	struct exit_record *record = (struct exit_record *)scratch->record;
	struct procsieve_command *command = &record->exit.command;
	__u32 length = head->filename_len + head->argv_len;
	__u32 name = head->filename_len;

	length = bounded(length, most);
	name = bounded(name, PROCSIEVE_PATH_MAX);
	record->header.flags |= head->flags;
	command->argc = head->argc;
	command->filename_len = name;
	bpf_probe_read_kernel(command->data, length, data);
	deliver(scratch, task, want, EXIT_FIXED + length, EXIT_FIXED + name, sections);
}

/* Whether there is no entry: for lack of memory, or for a kernel thread. */
static __always_inline bool exec_cache_is_missing(struct task_struct *leader)
{
	if (bpf_task_storage_get(&short_cmdlines, leader, NULL, 0))
		return false;
	return !bpf_task_storage_get(&long_cmdlines, leader, NULL, 0);
}

/* For kernel threads there is nothing to read. */
static __always_inline void exec_cache_deliver_unread(struct scratch *scratch,
						      const struct task_struct *task, __u64 want,
						      bool sections)
{
	if (!(task->flags & PF_KTHREAD))
		scratch->header.flags |= PROCSIEVE_F_ARGV_UNREAD;
	deliver(scratch, task, want, EXIT_FIXED, EXIT_FIXED, sections);
}

/* At exit: delivers the record with the program of the process of `task`. */
static __always_inline void exec_cache_deliver(struct scratch *scratch,
					       const struct task_struct *task, __u64 want,
					       bool sections)
{
	struct task_struct *leader = task->group_leader;
	struct exec_cache_short *s = bpf_task_storage_get(&short_cmdlines, leader, NULL, 0);
	struct exec_cache_long *l = bpf_task_storage_get(&long_cmdlines, leader, NULL, 0);

	if (l && !(s && l->head.from_proc))
		exec_cache_append(scratch, task, want, &l->head, l->data, sizeof(l->data),
				  sections);
	else if (s)
		exec_cache_append(scratch, task, want, &s->head, s->data, sizeof(s->data),
				  sections);
	else
		exec_cache_deliver_unread(scratch, task, want, sections);
}

#endif
