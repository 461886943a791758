/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What user space tells the programs of a snapshot. Shared by both sides of the engine. */
#ifndef BPF_SHARED_SNAPSHOT_CONFIG_H
#define BPF_SHARED_SNAPSHOT_CONFIG_H

#include <linux/types.h>

/* No kernel has more. */
#define SNAPSHOT_CPUS_MAX 8192

/* Constants to the programs, so that the verifier drops what is not asked for. */
struct snapshot_config {
	__u64 bit;	/* the sieve's listener */
	__u32 sections; /* PROCSIEVE_SECTION() of each kind asked for */
	__u32 states;	/* mask */
	__u32 strategy; /* enum procsieve_strategy */
	__u32 cpus;	/* one more than the highest number of a CPU that the machine can have */
	__u32 page_size;
	__u8 threads;	 /* of processes as well */
	__u8 living;	 /* none of whose process has no living thread any more */
	__u8 restricted; /* to the processes of one owner */
	__u64 possible[SNAPSHOT_CPUS_MAX / 64]; /* a bit for each CPU that the machine can have */
};

/* Set between two passes. */
struct snapshot_pass {
	__u32 root;   /* process */
	__u32 level;  /* of the pid namespace of who opens the streams; written when naming */
	__u32 naming; /* tell ids of processes (__u32), four bytes each, and nothing else */
};

#endif
