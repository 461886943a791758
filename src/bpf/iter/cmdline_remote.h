/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line of a living process, from its memory: its filename and argv, as
 * event/cmdline_current.h reads those of the current task.
 */
#ifndef BPF_ITER_CMDLINE_REMOTE_H
#define BPF_ITER_CMDLINE_REMOTE_H

#include <asm/errno.h>

#include "core/scratch.h"
#include "core/compat.h"
#include "core/proctitle.h"

/* The space that a record of a snapshot has for it, besides the longest sections: 32 KiB in all. */
#define CMDLINE_MAX  12288

#define CMDLINE_PAGE 4096 /* the smallest page size */

/* Maximum offset at which argv may begin. */
#define CMDLINE_START_MAX (SCRATCH_FIXED_MAX + CMDLINE_PAGE)

/* Number of attempts to search a task's memory map while another task has it locked. */
#define CMDLINE_FIND_TRIES 4096

/* A range of a task's memory. */
struct cmdline_range {
	struct task_struct *task;
	unsigned long start, end;
	bool is_anonymous;
};

static long cmdline_check_vma(struct task_struct *task, struct vm_area_struct___plain *area,
			      struct cmdline_range *range)
{
	range->is_anonymous = !area->vm_ops && area->vm_end >= range->end;
	return 0;
}

/* Returns 1 when the map was searched. */
static long cmdline_find_vma(__u32 turn, struct cmdline_range *range)
{
	return bpf_find_vma(range->task, range->start, cmdline_check_vma, range, 0) != -EBUSY;
}

/*
 * Copies from a task's memory, unless it is mapped from a file: with FUSE, a process could map a
 * file whose reads block forever. /proc does not read those either. Returns whether it succeeded.
 */
static __always_inline bool cmdline_copy(void *to, __u64 size, struct task_struct *task,
					 unsigned long start)
{
	struct cmdline_range range = {.task = task, .start = start, .end = start + size};

	bpf_loop(CMDLINE_FIND_TRIES, cmdline_find_vma, &range, 0);
	return range.is_anonymous && !bpf_copy_from_user_task(to, size, (void *)start, task, 0);
}

/*
 * Reads the name at the beginning of `size` bytes at `at`. Returns its length, 0 if it continues
 * after them.
 */
static __always_inline __u32 cmdline_name(struct scratch *scratch,
					  struct procsieve_command *command,
					  struct task_struct *task, unsigned long at, __u64 size)
{
	long got;

	size = bounded(size, CMDLINE_PAGE);
	if (!cmdline_copy(scratch->path, size, task, at))
		return 0;
	got = bpf_probe_read_kernel_str(command->data, size, scratch->path);
	if (got <= 1 || got >= (long)size)
		return 0;
	command->filename_len = got - 1;
	return got - 1;
}

/* Reads the name that was executed, from the top of the stack. Returns its length. */
static __always_inline __u32 cmdline_filename(struct scratch *scratch,
					      struct procsieve_command *command,
					      struct task_struct *task, unsigned long at)
{
	/*
	 * The stack ends at the end of a page, somewhere after the name: in the first page or in
	 * the second.
	 */
	__u64 size = CMDLINE_PAGE - (at & (CMDLINE_PAGE - 1));
	__u32 length;

	if (!at)
		return 0;
	length = cmdline_name(scratch, command, task, at, size);
	return length ? length : cmdline_name(scratch, command, task, at, CMDLINE_PAGE);
}

/* Reads `length` bytes of a task's memory into the record at `at`. Returns whether it succeeded. */
static __always_inline bool cmdline_read(struct scratch *scratch, struct task_struct *task,
					 __u32 at, unsigned long start, __u64 length)
{
	at = bounded(at, CMDLINE_START_MAX);
	length = bounded(length, CMDLINE_MAX);
	return cmdline_copy(scratch->record + at, length, task, start);
}

/* Whether argv, which was read to `at`, lacks its terminating zero. */
static __always_inline bool cmdline_is_title(struct scratch *scratch, struct task_struct *task,
					     const struct mm_struct *mm, __u32 at, __u64 length)
{
	__u64 last = at + length - 1;
	char byte = 0;

	if (length <= CMDLINE_MAX)
		return last < SCRATCH_RECORD_MAX && scratch->record[last];
	return cmdline_copy(&byte, sizeof(byte), task, mm->arg_end - 1) && byte;
}

/* Reads a title again, from the beginning of argv. Returns its length with the zero. */
static __always_inline __u32 cmdline_title(struct scratch *scratch, struct task_struct *task,
					   const struct mm_struct *mm, __u32 at)
{
	__u64 length = title_room(mm);

	if (!cmdline_read(scratch, task, at, mm->arg_start, length))
		return 0;
	at = bounded(at, CMDLINE_START_MAX);
	return bpf_probe_read_kernel_str(scratch->path, length, scratch->record + at);
}

/* argc, from below argv, where exec puts it. 0 if something else is there now. */
static __always_inline __u32 cmdline_argc(struct task_struct *task, const struct mm_struct *mm,
					  __u64 length)
{
	__u32 argc = 0;

	if (!cmdline_copy(&argc, sizeof(argc), task, mm->start_stack) || argc > length)
		return 0;
	return argc;
}

static __always_inline __u32 cmdline_argv(struct scratch *scratch,
					  struct procsieve_command *command,
					  struct task_struct *task, const struct mm_struct *mm,
					  __u32 at)
{
	__u64 length = mm->arg_end - mm->arg_start;

	if ((__s64)length <= 0)
		return 0;
	if (!cmdline_read(scratch, task, at, mm->arg_start, length)) {
		scratch->header.flags |= PROCSIEVE_F_ARGV_UNREAD;
		return 0;
	}
	if (cmdline_is_title(scratch, task, mm, at, length))
		return cmdline_title(scratch, task, mm, at);
	if (length > CMDLINE_MAX) {
		scratch->header.flags |= PROCSIEVE_F_ARGV_CUT;
		command->argc = cmdline_argc(task, mm, length);
	}
	return bounded(length, CMDLINE_MAX);
}

/*
 * Appends both to the record, which ends with `command` and has `used` bytes; returns the number of
 * bytes added.
 */
static __always_inline __u32 cmdline_put(struct scratch *scratch, struct procsieve_command *command,
					 struct task_struct *task, __u32 used)
{
	const struct mm_struct *mm = task_untrusted(task)->mm;
	__u32 name;

	if (!mm)
		return 0;
	name = cmdline_filename(scratch, command, task, mm->env_end);
	return name + cmdline_argv(scratch, command, task, mm, used + name);
}

#endif
