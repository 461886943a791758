/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What identity.h notes of a task. */
#ifndef BPF_SHARED_IDENTITY_NOTE_H
#define BPF_SHARED_IDENTITY_NOTE_H

#include <linux/types.h>

struct identity {
	__u64 memory, cred; /* addresses */
	__u32 programs;	    /* that it has been: addresses are used again */
	__u32 in_exec;
};

#endif
