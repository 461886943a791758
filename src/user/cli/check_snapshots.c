// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes snapshots as a trial; see check_snapshots.h. */
#include "cli/check_snapshots.h"

#include <unistd.h>

#include <procsieve/event.h>
#include <procsieve/payload.h>
#include <procsieve/snapshot.h>

#include "engine/snapshot_loader.h"

static const struct {
	const char *name, *iterator;
} trials[] = {
	[TRIAL_PROCESSES] = {"processes", "iter/task"},
	[TRIAL_ARGUMENTS] = {"arguments", "iter.s/task"},
	[TRIAL_MAPPINGS] = {"mappings", "iter/task_vma"},
	[TRIAL_FDS] = {"fds", "iter/task_file"},
};

const char *check_snapshot_name(enum trial trial)
{
	return trials[trial].name;
}

const char *check_snapshot_iterator(enum trial trial)
{
	return trials[trial].iterator;
}

static bool tells(enum trial trial, const struct procsieve_record *record, size_t size)
{
	struct procsieve_program program;

	switch (trial) {
	case TRIAL_ARGUMENTS:
		return !procsieve_program(record, size, &program) && program.argv_len;
	case TRIAL_MAPPINGS:
		return record->type == PROCSIEVE_MAPPING;
	case TRIAL_FDS:
		return record->type == PROCSIEVE_FD;
	default:
		return record->type == PROCSIEVE_PROCESS;
	}
}

bool check_snapshot_works(enum trial trial)
{
	__u64 self = getpid();
	const struct procsieve_filter filter = {
		.pids = {.values = &self, .count = 1},
		.no_args = trial != TRIAL_ARGUMENTS,
	};
	const struct procsieve_selection selection = {
		.mappings = trial == TRIAL_MAPPINGS,
		.fds = trial == TRIAL_FDS,
	};
	const struct procsieve_record *record;
	struct procsieve_snapshot *snapshot;
	int fds[PROCSIEVE_STREAM_COUNT];
	struct reason why = {0};
	bool works = false;
	size_t size;

	if (snapshot_open(&filter, &selection, NULL, NULL, fds, NULL, &why) ||
	    procsieve_snapshot_adopt(&snapshot, fds))
		return false;
	while (procsieve_snapshot_next(snapshot, &record, &size) > 0)
		works |= tells(trial, record, size);
	procsieve_snapshot_close(snapshot);
	return works;
}
