/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks the accounting fields of exit records (--accounting), and watches works with them. */
#ifndef TESTS_SYSTEM_ORACLE_ACCOUNTING_BOUNDS_H
#define TESTS_SYSTEM_ORACLE_ACCOUNTING_BOUNDS_H

#include "harness/records.h"
#include "workload/resource_work.h"

/*
 * One tick of the user-visible clock (USER_HZ), in us; the kernel's own tick is not longer. A task
 * uses less than this after its accounting is read. On an emulated CPU the tolerance is larger: the
 * CPU stands still while its host does other work, and the clock does not.
 */
#define ACCOUNTING_TICK_US (tool_longer(1) > 1 ? 1000000 : 10000)

/*
 * Field names, NULL-terminated: those that are always present (max_rss_kb for processes only), and
 * those that the kernel counts only with delay accounting switched on.
 */
extern const char *const accounting_counts[], *const accounting_delays[];

/* Fail if a number is out of bounds. assert_accounting_field() reads it from the record. */
void assert_accounting_between(const json_t *record, const char *key, int64_t reported,
			       int64_t least, int64_t most);
void assert_accounting_field(const json_t *record, const char *key, int64_t least, int64_t most);
void assert_accounting_at_least(const json_t *record, const char *key, int64_t least);
int64_t accounting_cpu_us(const json_t *record);

/* Fails if a record has one of these fields. */
void assert_no_accounting(const json_t *records, const char *const *keys);

/*
 * Returns whether this is the exit of a process (0: of any), or with `thread` of one of its
 * threads.
 */
bool accounting_is_exit(const json_t *record, pid_t pid, bool thread);

/*
 * The only exit of a process. Fails if there is none or more than one: the test is too short for a
 * process ID to be reused.
 */
json_t *accounting_exit(const json_t *records, pid_t pid);

/*
 * Runs all works `rounds` times under watch --accounting, and returns the records. `threads` is
 * "--threads" or NULL. accounting_workers are the workers of the last call.
 */
json_t *accounting_watch(unsigned int rounds, const char *threads);
extern struct worker accounting_workers[];
extern size_t accounting_worker_count;

/* Fails if the exit of a worker reports less than the work is known to use. */
void assert_accounting_floor(const json_t *record, const struct work *work);

#endif
