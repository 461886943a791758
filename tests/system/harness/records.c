// SPDX-License-Identifier: GPL-2.0-or-later
/* Records parsed from JSON; see records.h. */
#include "harness/records.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void prepare_nothing(const void *context)
{
	(void)context;
}

void watch_start(struct tool *tool, const char *const *words)
{
	watch_start_after(tool, words, NULL);
}

void watch_start_after(struct tool *tool, const char *const *words, tool_prepare *prepare)
{
	const char *all[62] = {"watch", "-j"};

	for (unsigned int i = 0; i < 59 && words[i]; i++)
		all[i + 2] = words[i];
	tool_start_after(tool, all, prepare ? prepare : prepare_nothing, NULL);
	tool_wait_lines(tool, 1);
}

json_t *watch_finish(struct tool *tool)
{
	if (tool->pid)
		tool_stop(tool);
	if (tool_status(tool))
		fail_msg("the tool ended with %d: %s", tool_status(tool), tool->err_text);
	return records_load(tool->out_text);
}

json_t *records_load(const char *text)
{
	json_t *records = json_array();
	const char *end;

	for (; *text; text = end + 1) {
		json_error_t error;
		json_t *record;

		end = strchr(text, '\n');
		if (!end) {
			fail_msg("the last line has no end: %s", text);
			break;
		}
		record = json_loadb(text, end - text, JSON_REJECT_DUPLICATES, &error);
		if (!record)
			fail_msg("no JSON (%s): %.*s", error.text, (int)(end - text), text);
		if (record_number(record, "seq") != (int64_t)json_array_size(records))
			fail_msg("out of sequence: %.*s", (int)(end - text), text);
		json_array_append_new(records, record);
	}
	return records;
}

static const json_t *field(const json_t *record, const char *key, json_type type)
{
	const json_t *value = json_object_get(record, key);

	if (!value || json_typeof(value) != type) {
		char *text = json_dumps(record, 0);

		fail_msg("\"%s\" is %s in %s", key, value ? "of another type" : "missing", text);
	}
	return value;
}

bool record_is(const json_t *record, const char *type)
{
	return !strcmp(record_text(record, "type"), type);
}

int64_t record_number(const json_t *record, const char *key)
{
	return json_integer_value(field(record, key, JSON_INTEGER));
}

const char *record_text(const json_t *record, const char *key)
{
	return json_string_value(field(record, key, JSON_STRING));
}

uint64_t record_u64(const json_t *record, const char *key)
{
	const char *text = record_text(record, key);
	char *end;
	uint64_t number = strtoull(text, &end, 10);

	if (!*text || *end)
		fail_msg("\"%s\" is no number: %s", key, text);
	return number;
}

static unsigned int sixbits(char digit)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = digit ? strchr(digits, digit) : NULL;

	if (!at)
		fail_msg("'%c' is no digit of base64", digit);
	return at - digits;
}

static char *decode_base64(const char *text, size_t *size)
{
	size_t length = strlen(text), count = 0;
	char *bytes = malloc(length + 1);
	unsigned int bits = 0, held = 0;

	if (length % 4)
		fail_msg("no base64: %s", text);
	for (; *text && *text != '='; text++) {
		held = held << 6 | sixbits(*text);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[count++] = (char)(held >> bits);
		}
	}
	bytes[count] = '\0';
	*size = count;
	return bytes;
}

static char *copy_of(const json_t *string, size_t *size)
{
	*size = json_string_length(string);
	return memcpy(calloc(1, *size + 1), json_string_value(string), *size);
}

static const json_t *exact_field(const json_t *record, const char *key)
{
	char name[64];

	snprintf(name, sizeof(name), "%s_b64", key);
	return json_object_get(record, name);
}

char *record_bytes(const json_t *record, const char *key, size_t *size)
{
	const json_t *exact = exact_field(record, key);

	if (exact)
		return decode_base64(json_string_value(exact), size);
	return copy_of(field(record, key, JSON_STRING), size);
}

char *record_item(const json_t *record, const char *key, size_t at, size_t *size)
{
	const json_t *exact = exact_field(record, key);

	if (exact)
		return decode_base64(json_string_value(json_array_get(exact, at)), size);
	return copy_of(json_array_get(field(record, key, JSON_ARRAY), at), size);
}

size_t record_items(const json_t *record, const char *key)
{
	return json_array_size(json_object_get(record, key));
}

bool record_is_cut(const json_t *record, const char *key)
{
	const json_t *cut = json_object_get(record, "trunc");

	for (size_t i = 0; i < json_array_size(cut); i++)
		if (!strcmp(json_string_value(json_array_get(cut, i)), key))
			return true;
	return false;
}

/* Uses the C library's signal names, not procsieve's table. */
static int signal_of(const char *name)
{
	int number, behind = 0;

	for (number = 1; number < 32; number++)
		if (!strncmp(name, "SIG", 3) && sigabbrev_np(number) &&
		    !strcmp(name + 3, sigabbrev_np(number)))
			return number;
	if (sscanf(name, "SIGRTMIN+%d%n", &number, &behind) == 1 && !name[behind])
		return SIGRTMIN + number;
	if (sscanf(name, "SIG%d%n", &number, &behind) == 1 && !name[behind])
		return number;
	if (!strcmp(name, "SIGRTMIN"))
		return SIGRTMIN;
	if (!strcmp(name, "SIGRTMAX"))
		return SIGRTMAX;
	fail_msg("\"%s\" is the name of no signal", name);
	return -1;
}

int record_status(const json_t *record)
{
	bool has_code = json_object_get(record, "exit_code");
	bool has_signal = json_object_get(record, "exit_signal");
	bool core = json_is_true(json_object_get(record, "core"));

	if (has_code == has_signal)
		fail_msg("an exit has either a code or a signal, not both or none");
	if (has_code)
		return (int)record_number(record, "exit_code") << 8;
	return signal_of(record_text(record, "exit_signal")) | (core ? 0x80 : 0);
}

size_t records_count(const json_t *records, const char *type, pid_t pid)
{
	const json_t *record;
	size_t count = 0;

	records_each(records, record) count +=
		record_is(record, type) && (!pid || record_number(record, "pid") == pid);
	return count;
}

json_t *records_only(const json_t *records, const char *type, pid_t pid)
{
	json_t *record;

	if (records_count(records, type, pid) != 1)
		fail_msg("expected one %s of process %d, there are %zu", type, pid,
			 records_count(records, type, pid));
	records_each(records, record) if (record_is(record, type) &&
					  record_number(record, "pid") == pid) return record;
	return NULL;
}

int64_t records_lost(const json_t *records)
{
	const json_t *last = json_array_get(records, json_array_size(records) - 1);

	if (!last || !record_is(last, "stop"))
		fail_msg("the last record does not close the run");
	return record_number(last, "lost");
}
