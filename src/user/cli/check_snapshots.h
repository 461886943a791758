/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What snapshots tell on this kernel, found out by taking some of this process; for `procsieve
 * check`.
 */
#ifndef USER_CLI_CHECK_SNAPSHOTS_H
#define USER_CLI_CHECK_SNAPSHOTS_H

#include <stdbool.h>

/* What each iterator of src/bpf/snapshot.bpf.c is for. */
enum trial {
	TRIAL_PROCESSES,
	TRIAL_ARGUMENTS,
	TRIAL_MAPPINGS,
	TRIAL_FDS,
	TRIAL_COUNT,
};

/* As `check` names it; the iterator, as bpftool(8) does. */
const char *check_snapshot_name(enum trial trial);
const char *check_snapshot_iterator(enum trial trial);

/*
 * Does a snapshot tell this process, its arguments, its mappings or its descriptors? Loads
 * programs, and leaves none behind.
 */
bool check_snapshot_works(enum trial trial);

#endif
