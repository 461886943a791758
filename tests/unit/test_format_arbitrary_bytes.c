// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary bytes and any line length, in every format: a line is valid and within its length,
 * fields show the beginning of the input, and truncated fields are named, with the arguments
 * truncated first. The bytes are pseudo-random and the same in each run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/with_words.h"
#include "record_builder.h"
#include "run_builder.h"

#define ROUNDS 6000

/* The bytes of a field. */
struct bytes {
	char data[PROCSIEVE_ARGV_MAX];
	size_t size;
};

static struct bytes filename, cwd, argv, exe, cgroup, env;
static struct procsieve_ancestor ancestors[PROCSIEVE_ANCESTORS_MAX];
static size_t ancestor_count;
static char comm[PROCSIEVE_COMM_SIZE];
static struct built_record built;

/*
 * Letters or difficult input: quotes, control bytes, characters of several bytes, parts of them,
 * any bytes.
 */
static size_t random_piece(char *at, bool hard, bool zeros)
{
	static const char *const pieces[] = {
		"\"",	    "\\",	"\n",		"\x1b[2J",
		"\x7f",	    "\xc3\xa4", "\xe2\x80\xa8", "\xf0\x9f\x98\x80",
		"\xe2\x82", "\xff",	"\xc0\xaf",	"'",
		" "};
	const char *piece;

	if (!hard || random() % 2) {
		*at = zeros && random() % 8 == 0 ? '\0' : (char)('a' + random() % 26);
		return 1;
	}
	if (random() % 4 == 0) {
		*at = (char)(1 + random() % 255);
		return 1;
	}
	piece = pieces[random() % (sizeof(pieces) / sizeof(pieces[0]))];
	memcpy(at, piece, strlen(piece));
	return strlen(piece);
}

static void random_bytes(struct bytes *bytes, size_t most, bool hard, bool zeros)
{
	size_t size = (size_t)random() % (random() % 3 ? 40 : most);

	for (bytes->size = 0; bytes->size < size;)
		bytes->size += random_piece(bytes->data + bytes->size, hard, zeros);
}

/* Strings, each with its terminating zero. */
static void random_strings(struct bytes *bytes, size_t most, bool hard)
{
	random_bytes(bytes, most, hard, true);
	if (bytes->size)
		bytes->data[bytes->size - 1] = '\0';
}

static void random_ancestors(bool hard)
{
	ancestor_count = (size_t)random() % (PROCSIEVE_ANCESTORS_MAX + 1);
	memset(ancestors, 0, sizeof(ancestors));
	for (size_t i = 0; i < ancestor_count; i++) {
		ancestors[i].pid = random();
		for (size_t at = 0; at < (size_t)(random() % 12);)
			at += random_piece(ancestors[i].comm + at, hard, false);
	}
}

/* Long fields as the kernel makes them, but numbers after them, which occur in no ring. */
static void put_sections(bool with_cwd)
{
	static const struct procsieve_ns ns = {UINT32_MAX, UINT32_MAX};
	size_t body = built.size;

	build_section(&built, PROCSIEVE_SECTION_EXE, 0, exe.data, exe.size);
	if (with_cwd)
		build_section(&built, PROCSIEVE_SECTION_CWD, 0, cwd.data, cwd.size);
	build_section(&built, PROCSIEVE_SECTION_CGROUP, 0, cgroup.data, cgroup.size);
	if (ancestor_count)
		build_section(&built, PROCSIEVE_SECTION_ANCESTORS, 0, ancestors,
			      ancestor_count * sizeof(*ancestors));
	if (env.size)
		build_section(&built, PROCSIEVE_SECTION_ENV, 0, env.data, env.size);
	build_section(&built, PROCSIEVE_SECTION_NS, 0, &ns, sizeof(ns));
	build_sections_end(&built, body);
}

static void random_sections(bool hard)
{
	random_bytes(&exe, 4000, hard, false);
	random_bytes(&cgroup, 4000, hard, false);
	random_ancestors(hard);
	random_strings(&env, 20000, hard);
}

static void no_sections(void)
{
	exe.size = cgroup.size = env.size = ancestor_count = 0;
}

/* An exec or process record, whose directory is a section. */
static void random_record(void)
{
	bool hard = random() % 3, sections = random() % 2,
	     is_process = sections && random() % 3 == 0;
	struct built_program program;

	random_bytes(&filename, 4000, hard, false);
	random_bytes(&cwd, 4000, hard, false);
	random_strings(&argv, 30000, hard);
	memset(comm, 0, sizeof(comm));
	for (size_t at = 0; at < (size_t)(random() % 12);)
		at += random_piece(comm + at, hard, false);
	comm[sizeof(comm) - 1] = '\0';
	program = (struct built_program){filename.data, cwd.data,  argv.data, filename.size,
					 cwd.size,	argv.size, 0};
	if (is_process) {
		program.cwd_len = 0;
		build_process(&built, &(struct procsieve_process){.state = 'S'}, &program);
	} else {
		build_exec(&built, 101, &program);
	}
	memcpy(built.header.comm, comm, sizeof(comm));
	no_sections();
	if (!sections)
		return;
	random_sections(hard);
	put_sections(is_process);
}

/*
 * Returns whether the bytes are UTF-8. Checks the decoded code points, whereas the formatter checks
 * the ranges of the bytes.
 */
static bool is_utf8(const char *bytes, size_t size)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};

	for (size_t at = 0; at < size;) {
		unsigned char first = bytes[at++];
		unsigned int more = first < 0x80   ? 0
				    : first < 0xc0 ? 9
				    : first < 0xe0 ? 1
				    : first < 0xf0 ? 2
				    : first < 0xf8 ? 3
						   : 9;
		uint32_t code = more ? first & (0x7f >> (more + 1)) : first;

		if (more > 3 || size - at < more)
			return false;
		for (unsigned int i = 0; i < more; i++) {
			if (((unsigned char)bytes[at] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (bytes[at++] & 0x3f);
		}
		if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
			return false;
	}
	return true;
}

static size_t decode_base64(const char *text, char *bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t held = 0;
	size_t size = 0, bits = 0;

	for (; *text && *text != '='; text++) {
		held = held << 6 | (uint32_t)(strchr(digits, *text) - digits);
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[size++] = (char)(held >> bits);
		}
	}
	return size;
}

static bool is_cut(const json_t *line, const char *key)
{
	const json_t *item;
	size_t at;

	json_array_foreach(json_object_get(line, "trunc"), at,
			   item) if (!strcmp(json_string_value(item), key)) return true;
	return false;
}

/* The exact content of a field: from its base64 form if there is one. */
static size_t shown_bytes(const json_t *text, const json_t *exact, char *bytes)
{
	if (exact)
		return decode_base64(json_string_value(exact), bytes);
	memcpy(bytes, json_string_value(text), json_string_length(text));
	return json_string_length(text);
}

static void check_field(const json_t *line, const char *key, const char *bytes, size_t size)
{
	static char shown[PROCSIEVE_ARGV_MAX];
	const json_t *text = json_object_get(line, key), *exact;
	char name[32];
	size_t shown_size;

	snprintf(name, sizeof(name), "%s_b64", key);
	exact = json_object_get(line, name);
	if (!text) {
		assert_null(exact);
		assert_int_equal(is_cut(line, key), size != 0);
		return;
	}
	assert_int_equal(!exact, is_utf8(bytes, size));
	shown_size = shown_bytes(text, exact, shown);
	assert_int_equal(!shown_size, !size);
	assert_int_equal(is_cut(line, key), shown_size < size);
	assert_true(shown_size <= size);
	assert_memory_equal(shown, bytes, shown_size);
}

/* All strings of a list, joined with their zeros, are the beginning of the input. */
static void check_list(const json_t *line, const char *key, const struct bytes *bytes)
{
	static char shown[2 * PROCSIEVE_ARGV_MAX];
	const json_t *texts = json_object_get(line, key), *exact, *text;
	size_t size = 0, at;
	char name[32];

	snprintf(name, sizeof(name), "%s_b64", key);
	exact = json_object_get(line, name);
	if (!texts) {
		assert_null(exact);
		assert_int_equal(is_cut(line, key), bytes->size != 0);
		return;
	}
	assert_int_equal(!exact, is_utf8(bytes->data, bytes->size));
	if (exact)
		assert_int_equal(json_array_size(exact), json_array_size(texts));
	json_array_foreach(texts, at, text)
	{
		size += shown_bytes(text, json_array_get(exact, at), shown + size);
		/* An empty string in the output was empty in the input. */
		if (!json_string_length(text))
			assert_int_equal(bytes->data[size], '\0');
		shown[size++] = '\0';
	}
	if (is_cut(line, key)) {
		assert_true(size);
		size--;
	} else {
		assert_int_equal(size, bytes->size);
	}
	assert_true(size <= bytes->size);
	assert_memory_equal(shown, bytes->data, size);
}

static void check_ancestors(const json_t *line)
{
	const json_t *pids = json_object_get(line, "ancestors"), *pid;
	static struct bytes names;
	size_t at;

	if (!pids) {
		assert_int_equal(is_cut(line, "ancestors"), ancestor_count != 0);
		assert_null(json_object_get(line, "ancestor_comms"));
		return;
	}
	assert_int_equal(json_array_size(pids), ancestor_count);
	json_array_foreach(pids, at, pid)
	{
		assert_int_equal(json_integer_value(pid), ancestors[at].pid);
	}
	if (is_cut(line, "ancestors"))
		return;
	names.size = 0;
	for (size_t i = 0; i < ancestor_count; i++)
		names.size = stpcpy(names.data + names.size, ancestors[i].comm) + 1 - names.data;
	check_list(line, "ancestor_comms", &names);
}

/* Less important fields are truncated first: the arguments before all others, the file last. */
static void check_order(const json_t *line)
{
	const struct {
		const char *key;
		bool there;
	} order[] = {
		{"filename", filename.size},
		{"cwd", cwd.size},
		{"exe", exe.size},
		{"cgroup", cgroup.size},
		{"ancestors", ancestor_count},
		{"env", env.size},
		{"argv", argv.size},
	};
	bool cut = false;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (cut && order[i].there) {
			assert_true(is_cut(line, order[i].key));
			assert_null(json_object_get(line, order[i].key));
		}
		cut |= is_cut(line, order[i].key);
	}
}

static size_t format_made(const struct format *format, const struct run *run, char *memory)
{
	struct buffer out = {memory, memory, memory + run->max_line};

	format->event(printer_of(format, &out, run, (1ull << 53) - 1), &built.header, built.size);
	return out.end - out.start;
}

static struct run run_of_any_length(void)
{
	struct run run = build_run(FORMAT_MIN_LINE + random() % 40000);

	run.with = WITH(CGROUP) | WITH(CONTAINER);
	return run;
}

static void json_is_valid_whatever_the_bytes(void **state)
{
	unsigned int cut = 0, whole = 0;

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct run run = run_of_any_length();
		/* Exactly of this size, so that the sanitizer detects an overflow. */
		char *memory = malloc(run.max_line);
		json_error_t error;
		json_t *line;
		size_t size;

		random_record();
		size = format_made(&format_json, &run, memory);
		assert_true(size <= run.max_line && memory[size - 1] == '\n');
		line = json_loadb(memory, size - 1, JSON_REJECT_DUPLICATES, &error);
		if (!line)
			fail_msg("round %u: %s: %.*s", round, error.text, (int)size, memory);
		check_field(line, "comm", comm, strlen(comm));
		check_field(line, "filename", filename.data, filename.size);
		check_field(line, "cwd", cwd.data, cwd.size);
		check_field(line, "exe", exe.data, exe.size);
		check_field(line, "cgroup", cgroup.data, cgroup.size);
		check_ancestors(line);
		check_list(line, "env", &env);
		check_list(line, "argv", &argv);
		check_order(line);
		/* Every line is long enough for its beginning and for the numbers. */
		assert_int_equal(!json_object_get(line, "filename"), !filename.size);
		assert_int_equal(!json_object_get(line, "pid_ns"),
				 !(built.header.flags & PROCSIEVE_F_SECTIONS));
		cut += is_cut(line, "argv");
		whole += !is_cut(line, "argv");
		json_decref(line);
		free(memory);
	}
	/* Both cases occurred often enough to prove something. */
	assert_true(cut > ROUNDS / 20 && whole > ROUNDS / 20);
}

/*
 * Nothing that a terminal interprets: no control bytes, C1 controls or changes of direction; no
 * incomplete characters.
 */
static void assert_harmless(const char *text, size_t size)
{
	assert_true(is_utf8(text, size));
	for (size_t at = 0; at < size; at++) {
		unsigned char byte = text[at];

		if (byte < ' ' || byte == 0x7f)
			fail_msg("control byte %#x in: %.*s", byte, (int)size, text);
		if (byte == 0xc2 && (unsigned char)text[at + 1] < 0xa0)
			fail_msg("C1 control in: %.*s", (int)size, text);
		if (byte == 0xe2 && (unsigned char)text[at + 1] == 0x80 &&
		    (unsigned char)text[at + 2] >= 0xa8 && (unsigned char)text[at + 2] <= 0xae)
			fail_msg("change of direction in: %.*s", (int)size, text);
	}
}

static void text_is_harmless_whatever_the_bytes(void **state)
{
	(void)state;
	srandom(2);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		struct run run = run_of_any_length();
		char *memory = malloc(run.max_line);
		size_t size, columns = 0;

		run.width = random() % 2 ? 40 + random() % 200 : 0;
		random_record();
		size = format_made(&format_text, &run, memory);
		assert_true(size <= run.max_line && memory[size - 1] == '\n');
		assert_harmless(memory, size - 1);
		for (size_t at = 0; at < size - 1; at++)
			columns += ((unsigned char)memory[at] & 0xc0) != 0x80;
		if (run.width)
			assert_true(columns <= run.width);
		free(memory);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_valid_whatever_the_bytes),
		cmocka_unit_test(text_is_harmless_whatever_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
