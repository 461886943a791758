/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does a record of `procsieve ps` say what /proc says? */
#ifndef TESTS_SYSTEM_ORACLE_COMPARE_PROCFS_H
#define TESTS_SYSTEM_ORACLE_COMPARE_PROCFS_H

#include "oracle/procfs.h"
#include "harness/records.h"

/* All that a record is to have for likeness_check(). */
#define LIKENESS_GROUPS "args,exe,cwd,cred,time,mem,io,sched,ns,cgroup,tty,ancestors"

/*
 * Fails where a record of a process or thread, with these groups, says anything that /proc said
 * neither before nor after. Numbers that have grown meanwhile may lie between the two; what has not
 * run meanwhile is in the same state.
 */
void likeness_check(const json_t *record, const struct procfs *before, const struct procfs *after);

#endif
