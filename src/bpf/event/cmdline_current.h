/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program of a process, the last part of exec and exit records: filename, cwd, argv. Each is
 * appended to the record in the scratch area. The functions get the number of bytes used in the
 * area, and return the number of bytes added. The strings are where exec puts them, at the top of
 * the new stack: argv from arg_start to arg_end, the environment, and the name that was executed at
 * env_end.
 */
#ifndef BPF_EVENT_CMDLINE_CURRENT_H
#define BPF_EVENT_CMDLINE_CURRENT_H

#include "section/deliver_sections.h"
#include "core/compat.h"
#include "core/path.h"
#include "core/proctitle.h"

/* Maximum offsets at which a part may begin. */
#define COMMAND_CWD_MAX	 (SCRATCH_FIXED_MAX + PROCSIEVE_PATH_MAX)
#define COMMAND_ARGV_MAX (SCRATCH_FIXED_MAX + 2 * PROCSIEVE_PATH_MAX)

/*
 * Returns the length of a filename. `got` is the result of reading it as a string: the length with
 * the zero, or negative.
 */
static __always_inline __u32 command_filename(struct procsieve_record *header,
					      struct procsieve_command *command, long got)
{
	__u32 length = got > 0 ? got - 1 : 0;

	length = bounded(length, PROCSIEVE_PATH_MAX - 1);
	if (length == PROCSIEVE_PATH_MAX - 1)
		header->flags |= PROCSIEVE_F_FILENAME_CUT;
	command->filename_len = length;
	return length;
}

/* The working directory of the current task. */
__noinline __u32 command_cwd(__u32 area, __u32 used)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	struct scratch *scratch = scratch_of(area);
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	__u64 at = used;
	__u32 length;
	bool whole;

	if (!scratch || used > COMMAND_CWD_MAX)
		return 0;
	/*
	 * In 64 bits: the 6.1 verifier forgets the bounds of 32-bit values that are spilled to the
	 * stack.
	 */
	at = bounded(at, COMMAND_CWD_MAX);
	length = path_put(scratch, at, task, &fs->pwd, &whole);
	if (!whole)
		scratch->header.flags |= PROCSIEVE_F_CWD_CUT;
	return length;
}

/* Returns whether the argv of `length` bytes that was read to `used` lacks its terminating zero. */
static __always_inline bool command_is_title(const struct scratch *scratch,
					     const struct mm_struct *mm, __u64 used, __u64 length)
{
	__u64 last = used + length - 1;
	char byte = 0;

	last = bounded(last, SCRATCH_RECORD_MAX - 1);
	if (length <= PROCSIEVE_ARGV_MAX)
		return scratch->record[last];
	bpf_probe_read_user(&byte, sizeof(byte), (void *)(mm->arg_end - 1));
	return byte;
}

/*
 * Reads a title again, from the beginning of argv. Returns its length with the zero, which is added
 * if the title fills all of its room.
 */
static __always_inline __u32 command_title(struct scratch *scratch, const struct mm_struct *mm,
					   __u64 used)
{
	__u64 room = title_room(mm) + 1;
	long got;

	got = bpf_probe_read_user_str(scratch->record + used, room, (void *)mm->arg_start);
	return got > 0 ? bounded(got, TITLE_MAX + 1) : 0;
}

/* argv of the current task. */
__noinline __u32 command_argv(__u32 area, __u32 used)
{
	const struct mm_struct *mm = task_untrusted(bpf_get_current_task_btf())->mm;
	struct scratch *scratch = scratch_of(area);
	__u64 length, size, at = used;

	if (!mm || !scratch || used > COMMAND_ARGV_MAX)
		return 0;
	/* As in command_cwd(). */
	at = bounded(at, COMMAND_ARGV_MAX);
	length = mm->arg_end - mm->arg_start;
	if ((__s64)length <= 0)
		return 0;
	size = length;
	size = bounded(size, PROCSIEVE_ARGV_MAX);
	if (bpf_probe_read_user(scratch->record + at, size, (void *)mm->arg_start)) {
		scratch->header.flags |= PROCSIEVE_F_ARGV_UNREAD;
		return 0;
	}
	if (command_is_title(scratch, mm, at, length))
		return command_title(scratch, mm, at);
	if (length > PROCSIEVE_ARGV_MAX)
		scratch->header.flags |= PROCSIEVE_F_ARGV_CUT;
	return size;
}

/*
 * argc of the current task, from below argv, where exec puts it. Needed if argv was cut; 0 if it
 * cannot be read.
 */
static __always_inline __u32 command_argc(const struct mm_struct *mm)
{
	__u64 argc = 0;

	if (bpf_probe_read_user(&argc, sizeof(argc), (void *)mm->start_stack) || argc >> 31)
		return 0;
	return argc;
}

#endif
