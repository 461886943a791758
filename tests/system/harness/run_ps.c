// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs `procsieve ps`; see run_ps.h. */
#include "harness/run_ps.h"

#include <stdio.h>
#include <stdlib.h>

void snapshot_run(struct tool *tool, const char *const *words)
{
	const char *all[62] = {"ps", "--standalone"};

	for (unsigned int i = 0; i < 59 && words[i]; i++)
		all[i + 2] = words[i];
	tool_run(tool, all);
}

json_t *run_ps(const char *const *words)
{
	const char *all[62] = {"-j"};
	struct tool tool;
	json_t *records;
	size_t count;

	for (unsigned int i = 0; i < 59 && words[i]; i++)
		all[i + 1] = words[i];
	snapshot_run(&tool, all);
	if (tool_status(&tool) || *tool.err_text)
		fail_msg("the tool ended with %d: %s", tool_status(&tool), tool.err_text);
	records = records_load(tool.out_text);
	tool_clear(&tool);
	count = json_array_size(records);
	assert_true(count >= 2);
	assert_true(record_is(json_array_get(records, 0), "start"));
	assert_true(record_is(json_array_get(records, count - 1), "snapshot_end"));
	assert_int_equal(records_count(records, "process", 0), count - 2);
	assert_int_equal(record_number(json_array_get(records, count - 1), "count"), count - 2);
	return records;
}

static const char *id_text(pid_t tid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", tid);
	return text;
}

json_t *snapshot_index(const json_t *records)
{
	json_t *index = json_object(), *record;

	records_each(records, record)
	{
		pid_t tid;

		if (!record_is(record, "process"))
			continue;
		tid = (pid_t)record_number(record, "tid");
		if (snapshot_find(index, tid))
			fail_msg("%d is reported twice", tid);
		json_object_set(index, id_text(tid), record);
	}
	return index;
}

json_t *snapshot_find(const json_t *index, pid_t tid)
{
	return json_object_get(index, id_text(tid));
}

size_t snapshot_ids(const json_t *records, pid_t **ids)
{
	const json_t *record;
	size_t count = 0;

	*ids = calloc(json_array_size(records), sizeof(**ids));
	records_each(records, record) if (record_is(record, "process"))(*ids)[count++] =
		(pid_t)record_number(record, "tid");
	return count;
}
