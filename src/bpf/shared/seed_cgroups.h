/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space passes to control/seed_cgroups.bpf.h. Shared by both sides of the engine. */
#ifndef BPF_SHARED_SEED_CGROUPS_H
#define BPF_SHARED_SEED_CGROUPS_H

#include <linux/types.h>

struct seed_cgroups_args {
	__u64 listener; /* bit of the listener */
};

#endif
