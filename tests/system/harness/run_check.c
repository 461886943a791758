// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs `procsieve check`; see run_check.h. */
#include "harness/run_check.h"

#include <string.h>

json_t *check_run(const char *mode)
{
	json_t *answer;
	struct tool tool;

	tool_run(&tool,
		 mode ? WORDS("check", "--json", "--hooks", mode) : WORDS("check", "--json"));
	answer = json_loads(tool.out_text, JSON_REJECT_DUPLICATES, NULL);
	tool_clear(&tool);
	return answer;
}

static const json_t *event_of(const json_t *answer, const char *type)
{
	return json_object_get(json_object_get(answer, "events"), type);
}

bool check_works(const json_t *answer, const char *type)
{
	return json_is_true(json_object_get(event_of(answer, type), "works"));
}

const json_t *check_hooks(const json_t *answer, const char *type)
{
	return json_object_get(event_of(answer, type), "hooks");
}

bool check_reports_set_uid(const json_t *answer)
{
	const json_t *hooks = check_hooks(answer, "uid");

	for (size_t i = 0; i < json_array_size(hooks); i++) {
		const char *name = json_string_value(json_array_get(hooks, i));

		if (strstr(name, "/sched_prepare_exec") || strstr(name, "/commit_creds"))
			return true;
	}
	return false;
}
