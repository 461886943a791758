// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints a server's status as one JSON object; see status_print.h. */
#include <stdio.h>

#include "base/names.h"
#include "cli/status_print.h"
#include "format/json_stream.h"

/* Writes a list of the names of the bits that are set. */
static void json_names(struct json_stream *json, const char *key, uint64_t mask,
		       const char *(*name_of)(unsigned int))
{
	json_open(json, key, '[');
	for (unsigned int i = 0; i < 64 && mask >> i; i++)
		if (mask >> i & 1 && name_of(i))
			json_text(json, NULL, name_of(i));
	json_close(json, ']');
}

static void json_listener(struct json_stream *json, const struct wire_listener *listener)
{
	json_open(json, NULL, '{');
	json_number(json, "pid", listener->pid);
	json_number(json, "uid", listener->uid);
	json_bool(json, "restricted", listener->restricted);
	json_names(json, "events", listener->events, event_name);
	json_names(json, "with", listener->sections, status_section_name);
	json_names(json, "flags", listener->flags, status_flag_name);
	json_open(json, "values", '{');
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++)
		if (listener->counts[i])
			json_number(json, status_list_names[i], listener->counts[i]);
	json_close(json, '}');
	json_number(json, "delivered", listener->delivered);
	json_number(json, "lost", listener->lost);
	json_number(json, "missed", listener->missed);
	json_number(json, "ring_bytes", listener->ring_size);
	json_number(json, "ring_used_bytes", listener->ring_used);
	json_seconds(json, "seconds", status_seconds_since(listener->since_ns));
	json_close(json, '}');
}

static void json_hook(struct json_stream *json, const struct wire_hook *hook)
{
	json_open(json, NULL, '{');
	json_text(json, "name", hook->name);
	json_number(json, "missed", hook->missed);
	json_number(json, "runs", hook->runs);
	json_number(json, "time_ns", hook->time_ns);
	json_close(json, '}');
}

void status_print_json(const struct wire_status *status)
{
	struct json_stream json = {.out = stdout};

	json_open(&json, NULL, '{');
	json_number(&json, "v", 1);
	json_text(&json, "type", "status");
	json_bool(&json, "restricted", status->restricted);
	json_seconds(&json, "seconds", status_seconds_since(status->started_ns));
	json_number(&json, "accepted", status->accepted);
	json_number(&json, "refused", status->refused);
	json_open(&json, "listeners", '[');
	for (unsigned int i = 0; i < status->listener_count; i++)
		json_listener(&json, &status->listeners[i]);
	json_close(&json, ']');
	json_open(&json, "hooks", '[');
	for (unsigned int i = 0; i < status->hook_count; i++)
		json_hook(&json, &status->hooks[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	putchar('\n');
}
