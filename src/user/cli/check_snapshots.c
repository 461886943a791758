// SPDX-License-Identifier: GPL-2.0-or-later
/* Takes snapshots to see what they contain; see check_snapshots.h. */
#include "cli/check_snapshots.h"

#include <string.h>
#include <unistd.h>

#include <procsieve/event.h>
#include <procsieve/read_record.h>
#include <procsieve/snapshot.h>

#include "engine/load_errors.h"
#include "engine/snapshot_loader.h"

static const struct {
	const char *name, *iterator;
} snapshots[] = {
	[CHECK_PROCESSES] = {"processes", "iter/task"},
	[CHECK_ARGUMENTS] = {"arguments", "iter.s/task"},
	[CHECK_MAPPINGS] = {"mappings", "iter/task_vma"},
	[CHECK_FDS] = {"fds", "iter/task_file"},
};

const char *check_snapshot_name(enum check_snapshot kind)
{
	return snapshots[kind].name;
}

const char *check_snapshot_iterator(enum check_snapshot kind)
{
	return snapshots[kind].iterator;
}

static bool has_expected_data(enum check_snapshot kind, const struct procsieve_record *record,
			      size_t size)
{
	struct procsieve_program program;

	switch (kind) {
	case CHECK_ARGUMENTS:
		return !procsieve_program(record, size, &program) && program.argv_len;
	case CHECK_MAPPINGS:
		return record->type == PROCSIEVE_MAPPING;
	case CHECK_FDS:
		return record->type == PROCSIEVE_FD;
	default:
		return record->type == PROCSIEVE_PROCESS;
	}
}

/* Reads the whole snapshot. Returns 0 and *works, or -errno. */
static int find_expected_data(enum check_snapshot kind, struct procsieve_snapshot *snapshot,
			      bool *works)
{
	const struct procsieve_record *record;
	size_t size;
	int more;

	while ((more = procsieve_snapshot_next(snapshot, &record, &size)) > 0)
		*works |= has_expected_data(kind, record, size);
	return more;
}

int check_snapshot_works(enum check_snapshot kind, bool *works, struct reason *why)
{
	__u64 self = getpid();
	const struct procsieve_filter filter = {
		.pids = {.values = &self, .count = 1},
		.no_args = kind != CHECK_ARGUMENTS,
	};
	const struct procsieve_selection selection = {
		.mappings = kind == CHECK_MAPPINGS,
		.fds = kind == CHECK_FDS,
	};
	struct procsieve_snapshot *snapshot;
	int fds[PROCSIEVE_STREAM_COUNT];
	int err = snapshot_open(&filter, &selection, NULL, NULL, fds, NULL, why);

	*works = false;
	if (err)
		return why->status == STATUS_FAILURE ? err : 0;
	if (procsieve_snapshot_adopt(&snapshot, fds))
		return reason_set(why, STATUS_FAILURE, "out of memory");
	err = find_expected_data(kind, snapshot, works);
	procsieve_snapshot_close(snapshot);
	return load_is_shortage(err) ? reason_set(why, STATUS_FAILURE, "cannot read a snapshot: %s",
						  strerror(-err))
				     : 0;
}
