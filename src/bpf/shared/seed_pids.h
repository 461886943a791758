/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space tells control/seed_pids.bpf.h. Shared by both sides of the engine. */
#ifndef BPF_SHARED_SEED_PIDS_H
#define BPF_SHARED_SEED_PIDS_H

#include <linux/types.h>

struct seed {
	__u64 listener; /* its bit */
	__u32 descend;	/* enter children of those that are in, instead of the roots */
};

#endif
