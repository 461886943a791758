/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What exits say with --accounting that was used, and works watched with it. */
#ifndef TESTS_SYSTEM_ORACLE_ACCOUNTING_BOUNDS_H
#define TESTS_SYSTEM_ORACLE_ACCOUNTING_BOUNDS_H

#include "harness/records.h"
#include "workload/resource_work.h"

/*
 * A tick of user space's clock; the kernel's own is no longer. No task uses more behind where its
 * accounts are taken; but an emulated processor stands still while its host does other things, and
 * the clock does not.
 */
#define USED_TICK_US (tool_longer(1) > 1 ? 1000000 : 10000)

/*
 * The fields, up to a NULL: those that are always there (max_rss_kb of processes), and those that
 * the kernel keeps when told to.
 */
extern const char *const used_counts[], *const used_delays[];

/* Fail where a number is not within; the second takes it from the record. */
void used_between(const json_t *record, const char *key, int64_t told, int64_t least, int64_t most);
void used_number(const json_t *record, const char *key, int64_t least, int64_t most);
void used_least(const json_t *record, const char *key, int64_t least);
int64_t used_cpu_us(const json_t *record);

/* Fails where a record has one of these fields. */
void used_none(const json_t *records, const char *const *keys);

/* Is this the exit of a process (0: of any), or of one of its threads? */
bool used_is_exit(const json_t *record, pid_t pid, bool thread);

/*
 * The one exit of a process. Fails where there is none, or more than one: so soon no process id
 * comes round.
 */
json_t *used_exit(const json_t *records, pid_t pid);

/*
 * Does all works, so often, watched with accounting, and returns the records. `threads` is
 * "--threads" or NULL. The workers are those of the last call.
 */
json_t *used_watch(unsigned int rounds, const char *threads);
extern struct worker used_workers[];
extern size_t used_worker_count;

/* Fails where the exit of a worker says less than it has used for sure. */
void used_floor_check(const json_t *record, const struct work *work);

#endif
