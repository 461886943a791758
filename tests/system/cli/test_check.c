// SPDX-License-Identifier: GPL-2.0-or-later
/* procsieve check: what it reports as working is what watch delivers. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/run_check.h"
#include "harness/records.h"

/* Shell commands that cause each event without help from procsieve. */
static const char *const scripts[][2] = {
	{"fork", "/bin/true; exit 0"},
	{"exec", "exec /bin/true"},
	{"exit", "exit 0"},
	{"comm", "echo renamed > /proc/$$/comm"},
	{"uid", "setpriv --reuid 5 --clear-groups true; exit 0"},
	{"gid", "setpriv --regid 5 --clear-groups true; exit 0"},
	{"sid", "setsid -w true; exit 0"},
	{"coredump", "ulimit -c 0; kill -ABRT $$"},
};

static bool event_arrives(const char *type, const char *script)
{
	struct tool tool;
	json_t *records;
	size_t count;

	tool_run(&tool, WORDS("watch", "-j", "-o", "-", "-e", type, "--", "/bin/sh", "-c", script));
	records = records_load(tool.out_text);
	count = records_count(records, type, 0);
	json_decref(records);
	tool_clear(&tool);
	return count;
}

static void watch_delivers_what_check_reports(void **state)
{
	json_t *answer, *events;
	json_error_t error;
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("check", "--json"));
	answer = json_loads(tool.out_text, JSON_REJECT_DUPLICATES, &error);
	if (!answer)
		fail_msg("no JSON: %s", error.text);
	events = json_object_get(answer, "events");
	assert_int_equal(json_object_size(events), 9);
	assert_int_equal(tool_status(&tool),
			 json_is_true(json_object_get(answer, "works")) ? 0 : 4);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		json_t *event = json_object_get(events, scripts[i][0]);

		if (json_is_true(json_object_get(event, "works")) !=
		    event_arrives(scripts[i][0], scripts[i][1]))
			fail_msg("%s: check and watch do not agree", scripts[i][0]);
		assert_true(json_array_size(json_object_get(event, "hooks")) > 0);
	}
	json_decref(answer);
	tool_clear(&tool);
}

/*
 * Returns whether ps reports this field for this process with this group, and not with the others.
 */
static bool ps_reports(const char *type, const char *group, const char *key)
{
	char self[16];
	struct tool tool;
	json_t *records, *record;
	size_t count = 0;

	snprintf(self, sizeof(self), "%d", getpid());
	tool_run(&tool,
		 WORDS("ps", "-j", "--standalone", "-p", self, group ? "--with" : NULL, group));
	records = records_load(tool.out_text);
	records_each(records, record) count +=
		record_is(record, type) && json_object_get(record, key);
	json_decref(records);
	tool_clear(&tool);
	return count;
}

static void ps_delivers_what_check_reports(void **state)
{
	static const struct {
		const char *name, *type, *group, *key;
	} kinds[] = {
		{"processes", "process", NULL, "pid"},
		{"arguments", "process", "args", "argv"},
		{"mappings", "mapping", "maps", "perms"},
		{"fds", "fd", "fds", "fd"},
	};
	json_t *answer = check_run(NULL), *snapshots = json_object_get(answer, "snapshots");

	(void)state;
	assert_int_equal(json_object_size(snapshots), 4);
	for (size_t i = 0; i < 4; i++) {
		json_t *snapshot = json_object_get(snapshots, kinds[i].name);

		assert_int_equal(json_is_true(json_object_get(snapshot, "works")),
				 ps_reports(kinds[i].type, kinds[i].group, kinds[i].key));
	}
	json_decref(answer);
}

static void check_names_what_is_missing(void **state)
{
	struct tool tool;

	(void)state;
	tool_emulate_old_kernel();
	tool_run(&tool, WORDS("check"));
	assert_non_null(strstr(tool.out_text, "no longer has its memory"));
	assert_non_null(strstr(tool.out_text, "exit      yes"));
	assert_int_equal(tool_status(&tool), strstr(tool.out_text, " no      ") ? 4 : 0);
	tool_clear(&tool);
}

static int delay_accounting(void)
{
	FILE *file = fopen("/proc/sys/kernel/task_delayacct", "re");
	int on = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%d", &on) != 1)
		on = 0;
	fclose(file);
	return on;
}

static void check_names_the_switch_for_delays(void **state)
{
	struct tool tool;

	(void)state;
	tool_run(&tool, WORDS("check"));
	assert_int_equal(!strstr(tool.out_text, "kernel.task_delayacct=1"), delay_accounting());
	tool_clear(&tool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watch_delivers_what_check_reports),
		cmocka_unit_test(ps_delivers_what_check_reports),
		cmocka_unit_test_teardown(check_names_what_is_missing, tool_stop_emulation),
		cmocka_unit_test(check_names_the_switch_for_delays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
