// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON lines: read back by jansson, a strict parser, and compared with what was put into the record by hand, bytes for
 * bytes, through any bytes and any length of line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>
#include <jansson.h>

#include "format.h"
#include "make_record.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))
#define TEXT(string)	string, sizeof(string) - 1
#define LONGEST_LINE	FORMAT_MAX_LINE
#define UNKNOWN_PROGRAM (&(struct made_program){0})

static char memory[LONGEST_LINE + 64];

static struct run run_of(size_t max_line)
{
	static const char *const hooks[] = {"tp_btf/one", "tp_btf/two", NULL};

	return (struct run){
		.version = "1.2.3",
		.kernel = "6.18.0",
		.host = "host",
		.boot_id = "0123",
		.filter = "watch -j",
		.hooks = hooks,
		.clock_offset_ns = 1700000000000000000,
		.max_line = max_line,
	};
}

static struct buffer empty_buffer(void)
{
	return (struct buffer){memory, memory, memory + sizeof(memory)};
}

/* The one line in the buffer, by the parser; the caller has to release it. */
static json_t *parse_line(const struct buffer *out, size_t max_line)
{
	size_t size = out->end - out->start;
	json_error_t error;
	json_t *line;

	assert_in_range(size, 2, max_line);
	assert_int_equal(out->end[-1], '\n');
	for (const char *at = out->start; at < out->end - 1; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			fail_msg("byte %#x in the line", *at);
	line = json_loadb(out->start, size - 1, JSON_REJECT_DUPLICATES, &error);
	if (!line)
		fail_msg("%s: %.*s", error.text, (int)size, out->start);
	return line;
}

static json_t *format_record(const struct made_record *made, size_t max_line)
{
	struct run run = run_of(max_line);
	struct buffer out = empty_buffer();

	format_json.event(&out, &run, 7, &made->header, made->size);
	return parse_line(&out, max_line);
}

/* Compares a line with the JSON text that it should be, whatever the order of its fields. */
static void assert_line(json_t *line, const char *expected)
{
	json_error_t error;
	json_t *wanted = json_loads(expected, JSON_REJECT_DUPLICATES, &error);

	if (!wanted)
		fail_msg("the test's own JSON: %s", error.text);
	if (!json_equal(line, wanted))
		fail_msg("expected %s\ngot %s", expected, json_dumps(line, JSON_SORT_KEYS));
	json_decref(wanted);
	json_decref(line);
}

#define ENVELOPE(type)                                                                            \
	"{\"v\":1,\"type\":\"" type                                                               \
	"\",\"seq\":7,\"time\":\"2023-11-14T23:36:40.000000123Z\",\"boot_ns\":\"5000000000123\"," \
	"\"cpu\":3,\"pid\":100,\"tid\":101,\"ppid\":1,\"start_ns\":\"18446744073709551615\","     \
	"\"uid\":1000,\"gid\":1001,\"comm\":\"program\",\"cgroup_id\":\"4242\""

static void every_field_of_a_fork(void **state)
{
	const struct procsieve_fork fork = {7, 8, 9007199254740993, 0x100 | 0x4000 | 0x200000000};
	struct made_record made;

	(void)state;
	make_header(&made, PROCSIEVE_FORK, "program");
	make_payload(&made, &fork, sizeof(fork));
	assert_line(format_record(&made, 8000),
		    ENVELOPE("fork") ",\"child_pid\":7,\"child_tid\":8,"
				     "\"child_start_ns\":\"9007199254740993\","
				     "\"clone_flags\":[\"CLONE_VM\",\"CLONE_VFORK\","
				     "\"CLONE_INTO_CGROUP\"]}");
}

static void every_field_of_an_exec(void **state)
{
	const struct made_program program = {"/bin/ls", "/tmp", "ls\0\0-l", 7, 4, 7, 3};
	struct made_record made;

	(void)state;
	make_exec(&made, 55, &program);
	assert_line(format_record(&made, 8000),
		    ENVELOPE("exec") ",\"old_tid\":55,\"filename\":\"/bin/ls\",\"cwd\":\"/tmp\","
				     "\"argc\":3,\"argv\":[\"ls\",\"\",\"-l\"]}");
	/* The leader called: nothing to say. */
	make_exec(&made, 101, &program);
	assert_line(format_record(&made, 8000),
		    ENVELOPE("exec") ",\"filename\":\"/bin/ls\",\"cwd\":\"/tmp\",\"argc\":3,"
				     "\"argv\":[\"ls\",\"\",\"-l\"]}");
}

static void every_field_of_a_comm(void **state)
{
	const struct procsieve_comm comm = {"fifteen-letters"};
	struct made_record made;

	(void)state;
	make_header(&made, PROCSIEVE_COMM, "program");
	make_payload(&made, &comm, sizeof(comm));
	assert_line(format_record(&made, 8000),
		    ENVELOPE("comm") ",\"old_comm\":\"fifteen-letters\"}");
}

static void what_is_not_known_is_absent(void **state)
{
	struct made_record made;

	(void)state;
	make_exit(&made, 0, UNKNOWN_PROGRAM);
	assert_line(format_record(&made, 8000),
		    ENVELOPE("exit") ",\"exit_code\":0,\"duration_us\":1234}");
	made.header.flags = PROCSIEVE_F_THREAD;
	assert_line(format_record(&made, 8000),
		    ENVELOPE("exit") ",\"thread\":true,\"exit_code\":0,\"duration_us\":1234}");
}

/* The oracle is <sys/wait.h>. */
static void every_status_is_told_as_wait_has_it(void **state)
{
	struct made_record made;

	(void)state;
	for (unsigned int status = 0; status < 0x10000; status++) {
		json_t *line, *code, *signal;

		if (!WIFEXITED(status) && !WIFSIGNALED(status))
			continue;
		if (WIFSIGNALED(status) && (WTERMSIG(status) > 64 || status > 0xff))
			continue;
		make_exit(&made, status, UNKNOWN_PROGRAM);
		line = format_record(&made, 8000);
		code = json_object_get(line, "exit_code");
		signal = json_object_get(line, "exit_signal");
		assert_int_equal(!!code, WIFEXITED(status));
		assert_int_equal(!!signal, WIFSIGNALED(status));
		if (code)
			assert_int_equal(json_integer_value(code), WEXITSTATUS(status));
		if (signal && WTERMSIG(status) < 32) {
			char name[20];

			snprintf(name, sizeof(name), "SIG%s", sigabbrev_np(WTERMSIG(status)));
			assert_string_equal(json_string_value(signal), name);
		}
		assert_int_equal(json_is_true(json_object_get(line, "core")),
				 WIFSIGNALED(status) && WCOREDUMP(status));
		json_decref(line);
	}
}

static void the_runs_own_records(void **state)
{
	const struct gap gap = {1, 2, 30, {10, 0, 20}};
	const struct totals totals = {1, 3, 30, {1, 2}, {10, 0, 20}};
	struct run run = run_of(8000);
	struct buffer out = empty_buffer();

	(void)state;
	format_json.begin(&out, &run, 0, 1);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"start\",\"seq\":0,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"version\":\"1.2.3\",\"kernel\":\"6.18.0\",\"host\":\"host\","
		"\"boot_id\":\"0123\",\"hooks\":[\"tp_btf/one\",\"tp_btf/two\"],"
		"\"filter\":\"watch -j\"}");
	out = empty_buffer();
	format_json.lost(&out, &run, 1, &gap);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"lost\",\"seq\":1,\"time\":\"2023-11-14T22:13:20.000000002Z\","
		"\"boot_ns\":\"2\",\"count\":30,\"by_type\":{\"fork\":10,\"exit\":20},"
		"\"since\":\"2023-11-14T22:13:20.000000001Z\","
		"\"until\":\"2023-11-14T22:13:20.000000002Z\"}");
	out = empty_buffer();
	format_json.clock(&out, &run, 2, 1, -1500);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"clock\",\"seq\":2,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"step_ns\":\"-1500\"}");
	out = empty_buffer();
	format_json.end(&out, &run, 3, &totals);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"stop\",\"seq\":3,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"events\":3,\"events_by_type\":{\"fork\":1,\"exec\":2},"
		"\"lost\":30,\"lost_by_type\":{\"fork\":10,\"exit\":20}}");
}

/* The Unicode standard's own examples (3.9), and what the schema asks to be escaped. */
static void bytes_that_are_no_utf8_are_replaced_and_given_exactly(void **state)
{
#define R "\xef\xbf\xbd"
	static const struct {
		const char *bytes;
		const char *text;
		const char *exact; /* NULL: absent */
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
		{"\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xa8\xe2\x80\xa9", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct made_program program = {
			cases[i].bytes, "", "", strlen(cases[i].bytes), 0, 0, 0};
		struct made_record made;
		const char *text, *exact;
		json_t *line;

		make_exec(&made, 101, &program);
		line = format_record(&made, 8000);
		text = json_string_value(json_object_get(line, "filename"));
		exact = json_string_value(json_object_get(line, "filename_b64"));
		assert_string_equal(text, cases[i].text);
		assert_int_equal(!exact, !cases[i].exact);
		if (exact)
			assert_string_equal(exact, cases[i].exact);
		json_decref(line);
	}
	/* As escapes, not as they are: some readers end a line there. */
	assert_null(strstr(memory, "\xe2\x80\xa8"));
	assert_non_null(strstr(memory, "\\u2028\\u2029"));
}

static void arguments_cut_by_the_kernel_are_marked(void **state)
{
	const struct made_program program = {"/bin/ls", "", "ls\0-la", 7, 0, 6, 9};
	struct made_record made;

	(void)state;
	make_exec(&made, 101, &program);
	made.header.flags = PROCSIEVE_F_ARGV_CUT;
	assert_line(
		format_record(&made, 8000),
		ENVELOPE("exec") ",\"filename\":\"/bin/ls\",\"argc\":9,\"argv\":[\"ls\",\"-la\"],"
				 "\"trunc\":[\"argv\"]}");
}

/* A record that is shorter than it says of itself brings nothing to light but what is there. */
static void a_broken_record_is_read_inside_its_bounds(void **state)
{
	const struct made_program program = {"/bin/ls", "/tmp", "ls", 7, 4, 3, 1};
	struct made_record made;

	(void)state;
	make_exec(&made, 101, &program);
	for (size_t size = sizeof(made.header); size < made.size; size++) {
		/* In memory of its own, so that the sanitizer sees a step beyond. */
		char *copy = malloc(size);
		struct run run = run_of(8000);
		struct buffer out = empty_buffer();

		memcpy(copy, made.bytes, size);
		format_json.event(&out, &run, 0, (void *)copy, size);
		json_decref(parse_line(&out, 8000));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_a_fork),
		cmocka_unit_test(every_field_of_an_exec),
		cmocka_unit_test(every_field_of_a_comm),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(every_status_is_told_as_wait_has_it),
		cmocka_unit_test(the_runs_own_records),
		cmocka_unit_test(bytes_that_are_no_utf8_are_replaced_and_given_exactly),
		cmocka_unit_test(arguments_cut_by_the_kernel_are_marked),
		cmocka_unit_test(a_broken_record_is_read_inside_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
