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

/* argv of the current task. */
__noinline __u32 command_argv(__u32 area, __u32 used)
{
	const struct mm_struct *mm = task_untrusted(bpf_get_current_task_btf())->mm;
	struct scratch *scratch = scratch_of(area);
	unsigned long start;
	__u64 length;

	if (!mm || !scratch || used > COMMAND_ARGV_MAX)
		return 0;
	start = mm->arg_start;
	length = mm->arg_end - start;
	if ((__s64)length <= 0)
		return 0;
	if (length > PROCSIEVE_ARGV_MAX)
		scratch->header.flags |= PROCSIEVE_F_ARGV_CUT;
	length = bounded(length, PROCSIEVE_ARGV_MAX);
	if (!bpf_probe_read_user(scratch->record + used, length, (void *)start))
		return length;
	scratch->header.flags |= PROCSIEVE_F_ARGV_UNREAD;
	return 0;
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
