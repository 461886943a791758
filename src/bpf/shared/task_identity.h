/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a task that core/identity.h saves and compares. */
#ifndef BPF_SHARED_TASK_IDENTITY_H
#define BPF_SHARED_TASK_IDENTITY_H

#include <linux/types.h>

struct identity {
	__u64 mm, cred;	  /* addresses */
	__u32 exec_count; /* number of execs (self_exec_id): addresses are reused */
	__u32 in_exec;
};

#endif
