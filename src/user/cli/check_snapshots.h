/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks what snapshots can report on this kernel, by taking snapshots of this process. For
 * `procsieve check`.
 */
#ifndef USER_CLI_CHECK_SNAPSHOTS_H
#define USER_CLI_CHECK_SNAPSHOTS_H

#include <stdbool.h>

#include "base/reason.h"

/* One for each iterator of src/bpf/snapshot.bpf.c. */
enum check_snapshot {
	CHECK_PROCESSES,
	CHECK_ARGUMENTS,
	CHECK_MAPPINGS,
	CHECK_FDS,
	CHECK_SNAPSHOT_COUNT,
};

/* Return the name that `check` prints, and the iterator's name in bpftool(8). */
const char *check_snapshot_name(enum check_snapshot kind);
const char *check_snapshot_iterator(enum check_snapshot kind);

/*
 * Sets *works to whether a snapshot contains this process, its arguments, its mappings or its
 * descriptors. Loads BPF programs and unloads them again. Returns 0, or what reason_set() returned
 * if the cause is not the kernel but, for example, too little memory.
 */
int check_snapshot_works(enum check_snapshot kind, bool *works, struct reason *why);

#endif
