/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings that user space passes to the programs of a snapshot. Shared by both sides of the
 * engine.
 */
#ifndef BPF_SHARED_SNAPSHOT_CONFIG_H
#define BPF_SHARED_SNAPSHOT_CONFIG_H

#include "bpf/shared/request_pid_ns.h"

/* Maximum number of CPUs that a kernel supports. */
#define SNAPSHOT_CPUS_MAX 8192

/* Constants to the programs, so that the verifier removes the code of what was not requested. */
struct snapshot_config {
	__u64 listener; /* bit of the snapshot's listener in the sieve */
	__u32 sections; /* PROCSIEVE_SECTION() of each requested section */
	__u32 states;	/* mask of states; 0: all */
	__u32 strategy; /* enum procsieve_strategy */
	__u32 cpus;	/* highest number of a possible CPU, plus 1 */
	__u32 page_size;
	__u8 threads;				/* 1: threads as well as processes */
	__u8 alive_only;			/* 1: only processes and threads that are alive */
	__u8 restricted;			/* 1: only what one owner may see */
	__u64 possible[SNAPSHOT_CPUS_MAX / 64]; /* bit mask of the possible CPUs */
};

/* Set between two passes over the tasks. */
struct snapshot_pass {
	__u32 root;	/* process id of the root */
	__u32 level;	/* of the requester's pid namespace; written by the pass that lists ids */
	__u32 list_ids; /* 1: emit only struct snapshot_ids of processes */
	struct request_pid_ns pid_ns;
};

struct snapshot_ids {
	__u32 requested; /* process id in snapshot_pass.pid_ns; 0 if that is the reader's */
	__u32 pid;	 /* process id in the initial pid namespace */
};

#endif
