/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arguments of control/seed_pids.bpf.h, set by user space. Shared by both sides of the engine. */
#ifndef BPF_SHARED_SEED_PIDS_H
#define BPF_SHARED_SEED_PIDS_H

#include "bpf/shared/request_pid_ns.h"

struct seed_pids_args {
	__u64 listener; /* bit of the listener */
	/* 1: add children of processes that are in the filter; 0: add the named processes */
	__u32 descend;
	struct request_pid_ns pid_ns; /* of the ids of the named processes */
};

#endif
