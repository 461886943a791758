// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The lines of a snapshot, in both formats, from records built by hand: every field, arbitrary
 * bytes, and records that are shorter than they claim.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include <procsieve/read_record.h>

#include "record_builder.h"
#include "run_builder.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(string)  string, sizeof(string) - 1

static char memory[FORMAT_MAX_LINE];

/* The line of a record, without its newline. */
static const char *line_of(const struct format *format, const struct built_record *built,
			   size_t max_line, size_t width)
{
	struct run run = build_run(max_line);
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	run.width = width;
	format->list(printer_of(format, &out, &run, 7), &built->header, built->size, NULL);
	assert_in_range(out.end - out.start, 1, max_line);
	assert_int_equal(out.end[-1], '\n');
	out.end[-1] = '\0';
	return memory;
}

static json_t *json_of(const struct built_record *built, size_t max_line)
{
	const char *line = line_of(&format_json, built, max_line, 0);
	json_error_t error;
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &error);

	if (!object)
		fail_msg("%s: %s", error.text, line);
	return object;
}

static void assert_json(const struct built_record *built, const char *expected)
{
	json_t *line = json_of(built, 8000), *wanted = json_loads(expected, 0, NULL);

	assert_non_null(wanted);
	if (!json_equal(line, wanted))
		fail_msg("expected %s\ngot %s", expected, memory);
	json_decref(line);
	json_decref(wanted);
}

#define MOMENT                                                                       \
	"\"v\":1,\"seq\":7,\"time\":\"2023-11-14T23:36:40.000000123Z\",\"boot_ns\":" \
	"\"5000000000123\","
#define OWNER                                                                                     \
	"\"pid\":100,\"start_ns\":\"18446744073709551615\",\"exec_id\":\"18446744073709551614\"," \
	"\"comm\":\"program\","

static void every_field_of_a_process(void **state)
{
	static const struct built_program ls = {"/bin/ls", "", "ls\0-l", 7, 0, 6, 0};
	static const struct procsieve_process process = {
		.pgid = 5, .sid = 4, .tracer_pid = 8, .tracer_tid = 9, .threads = 3, .state = 't'};
	struct built_record built;

	(void)state;
	build_process(&built, &process, &ls);
	assert_json(&built,
		    "{" MOMENT OWNER "\"type\":\"process\",\"cpu\":3,\"tid\":101,\"ppid\":1,"
		    "\"parent_exec_id\":\"9007199254740993\","
		    "\"uid\":1000,\"gid\":1001,\"cgroup_id\":\"4242\",\"state\":\"t\","
		    "\"pgid\":5,\"sid\":4,\"threads\":3,\"tracer_pid\":8,\"tracer_tid\":9,"
		    "\"argc\":2,\"filename\":\"/bin/ls\",\"argv\":[\"ls\",\"-l\"]}");
}

/* The columns stay in their places, and so do the branches of a tree. */
static void another_effective_user_stands_before_the_command(void **state)
{
	static const struct built_program su = {.argv = "su", .argv_len = 3};
	static const struct procsieve_process process = {.state = 'S'};
	const uint32_t users[] = {65533, 0};
	struct built_record built;
	char rows[2][200];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buffer out = {memory, memory, memory + sizeof(memory)};
		struct run run = build_run(1000);

		build_process(&built, &process, &su);
		built.header.uid = 65533;
		built.header.euid = users[i];
		format_text.list(printer_of(&format_text, &out, &run, 0), &built.header, built.size,
				 "\\_ ");
		snprintf(rows[i], sizeof(rows[i]), "%.*s", (int)(out.end - memory), memory);
	}
	assert_string_equal(strstr(rows[0], "\\_"), "\\_ su\n");
	assert_string_equal(strstr(rows[1], "\\_"), "\\_ as root su\n");
	assert_ptr_equal(strstr(rows[0], "\\_") - rows[0] + rows[1], strstr(rows[1], "\\_"));
}

static void every_field_of_a_mapping(void **state)
{
	static const struct procsieve_mapping library = {
		.start = 0x7f9068651000,
		.end = 0x7f9068662000,
		.offset = 0x123456789a000,
		.inode = 9007199254740993,
		.dev_major = 0xfe,
		.dev_minor = 0xfffff,
		.flags = PROCSIEVE_MAP_READ | PROCSIEVE_MAP_EXEC,
		.path_len = 9,
	};
	static const struct procsieve_mapping first = {.start = 0x1000,
						       .end = 0x2000,
						       .flags = PROCSIEVE_MAP_WRITE |
								PROCSIEVE_MAP_SHARED};
	struct built_record built;

	(void)state;
	build_mapping(&built, &library, TEXT("/lib/a.so"));
	assert_json(&built, "{" MOMENT OWNER "\"type\":\"mapping\",\"start\":\"7f9068651000\","
			    "\"end\":\"7f9068662000\",\"perms\":\"r-xp\",\"offset\":"
			    "\"123456789a000\",\"dev\":\"fe:fffff\","
			    "\"inode\":\"9007199254740993\",\"path\":\"/lib/a.so\"}");
	assert_string_equal(line_of(&format_text, &built, 8000, 0),
			    "        7f9068651000-7f9068662000 r-xp 123456789a000 /lib/a.so");
	build_mapping(&built, &first, "", 0);
	assert_json(&built, "{" MOMENT OWNER "\"type\":\"mapping\",\"start\":\"00001000\","
			    "\"end\":\"00002000\",\"perms\":\"-w-s\",\"offset\":\"00000000\","
			    "\"dev\":\"00:00\",\"inode\":\"0\"}");
	assert_string_equal(line_of(&format_text, &built, 8000, 0),
			    "        00001000-00002000 -w-s 00000000");
}

static void every_field_of_a_descriptor(void **state)
{
	static const struct procsieve_fd socket = {
		.fd = 3, .flags = 02, .inode = 1234, .path_len = 13};
	static const struct procsieve_fd memory_of_another = {.fd = 4294967295,
							      .flags = 037777777777,
							      .offset = UINT64_MAX,
							      .inode = UINT64_MAX,
							      .path_len = 11};
	static const struct procsieve_fd none = {0};
	struct built_record built;

	(void)state;
	build_fd(&built, &socket, TEXT("socket:[1234]"));
	assert_json(&built, "{" MOMENT OWNER "\"type\":\"fd\",\"fd\":3,\"flags\":\"02\","
			    "\"pos\":\"0\",\"inode\":\"1234\",\"path\":\"socket:[1234]\"}");
	assert_string_equal(line_of(&format_text, &built, 8000, 0), "        3 socket:[1234]");
	build_fd(&built, &memory_of_another, TEXT("/proc/1/mem"));
	assert_json(&built, "{" MOMENT OWNER "\"type\":\"fd\",\"fd\":4294967295,"
			    "\"flags\":\"037777777777\",\"pos\":\"18446744073709551615\","
			    "\"inode\":\"18446744073709551615\",\"path\":\"/proc/1/mem\"}");
	build_fd(&built, &none, "", 0);
	assert_json(&built, "{" MOMENT OWNER "\"type\":\"fd\",\"fd\":0,\"flags\":\"00\","
			    "\"pos\":\"0\",\"inode\":\"0\"}");
	assert_string_equal(line_of(&format_text, &built, 8000, 0), "        0");
}

static void every_permission_is_a_letter(void **state)
{
	(void)state;
	for (unsigned int flags = 0; flags < 32; flags++) {
		const struct procsieve_mapping mapping = {.flags = flags};
		char expected[5] = {flags & PROCSIEVE_MAP_READ ? 'r' : '-',
				    flags & PROCSIEVE_MAP_WRITE ? 'w' : '-',
				    flags & PROCSIEVE_MAP_EXEC ? 'x' : '-',
				    flags & PROCSIEVE_MAP_SHARED ? 's' : 'p'};
		struct built_record built;
		json_t *line;

		build_mapping(&built, &mapping, "", 0);
		line = json_of(&built, 8000);
		assert_string_equal(json_string_value(json_object_get(line, "perms")), expected);
		json_decref(line);
	}
}

/* The oracle is printf(3). */
static void numbers_are_as_proc_has_them(void **state)
{
	(void)state;
	for (unsigned int bit = 0; bit <= 64; bit++) {
		const uint64_t number = bit < 64 ? 1ull << bit : UINT64_MAX;
		const struct procsieve_mapping mapping = {.start = number, .end = number - 1};
		const struct procsieve_fd file = {.flags = (uint32_t)number};
		char expected[64];
		struct built_record built;
		json_t *line;

		build_mapping(&built, &mapping, "", 0);
		line = json_of(&built, 8000);
		snprintf(expected, sizeof(expected), "%08llx", (unsigned long long)number);
		assert_string_equal(json_string_value(json_object_get(line, "start")), expected);
		snprintf(expected, sizeof(expected), "%08llx", (unsigned long long)number - 1);
		assert_string_equal(json_string_value(json_object_get(line, "end")), expected);
		json_decref(line);
		build_fd(&built, &file, "", 0);
		line = json_of(&built, 8000);
		snprintf(expected, sizeof(expected), "0%o", (unsigned int)number);
		assert_string_equal(json_string_value(json_object_get(line, "flags")), expected);
		json_decref(line);
	}
}

static void any_bytes_are_a_path(void **state)
{
	static const struct {
		const char *path, *json, *exact, *text;
	} cases[] = {
		{"/a b (deleted)", "/a b (deleted)", NULL, "/a b (deleted)"},
		{"[heap]", "[heap]", NULL, "[heap]"},
		{"/a\nb", "/a\nb", NULL, "$'/a\\nb'"},
		{"/it's", "/it's", NULL, "$'/it\\'s'"},
		{"/\xff", "/\xef\xbf\xbd", "L/8=", "$'/\\xff'"},
		{"/\xc3\xa4", "/\xc3\xa4", NULL, "/\xc3\xa4"},
		{"/\x1b[31m", "/\x1b[31m", NULL, "$'/\\x1b[31m'"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const size_t length = strlen(cases[i].path);
		const struct procsieve_fd file = {.fd = 1, .path_len = length};
		struct built_record built;
		const char *exact;
		json_t *line;

		build_fd(&built, &file, cases[i].path, length);
		line = json_of(&built, 8000);
		assert_string_equal(json_string_value(json_object_get(line, "path")),
				    cases[i].json);
		exact = json_string_value(json_object_get(line, "path_b64"));
		assert_int_equal(!exact, !cases[i].exact);
		if (exact)
			assert_string_equal(exact, cases[i].exact);
		json_decref(line);
		assert_string_equal(line_of(&format_text, &built, 8000, 0) + 10, cases[i].text);
	}
}

static bool has_trunc(const json_t *line)
{
	const json_t *cut = json_object_get(line, "trunc");

	return json_array_size(cut) == 1 &&
	       !strcmp(json_string_value(json_array_get(cut, 0)), "path");
}

static void a_path_that_has_no_room_is_cut_and_named(void **state)
{
	static char path[6000];
	const struct procsieve_mapping mapping = {.path_len = sizeof(path)};
	struct built_record built;
	json_t *line;

	(void)state;
	for (int byte = 'x'; byte <= 0xff; byte += 0xff - 'x') {
		memset(path, byte, sizeof(path));
		build_mapping(&built, &mapping, path, sizeof(path));
		line = json_of(&built, FORMAT_MIN_LINE);
		assert_true(has_trunc(line));
		assert_in_range(json_string_length(json_object_get(line, "path")), 1000, 4000);
		json_decref(line);
		line = json_of(&built, FORMAT_MAX_LINE);
		assert_null(json_object_get(line, "trunc"));
		json_decref(line);
	}
	assert_string_equal(line_of(&format_text, &built, 8000, 40) + 37, "...");
	/* One that is already truncated. */
	build_mapping(&built, &(struct procsieve_mapping){.path_len = 2}, TEXT("/a"));
	built.header.flags = PROCSIEVE_F_FILENAME_CUT;
	line = json_of(&built, FORMAT_MIN_LINE);
	assert_true(has_trunc(line));
	assert_string_equal(json_string_value(json_object_get(line, "path")), "/a");
	json_decref(line);
}

/* In its own allocation, so that the sanitizer detects a read beyond its end. */
static void check_part(const struct built_record *built, size_t size)
{
	const struct format *const formats[] = {&format_json, &format_text};
	struct procsieve_record *copy = malloc(size);
	struct run run = build_run(FORMAT_MIN_LINE);
	size_t length = 0;
	const char *path;

	memcpy(copy, built->bytes, size);
	path = procsieve_path(copy, size, &length);
	if (path)
		assert_true(path + length <= (const char *)copy + size);
	assert_int_equal(path != NULL,
			 size == built->size && copy->type != PROCSIEVE_PROCESS && length == 9);
	for (size_t i = 0; i < LENGTH(formats); i++) {
		struct buffer out = {memory, memory, memory + sizeof(memory)};

		formats[i]->list(printer_of(formats[i], &out, &run, 0), copy, size, NULL);
		assert_in_range(out.end - out.start, 1, FORMAT_MIN_LINE);
		assert_int_equal(out.end[-1], '\n');
		assert_null(memmem(out.start, out.end - out.start, "/lib/a.so", 9) && !path ? ""
											    : NULL);
	}
	free(copy);
}

static void a_broken_record_is_read_inside_its_bounds(void **state)
{
	static const __u32 lengths[] = {9, 10, 4096, 0x7fffffff, 0xffffffff};
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		build_mapping(&built, &(struct procsieve_mapping){.path_len = lengths[i]},
			      TEXT("/lib/a.so"));
		for (size_t size = sizeof(built.header); size <= built.size; size++)
			check_part(&built, size);
		build_fd(&built, &(struct procsieve_fd){.path_len = lengths[i]}, TEXT("/lib/a.so"));
		for (size_t size = sizeof(built.header); size <= built.size; size++)
			check_part(&built, size);
	}
	build_process(&built, &(struct procsieve_process){.state = 'R'},
		      &(struct built_program){0});
	for (size_t size = sizeof(built.header); size <= built.size; size++)
		check_part(&built, size);
}

/* For any numbers and names. */
static void the_fullest_records_fit_the_shortest_line(void **state)
{
	static const enum procsieve_type types[] = {PROCSIEVE_PROCESS, PROCSIEVE_MAPPING,
						    PROCSIEVE_FD};
	struct built_record built;

	(void)state;
	memset(&built, 0xff, sizeof(built));
	built.header.boot_ns = 0;
	built.size = sizeof(built.header) + 100;
	for (unsigned int i = 0; i < LENGTH(types) * 0x100; i++) {
		built.header.type = types[i / 0x100];
		memset(built.header.comm, (int)(i % 0x100), PROCSIEVE_COMM_SIZE);
		json_decref(json_of(&built, FORMAT_MIN_LINE));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_a_process),
		cmocka_unit_test(another_effective_user_stands_before_the_command),
		cmocka_unit_test(every_field_of_a_mapping),
		cmocka_unit_test(every_field_of_a_descriptor),
		cmocka_unit_test(every_permission_is_a_letter),
		cmocka_unit_test(numbers_are_as_proc_has_them),
		cmocka_unit_test(any_bytes_are_a_path),
		cmocka_unit_test(a_path_that_has_no_room_is_cut_and_named),
		cmocka_unit_test(a_broken_record_is_read_inside_its_bounds),
		cmocka_unit_test(the_fullest_records_fit_the_shortest_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
