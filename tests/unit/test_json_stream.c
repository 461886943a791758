// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON that is written to a stream, parsed with jansson, not with our own code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "format/json_stream.h"

static json_t *parse(char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!json)
		fail_msg("%s: %s", error.text, text);
	free(text);
	return json;
}

static void members_and_lists_are_nested(void **state)
{
	char *text;
	size_t size;
	struct json_stream json = {.out = open_memstream(&text, &size)};
	json_t *read, *expected;

	(void)state;
	json_open(&json, NULL, '{');
	json_open(&json, "empty", '{');
	json_close(&json, '}');
	json_open(&json, "list", '[');
	json_number(&json, NULL, UINT64_C(9007199254740993));
	json_bool(&json, NULL, true);
	json_open(&json, NULL, '{');
	json_bool(&json, "no", false);
	json_close(&json, '}');
	json_close(&json, ']');
	json_seconds(&json, "seconds", 1.0625);
	json_close(&json, '}');
	fclose(json.out);
	read = parse(text);
	expected = json_pack("{s:{}, s:[I, b, {s:b}], s:f}", "empty", "list",
			     (json_int_t)9007199254740993, 1, "no", 0, "seconds", 1.062);
	assert_true(json_equal(read, expected));
	json_decref(read);
	json_decref(expected);
}

/*
 * Longer than the chunk in which text is escaped, with a character of four bytes at every offset.
 */
static void any_text_is_a_string(void **state)
{
	char original[4000] = "";

	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		char *text;
		size_t size, at = 0;
		struct json_stream json = {.out = open_memstream(&text, &size)};
		json_t *read;

		memset(original, '"', shift);
		for (at = shift; at + 5 < sizeof(original); at += 4)
			memcpy(original + at, "\xf0\x9f\x98\x80", 4);
		original[at] = '\0';
		json_open(&json, NULL, '[');
		json_text(&json, NULL, original);
		json_text(&json, NULL, "a\"b\\c\nd\x01");
		json_close(&json, ']');
		fclose(json.out);
		read = parse(text);
		assert_string_equal(json_string_value(json_array_get(read, 0)), original);
		assert_string_equal(json_string_value(json_array_get(read, 1)), "a\"b\\c\nd\x01");
		json_decref(read);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_lists_are_nested),
		cmocka_unit_test(any_text_is_a_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
