/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares a record of `procsieve ps` with /proc. */
#ifndef TESTS_SYSTEM_ORACLE_COMPARE_PROCFS_H
#define TESTS_SYSTEM_ORACLE_COMPARE_PROCFS_H

#include "oracle/procfs.h"
#include "harness/records.h"

/* The --with groups that a record needs for assert_record_matches_procfs(). */
#define PROCFS_GROUPS "args,exe,cwd,cred,time,mem,io,sched,ns,cgroup,tty,login,ancestors"

/*
 * Fails if a record of a process or thread, with these groups, has a value that /proc showed
 * neither before nor after the snapshot. A number that has grown may lie between both values. The
 * state must be the same if the task has not run in between.
 */
void assert_record_matches_procfs(const json_t *record, const struct procfs *before,
				  const struct procfs *after);

#endif
