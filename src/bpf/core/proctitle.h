/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Titles: a process may overwrite its argv to show what it does, and continue into the environment.
 * The kernel takes an argv whose last byte is not zero for one (/proc/PID/cmdline); then it is one
 * string.
 */
#ifndef BPF_CORE_PROCTITLE_H
#define BPF_CORE_PROCTITLE_H

#include "core/scratch.h"

#define TITLE_MAX 4096 /* the kernel's limit, with the zero */

/* Returns the size of the memory that a title may occupy. */
static __always_inline __u64 title_room(const struct mm_struct *mm)
{
	__u64 end = mm->arg_end, size;

	if (mm->env_start == end && mm->env_end > end)
		end = mm->env_end;
	size = end - mm->arg_start;
	return bounded(size, TITLE_MAX);
}

#endif
