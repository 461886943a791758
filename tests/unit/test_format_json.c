// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON lines: parsed and compared, field by field, with the record that was built by hand, for any
 * line length.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "parse_json_line.h"

#define LENGTH(array)	(sizeof(array) / sizeof((array)[0]))
#define TEXT(string)	string, sizeof(string) - 1
#define UNKNOWN_PROGRAM (&(struct built_program){0})

/* Compares a line with the expected JSON text, in any order of fields. */
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

/* The same for an event, whose common fields come from build_header(). */
static void assert_event(const struct built_record *built, const char *fields)
{
	static const char *const types[] = {"fork", "exec", "exit",   "comm",	 "uid",
					    "gid",  "sid",  "ptrace", "coredump"};
	char expected[1000];

	snprintf(expected, sizeof(expected),
		 "{\"v\":1,\"type\":\"%s\",\"seq\":7,\"time\":\"2023-11-14T23:36:40.000000123Z\","
		 "\"boot_ns\":\"5000000000123\",\"cpu\":3,\"pid\":100,\"tid\":101,\"ppid\":1,"
		 "\"start_ns\":\"18446744073709551615\",\"exec_id\":\"18446744073709551614\","
		 "\"parent_exec_id\":\"9007199254740993\",\"uid\":1000,\"gid\":1001,"
		 "\"comm\":\"program\",\"cgroup_id\":\"4242\"%s%s}",
		 types[built->header.type],
		 built->header.type == PROCSIEVE_EXEC ? ",\"old_exec_id\":\"18446744073709551613\""
						      : "",
		 fields);
	assert_line(format_record(built, 8000), expected);
}

/* Events without a program: the payload is constant. */
static void every_field_of_the_other_events(void **state)
{
	static const struct procsieve_fork fork = {7, 8, 9007199254740993, 9007199254740995,
						   0x100 | 0x4000 | 0x200000000};
	static const struct procsieve_fork thread = {100, 102, 1, 2, 0};
	static const struct procsieve_comm comm = {"fifteen-letters"};
	static const struct procsieve_id_change ids = {{1, 2, 3, 4294967295}, {5, 6, 7, 8}};
	static const struct procsieve_sid sid = {101, 55};
	static const struct procsieve_ptrace came = {7, 8, 1}, went = {7, 8, 0};
	static const struct procsieve_coredump dump = {6};
#define PAYLOAD(payload) &(payload), sizeof(payload)
	static const struct {
		enum procsieve_type type;
		unsigned int flags;
		const void *payload;
		size_t size;
		const char *fields;
	} cases[] = {
		{PROCSIEVE_FORK, 0, PAYLOAD(fork),
		 ",\"child_pid\":7,\"child_tid\":8,\"child_start_ns\":\"9007199254740993\","
		 "\"child_exec_id\":\"9007199254740995\","
		 "\"clone_flags\":[\"CLONE_VM\",\"CLONE_VFORK\",\"CLONE_INTO_CGROUP\"]"},
		{PROCSIEVE_FORK, PROCSIEVE_F_THREAD, PAYLOAD(thread),
		 ",\"thread\":true,\"child_pid\":100,\"child_tid\":102,"
		 "\"child_start_ns\":\"1\",\"child_exec_id\":\"2\",\"clone_flags\":[]"},
		{PROCSIEVE_COMM, 0, PAYLOAD(comm), ",\"old_comm\":\"fifteen-letters\""},
		{PROCSIEVE_UID, 0, PAYLOAD(ids),
		 ",\"ruid\":1,\"euid\":2,\"suid\":3,\"fsuid\":4294967295,"
		 "\"old_ruid\":5,\"old_euid\":6,\"old_suid\":7,\"old_fsuid\":8"},
		{PROCSIEVE_GID, 0, PAYLOAD(ids),
		 ",\"rgid\":1,\"egid\":2,\"sgid\":3,\"fsgid\":4294967295,"
		 "\"old_rgid\":5,\"old_egid\":6,\"old_sgid\":7,\"old_fsgid\":8"},
		{PROCSIEVE_SID, 0, PAYLOAD(sid), ",\"sid\":101,\"old_sid\":55"},
		{PROCSIEVE_PTRACE, 0, PAYLOAD(came),
		 ",\"tracer_pid\":7,\"tracer_tid\":8,\"attached\":true"},
		{PROCSIEVE_PTRACE, 0, PAYLOAD(went),
		 ",\"tracer_pid\":7,\"tracer_tid\":8,\"attached\":false"},
		{PROCSIEVE_COREDUMP, 0, PAYLOAD(dump), ",\"signal\":\"SIGABRT\""},
	};
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		build_header(&built, cases[i].type, "program");
		build_payload(&built, cases[i].payload, cases[i].size);
		built.header.flags = cases[i].flags;
		assert_event(&built, cases[i].fields);
	}
}

/*
 * They are there if they differ from the real ones, and once: the payload of uid and gid, and the
 * section CRED have fields of these names.
 */
static void effective_ids_that_differ_are_shown_once(void **state)
{
	static const struct procsieve_id_change ids = {{1, 2, 3, 4}, {5, 6, 7, 8}};
	static const struct procsieve_cred cred = {.euid = 6, .egid = 7};
	static const struct {
		enum procsieve_type type;
		uint32_t euid, egid;
		bool with_cred;
		int shown_euid, shown_egid; /* -1: absent */
	} cases[] = {
		{PROCSIEVE_SID, 1000, 1001, false, -1, -1},
		{PROCSIEVE_SID, 0, 1001, false, 0, -1},
		{PROCSIEVE_SID, 1000, 0, false, -1, 0},
		{PROCSIEVE_SID, 1001, 1000, false, 1001, 1000},
		{PROCSIEVE_UID, 0, 5, false, 2, 5},
		{PROCSIEVE_GID, 5, 0, false, 5, 2},
		{PROCSIEVE_PROCESS, 6, 7, false, 6, 7},
		{PROCSIEVE_PROCESS, 6, 7, true, 6, 7},
		{PROCSIEVE_PROCESS, 1000, 1001, true, 6, 7},
	};
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const json_t *euid, *egid;
		json_t *line;

		build_header(&built, cases[i].type, "program");
		build_payload(&built, &ids, sizeof(ids));
		built.header.euid = cases[i].euid;
		built.header.egid = cases[i].egid;
		if (cases[i].with_cred) {
			size_t body = built.size;

			build_section(&built, PROCSIEVE_SECTION_CRED, 0, &cred, sizeof(cred));
			build_sections_end(&built, body);
		}
		line = format_record(&built, 8000);
		euid = json_object_get(line, "euid");
		egid = json_object_get(line, "egid");
		assert_int_equal(euid ? json_integer_value(euid) : -1, cases[i].shown_euid);
		assert_int_equal(egid ? json_integer_value(egid) : -1, cases[i].shown_egid);
		json_decref(line);
	}
}

#define LS_FIELDS "\"filename\":\"/bin/ls\",\"cwd\":\"/tmp\",\"argc\":2,\"argv\":[\"ls\",\"-l\"]"

/* Unknown values are left out, and values that continue in the kernel are marked. */
static void every_field_of_a_program(void **state)
{
	static const struct built_program ls = {"/bin/ls", "/tmp", "ls\0-l", 7, 4, 6, 2};
	static const struct built_program none = {0};
	static const struct {
		const struct built_program *program;
		unsigned int old_tid, flags;
		const char *fields;
	} execs[] = {
		{&ls, 55, 0, ",\"old_tid\":55," LS_FIELDS},
		/* The leader called: there is no field for it. */
		{&ls, 101, 0, "," LS_FIELDS},
		{&none, 101, 0, ""},
		{&none, 101, PROCSIEVE_F_ARGV_UNREAD, ",\"trunc\":[\"argv\"]"},
		{&ls, 101, PROCSIEVE_F_FILENAME_CUT | PROCSIEVE_F_CWD_CUT,
		 "," LS_FIELDS ",\"trunc\":[\"filename\",\"cwd\"]"},
	};
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(execs); i++) {
		build_exec(&built, execs[i].old_tid, execs[i].program);
		built.header.flags = execs[i].flags;
		assert_event(&built, execs[i].fields);
	}
	build_exit(&built, SIGSEGV | 0x80, &ls);
	assert_event(&built, ",\"exit_signal\":\"SIGSEGV\",\"core\":true,"
			     "\"duration_us\":1234," LS_FIELDS);
	build_exit(&built, 0, &none);
	built.header.flags = PROCSIEVE_F_THREAD;
	assert_event(&built, ",\"thread\":true,\"exit_code\":0,\"duration_us\":1234");
}

static void arguments_are_separate_strings(void **state)
{
	static const struct {
		const char *argv;
		size_t size;
		unsigned int argc;
		bool cut;
		const char *fields;
	} cases[] = {
		{TEXT("\0"), 0, false, ",\"argc\":1,\"argv\":[\"\"]"},
		{TEXT("\0\0"), 0, false, ",\"argc\":2,\"argv\":[\"\",\"\"]"},
		{TEXT("ls\0\0-l\0"), 0, false, ",\"argc\":3,\"argv\":[\"ls\",\"\",\"-l\"]"},
		/* The count in the record is preferred to the number of strings. */
		{TEXT("ls\0"), 9, true, ",\"argc\":9,\"argv\":[\"ls\"],\"trunc\":[\"argv\"]"},
		{TEXT("ls\0-la"), 9, true,
		 ",\"argc\":9,\"argv\":[\"ls\",\"-la\"],\"trunc\":[\"argv\"]"},
		/* There may be more: unknown. */
		{TEXT("ls\0-la"), 0, true, ",\"argv\":[\"ls\",\"-la\"],\"trunc\":[\"argv\"]"},
		/* A character that is split by a zero is not a character. */
		{TEXT("\xc3\0\xa4z\0x\0"), 0, false,
		 ",\"argc\":3,\"argv\":[\"\\ufffd\",\"\\ufffdz\",\"x\"],"
		 "\"argv_b64\":[\"ww==\",\"pHo=\",\"eA==\"]"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct built_program program = {
			.argv = cases[i].argv, .argv_len = cases[i].size, .argc = cases[i].argc};
		struct built_record built;

		build_exec(&built, 101, &program);
		built.header.flags = cases[i].cut ? PROCSIEVE_F_ARGV_CUT : 0;
		assert_event(&built, cases[i].fields);
	}
}

/* The oracle is <sys/wait.h>. */
static void every_status_is_formatted_as_wait_has_it(void **state)
{
	struct built_record built;

	(void)state;
	for (unsigned int status = 0; status < 0x10000; status++) {
		json_t *line, *code, *signal;

		if (!WIFEXITED(status) &&
		    (!WIFSIGNALED(status) || WTERMSIG(status) > 64 || status > 0xff))
			continue;
		build_exit(&built, status, UNKNOWN_PROGRAM);
		line = format_record(&built, 8000);
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
	const struct gap gap = {1, 2, 30, {10, 0, 20}, false};
	const struct totals totals = {1, 3, 30, {1, 2}, {10, 0, 20}, 3, {0, 0, 3}};
	struct run run = build_run(8000);
	struct buffer out = empty_buffer();

	(void)state;
	format_json.begin(printer_of(&format_json, &out, &run, 0), 1);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"start\",\"seq\":0,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"version\":\"1.2.3\",\"kernel\":\"6.18.0\",\"host\":\"host\","
		"\"boot_id\":\"0123\",\"run_id\":\"4567\",\"hooks\":[\"tp_btf/one\",\"tp_btf/"
		"two\"],"
		"\"filter\":\"watch -j\"}");
	out = empty_buffer();
	format_json.lost(printer_of(&format_json, &out, &run, 1), &gap);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"lost\",\"seq\":1,\"time\":\"2023-11-14T22:13:20.000000002Z\","
		"\"boot_ns\":\"2\",\"count\":30,\"by_type\":{\"fork\":10,\"exit\":20},"
		"\"since\":\"2023-11-14T22:13:20.000000001Z\","
		"\"until\":\"2023-11-14T22:13:20.000000002Z\"}");
	out = empty_buffer();
	format_json.clock(printer_of(&format_json, &out, &run, 2), 1, -1500);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"clock\",\"seq\":2,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"step_ns\":\"-1500\"}");
	out = empty_buffer();
	format_json.end(printer_of(&format_json, &out, &run, 3), &totals);
	assert_line(
		parse_line(&out, 8000),
		"{\"v\":1,\"type\":\"stop\",\"seq\":3,\"time\":\"2023-11-14T22:13:20.000000001Z\","
		"\"boot_ns\":\"1\",\"events\":3,\"events_by_type\":{\"fork\":1,\"exec\":2},"
		"\"lost\":30,\"lost_by_type\":{\"fork\":10,\"exit\":20},"
		"\"missed\":3,\"missed_by_type\":{\"exit\":3}}");
}

/*
 * The maximum of hooks, in the shortest line: those that fit, and the mark that some are missing.
 */
static void hooks_without_room_are_cut_and_named(void **state)
{
	static char hooks[8192];
	struct run run = build_run(FORMAT_MIN_LINE);
	struct buffer out = empty_buffer();
	json_t *line, *list;

	(void)state;
	while (strlen(hooks) < sizeof(hooks) - 64)
		snprintf(hooks + strlen(hooks), 64, "%shook/%057zu", *hooks ? " " : "",
			 strlen(hooks));
	run.hooks = hooks;
	format_json.begin(printer_of(&format_json, &out, &run, 0), 1);
	line = parse_line(&out, FORMAT_MIN_LINE);
	list = json_object_get(line, "hooks");
	assert_true(json_array_size(list) > 50 && json_array_size(list) < 70);
	for (size_t i = 0; i < json_array_size(list); i++)
		assert_memory_equal(json_string_value(json_array_get(list, i)), hooks + i * 63, 62);
	assert_string_equal(json_string_value(json_array_get(json_object_get(line, "trunc"), 1)),
			    "hooks");
	json_decref(line);
}

/*
 * A truncated line wastes no more than the closing brackets need, and a line that fits is not
 * truncated.
 */
static void a_line_is_cut_only_for_want_of_room(void **state)
{
	static char argument[3000];
	const struct built_program program = {.argv = argument, .argv_len = sizeof(argument)};
	const size_t slack = 96;
	struct built_record built;
	size_t whole;

	(void)state;
	memset(argument, 'x', sizeof(argument) - 1);
	build_exec(&built, 101, &program);
	json_decref(format_record(&built, 8000));
	whole = strchr(memory, '\n') + 1 - memory;
	for (size_t max_line = FORMAT_MIN_LINE; max_line < whole + 200; max_line++) {
		json_t *line = format_record(&built, max_line);

		if (!json_object_get(line, "trunc"))
			assert_in_range(max_line, whole, SIZE_MAX);
		else
			assert_in_range(strchr(memory, '\n') + 1 - memory, max_line - slack,
					max_line);
		json_decref(line);
	}
}

/*
 * For any numbers and names. In a buffer of that size, so that the sanitizer detects an overflow.
 */
static void the_fullest_records_fit_the_shortest_line(void **state)
{
	struct run run = build_run(FORMAT_MIN_LINE);
	char *shortest = calloc(1, FORMAT_MIN_LINE);
	struct built_record built;

	(void)state;
	memset(&built, 0xff, sizeof(built));
	built.header.boot_ns = INT64_MAX - run.clock_offset_ns;
	built.size = sizeof(built.header) + 100;
	for (unsigned int i = 0; i < PROCSIEVE_EVENT_COUNT * 0x100; i++) {
		struct buffer out = {shortest, shortest, shortest + FORMAT_MIN_LINE};

		built.header.type = i / 0x100;
		memset(built.header.comm, (int)(i % 0x100), PROCSIEVE_COMM_SIZE);
		if (built.header.type == PROCSIEVE_COMM)
			memset(&built.header + 1, (int)(i % 0x100), PROCSIEVE_COMM_SIZE);
		format_json.event(printer_of(&format_json, &out, &run, INT64_MAX >> 10),
				  &built.header, built.size);
		json_decref(parse_line(&out, FORMAT_MIN_LINE));
	}
	free(shortest);
}

/* Every number in a ring can be formatted as a time; beyond the last valid time it wraps around. */
static void any_number_is_a_time(void **state)
{
	static const struct {
		uint64_t boot_ns;
		int64_t offset_ns;
		const char *time;
	} cases[] = {
		{INT64_MAX, 0, "2262-04-11T23:47:16.854775807Z"},
		{INT64_MAX, 1, "1677-09-21T00:12:43.145224192Z"},
		{1ull << 63, 0, "1677-09-21T00:12:43.145224192Z"},
		{1ull << 63, -1, "2262-04-11T23:47:16.854775807Z"},
		{UINT64_MAX, 0, "1969-12-31T23:59:59.999999999Z"},
		{UINT64_MAX, 1, "1970-01-01T00:00:00.000000000Z"},
	};
	struct run run = build_run(LONGEST_LINE);
	struct built_record built;

	(void)state;
	build_exec(&built, 101, UNKNOWN_PROGRAM);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct buffer out = empty_buffer();
		json_t *line;

		built.header.boot_ns = cases[i].boot_ns;
		run.clock_offset_ns = cases[i].offset_ns;
		format_json.event(printer_of(&format_json, &out, &run, 7), &built.header,
				  built.size);
		line = parse_line(&out, LONGEST_LINE);
		assert_string_equal(json_string_value(json_object_get(line, "time")),
				    cases[i].time);
		json_decref(line);
		out = empty_buffer();
		format_text.event(printer_of(&format_text, &out, &run, 7), &built.header,
				  built.size);
		assert_int_equal(out.end[-1], '\n');
	}
}

/* A record that is shorter than it claims is not read beyond its end. */
static void a_broken_record_is_read_inside_its_bounds(void **state)
{
	const struct built_program program = {"/bin/ls", "/tmp", "ls", 7, 4, 3, 1};
	struct built_record built;

	(void)state;
	build_exec(&built, 101, &program);
	for (size_t size = sizeof(built.header); size < built.size; size++) {
		/* In its own allocation, so that the sanitizer detects a read beyond its end. */
		char *copy = malloc(size);
		struct run run = build_run(8000);
		struct buffer out = empty_buffer();

		memcpy(copy, built.bytes, size);
		format_json.event(printer_of(&format_json, &out, &run, 0), (void *)copy, size);
		json_decref(parse_line(&out, 8000));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_of_a_program),
		cmocka_unit_test(every_field_of_the_other_events),
		cmocka_unit_test(effective_ids_that_differ_are_shown_once),
		cmocka_unit_test(every_status_is_formatted_as_wait_has_it),
		cmocka_unit_test(the_runs_own_records),
		cmocka_unit_test(hooks_without_room_are_cut_and_named),
		cmocka_unit_test(arguments_are_separate_strings),
		cmocka_unit_test(a_line_is_cut_only_for_want_of_room),
		cmocka_unit_test(the_fullest_records_fit_the_shortest_line),
		cmocka_unit_test(any_number_is_a_time),
		cmocka_unit_test(a_broken_record_is_read_inside_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
