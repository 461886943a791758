// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks the accounting of exit records; see accounting_bounds.h. */
#include "oracle/accounting_bounds.h"

#include <stdio.h>
#include <unistd.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

const char *const accounting_counts[] = {
	"utime_us",   "stime_us",    "minflt", "majflt", "nvcsw",	 "nivcsw", "max_rss_kb",
	"read_bytes", "write_bytes", "rchar",  "wchar",	 "cpu_delay_us", NULL};

const char *const accounting_delays[] = {
	"blkio_delay_us",   "swapin_delay_us", "reclaim_delay_us", "thrashing_delay_us",
	"compact_delay_us", "wpcopy_delay_us", "irq_delay_us",	   NULL};

void assert_accounting_between(const json_t *record, const char *key, int64_t reported,
			       int64_t least, int64_t most)
{
	if (reported < least || reported > most) {
		char *text = json_dumps(record, 0);

		fail_msg("%s is %ld, not from %ld to %ld, in %s", key, (long)reported, (long)least,
			 (long)most, text);
	}
}

void assert_accounting_field(const json_t *record, const char *key, int64_t least, int64_t most)
{
	assert_accounting_between(record, key, record_number(record, key), least, most);
}

int64_t accounting_cpu_us(const json_t *record)
{
	return record_number(record, "utime_us") + record_number(record, "stime_us");
}

bool accounting_is_exit(const json_t *record, pid_t pid, bool thread)
{
	return record_is(record, "exit") && (!pid || record_number(record, "pid") == pid) &&
	       json_is_true(json_object_get(record, "thread")) == thread;
}

json_t *accounting_exit(const json_t *records, pid_t pid)
{
	json_t *record, *found = NULL;

	records_each(records, record) if (accounting_is_exit(record, pid, false))
	{
		if (found)
			fail_msg("more than one exit of process %d", pid);
		found = record;
	}
	if (!found)
		fail_msg("no exit of process %d", pid);
	return found;
}

struct worker accounting_workers[100];
size_t accounting_worker_count;

static void work_all(unsigned int rounds)
{
	accounting_worker_count = 0;
	for (unsigned int round = 0; round < rounds; round++)
		for (size_t i = 0; i < work_count; i++) {
			assert_true(accounting_worker_count < LENGTH(accounting_workers));
			work_do(&works[i], &accounting_workers[accounting_worker_count++]);
		}
}

json_t *accounting_watch(unsigned int rounds, const char *threads)
{
	char self[16];
	struct tool tool;
	json_t *records;

	snprintf(self, sizeof(self), "%d", getpid());
	watch_start(&tool, WORDS("-e", "exit", "-p", self, "--follow", "--accounting", threads));
	work_all(rounds);
	records = watch_finish(&tool);
	assert_int_equal(records_lost(records), 0);
	tool_clear(&tool);
	return records;
}

void assert_accounting_at_least(const json_t *record, const char *key, int64_t least)
{
	assert_accounting_field(record, key, least, INT64_MAX);
}

void assert_accounting_floor(const json_t *record, const struct work *work)
{
	const struct work_floor *floor = &work->floor;

	assert_accounting_between(record, "utime_us + stime_us", accounting_cpu_us(record),
				  floor->cpu_us, INT64_MAX);
	assert_accounting_at_least(record, "minflt", floor->minflt);
	assert_accounting_at_least(record, "nvcsw", floor->nvcsw);
	assert_accounting_at_least(record, "nivcsw", floor->nivcsw);
	assert_accounting_at_least(record, "max_rss_kb", floor->rss_kb);
	assert_accounting_at_least(record, "cpu_delay_us", floor->cpu_delay_us);
	if (work_has_storage()) {
		assert_accounting_at_least(record, "majflt", floor->majflt);
		assert_accounting_at_least(record, "read_bytes", floor->read_bytes);
		assert_accounting_at_least(record, "write_bytes", floor->write_bytes);
	}
	if (!work->exact)
		return;
	assert_accounting_field(record, "rchar", work->rchar, work->rchar);
	assert_accounting_field(record, "wchar", work->wchar, work->wchar);
}

void assert_no_accounting(const json_t *records, const char *const *keys)
{
	const json_t *record;

	records_each(records, record) for (size_t i = 0; keys[i]; i++)
	{
		if (json_object_get(record, keys[i]))
			fail_msg("%s has \"%s\"", record_text(record, "type"), keys[i]);
	}
}
