/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flags of clone3(2), X(NAME), in the order in which the formats show them. */
#ifndef USER_FORMAT_CLONE_FLAGS_H
#define USER_FORMAT_CLONE_FLAGS_H

#include <linux/sched.h>

/* clang-format off */
#define CLONE_FLAGS(X) \
	X(CLONE_NEWTIME) \
	X(CLONE_VM) \
	X(CLONE_FS) \
	X(CLONE_FILES) \
	X(CLONE_SIGHAND) \
	X(CLONE_PIDFD) \
	X(CLONE_PTRACE) \
	X(CLONE_VFORK) \
	X(CLONE_PARENT) \
	X(CLONE_THREAD) \
	X(CLONE_NEWNS) \
	X(CLONE_SYSVSEM) \
	X(CLONE_SETTLS) \
	X(CLONE_PARENT_SETTID) \
	X(CLONE_CHILD_CLEARTID) \
	X(CLONE_DETACHED) \
	X(CLONE_UNTRACED) \
	X(CLONE_CHILD_SETTID) \
	X(CLONE_NEWCGROUP) \
	X(CLONE_NEWUTS) \
	X(CLONE_NEWIPC) \
	X(CLONE_NEWUSER) \
	X(CLONE_NEWPID) \
	X(CLONE_NEWNET) \
	X(CLONE_IO) \
	X(CLONE_CLEAR_SIGHAND) \
	X(CLONE_INTO_CGROUP)
/* clang-format on */

#endif
