// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON strings: invalid UTF-8 is replaced as Unicode recommends, and the exact bytes are added in
 * base64.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parse_json_line.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The examples of the Unicode standard (3.9), and characters that the schema requires to be
 * escaped.
 */
static void bytes_that_are_no_utf8_are_replaced_and_given_exactly(void **state)
{
#define R "\xef\xbf\xbd"
	static const struct {
		const char *bytes, *text, *exact; /* NULL: absent */
	} cases[] = {
		{"plain", "plain", NULL},
		{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
		 NULL},
		{"a\xf1\x80\x80\xe1\x80\xc2"
		 "b\x80"
		 "c\x80\xbf"
		 "d",
		 "a" R R R "b" R "c" R R "d", "YfGAgOGAwmKAY4C/ZA=="},
		{"\xc0\xaf", R R, "wK8="},
		{"\xed\xa0\x80", R R R, "7aCA"},
		{"\xf4\x90\x80\x80", R R R R, "9JCAgA=="},
		{"\xff", R, "/w=="},
		{"\xe2\x82", R, "4oI="},
		{"\"\\/\b\t\n\f\r\x01\x1f\x7f", "\"\\/\b\t\n\f\r\x01\x1f\x7f", NULL},
		{"\x7f\xe2\x80\xa8\xe2\x80\xa9", "\x7f\xe2\x80\xa8\xe2\x80\xa9", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct built_program program = {
			cases[i].bytes, "", "", strlen(cases[i].bytes), 0, 0, 0};
		struct built_record built;
		const char *text, *exact;
		json_t *line;

		build_exec(&built, 101, &program);
		line = format_record(&built, 8000);
		text = json_string_value(json_object_get(line, "filename"));
		exact = json_string_value(json_object_get(line, "filename_b64"));
		assert_string_equal(text, cases[i].text);
		assert_int_equal(!exact, !cases[i].exact);
		if (exact)
			assert_string_equal(exact, cases[i].exact);
		json_decref(line);
	}
	/* As escapes, not literally: some readers end a line there. */
	assert_null(strstr(memory, "\xe2\x80\xa8"));
	assert_non_null(strstr(memory, "\"\\u007f\\u2028\\u2029\""));
}

/*
 * The length of the character that the bytes are or begin; 0: they begin none. Checks the code
 * points that can result, whereas the formatter checks the ranges of second bytes.
 */
static size_t character_begun(const uint8_t *bytes, size_t size)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t whole = __builtin_clz(~((uint32_t)bytes[0] << 24));
	uint32_t low = bytes[0] & (0x7f >> whole), high = low;

	if (whole < 2 || whole > 4 || size > whole)
		return !whole && size == 1;
	for (size_t i = 1; i < whole; i++) {
		if (i < size && bytes[i] >> 6 != 2)
			return 0;
		low = low << 6 | (i < size ? bytes[i] & 0x3f : 0);
		high = high << 6 | (i < size ? bytes[i] & 0x3f : 0x3f);
	}
	if (high < least[whole] || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
		return 0;
	return whole;
}

/* The text for four bytes: U+FFFD for every maximal part of an incomplete character. */
static const char *replace(const uint8_t *bytes)
{
	static char text[13];
	char *at = text;

	for (size_t size = 4, chunk; size; bytes += chunk, size -= chunk) {
		for (chunk = size; chunk > 1 && !character_begun(bytes, chunk);)
			chunk--;
		if (character_begun(bytes, chunk) == chunk)
			at = mempcpy(at, bytes, chunk);
		else
			at = stpcpy(at, "\xef\xbf\xbd");
	}
	*at = '\0';
	return text;
}

/*
 * Four bytes, each at a boundary of what UTF-8 allows somewhere: every combination, as arguments.
 */
static void replacement_is_right_at_every_edge_of_utf8(void **state)
{
	static const char edges[] = "A\x01\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec"
				    "\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff";
	enum { COUNT = sizeof(edges) - 1, PAIRS = COUNT * COUNT };
	static char arguments[PAIRS][5];
	const struct built_program program = {.argv = *arguments, .argv_len = sizeof(arguments)};
	struct built_record built;

	(void)state;
	for (size_t head = 0; head < PAIRS; head++) {
		json_t *line, *argv;

		for (size_t tail = 0; tail < PAIRS; tail++)
			snprintf(arguments[tail], 5, "%c%c%c%c", edges[head / COUNT],
				 edges[head % COUNT], edges[tail / COUNT], edges[tail % COUNT]);
		build_exec(&built, 101, &program);
		line = format_record(&built, LONGEST_LINE);
		argv = json_object_get(line, "argv");
		for (size_t i = 0; i < PAIRS; i++)
			assert_string_equal(json_string_value(json_array_get(argv, i)),
					    replace((uint8_t *)arguments[i]));
		json_decref(line);
	}
}

/* The text of a field, or NULL; for a list its last string. */
static const char *shown_of(const json_t *line, const char *key)
{
	const json_t *value = json_object_get(line, key);

	if (json_is_array(value)) {
		assert_in_range(json_array_size(value), 1, SIZE_MAX);
		value = json_array_get(value, json_array_size(value) - 1);
	}
	return json_string_value(value);
}

/* However little room is left: no string is shown as empty because it was truncated. */
static void what_is_cut_is_not_shown_as_empty(void **state)
{
	static const char *const keys[] = {"filename",	   "cwd",     "argv",
					   "filename_b64", "cwd_b64", "argv_b64"};
	static const char *const contents[] = {"\x01\x01\x01\x01\x01\x01\x01\x01",
					       "\xff\xff\xff\xff\xff\xff\xff\xff", "12345678"};
	static char filename[PROCSIEVE_PATH_MAX];
	unsigned int missing[LENGTH(keys)] = {0};

	(void)state;
	memset(filename, 'x', sizeof(filename));
	for (size_t i = 0; i < 700 * LENGTH(contents); i++) {
		const char *content = contents[i % LENGTH(contents)];
		const struct built_program program = {
			filename, content, content, 3200 + i / LENGTH(contents), 8, 9, 1};
		struct built_record built;
		json_t *line;

		build_exec(&built, 101, &program);
		line = format_record(&built, FORMAT_MIN_LINE);
		for (size_t key = 0; key < LENGTH(keys); key++) {
			const char *shown = shown_of(line, keys[key]);

			assert_true(!shown || *shown);
			missing[key] += !shown;
		}
		json_decref(line);
	}
	/* The directory and the arguments were truncated in some cases and not in others. */
	assert_in_range(missing[1], 1, 700 * LENGTH(contents) - 1);
	assert_in_range(missing[2], 1, 700 * LENGTH(contents) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_and_given_exactly),
		cmocka_unit_test(replacement_is_right_at_every_edge_of_utf8),
		cmocka_unit_test(what_is_cut_is_not_shown_as_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
