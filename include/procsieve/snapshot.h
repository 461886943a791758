/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Snapshots: all processes at one time, in one read. A filter says which, as it does for events, and what to tell of them
 * (sections); a selection narrows it further. Each process is told as it was when it was looked at, which takes some 100 ns;
 * one that goes away meanwhile is left out, never half told.
 */
#ifndef PROCSIEVE_SNAPSHOT_H
#define PROCSIEVE_SNAPSHOT_H

#include <procsieve/filter.h>

enum procsieve_strategy {
	PROCSIEVE_ALL,
	PROCSIEVE_CHILDREN,    /* of the root */
	PROCSIEVE_DESCENDANTS, /* the root, and all below it */
};

/* States of a task, as the letters of /proc/PID/stat; the place of a letter is its bit in a mask of states. */
#define PROCSIEVE_STATES      "RSDTtXZPI"
#define PROCSIEVE_STATE_COUNT 9

/* All zero: every process that the filter accepts. */
struct procsieve_selection {
	__u32 strategy; /* enum procsieve_strategy */
	__u32 root;	/* process id */
	__u32 states;	/* mask; 0: any */
	bool mappings;	/* their memory as well, one record a mapping */
	bool files;	/* and the files they have open */
};

#endif
