// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sections of records built by hand: their JSON and text, in which order they are truncated, and
 * that no content of a ring is read or written out of bounds.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include <procsieve/read_record.h>

#include "base/with_words.h"
#include "format/layout.h"
#include "record_builder.h"
#include "run_builder.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
/* Random bytes make numbers and zeros that no kernel makes. */
#define LOOSELY (JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

#define ID	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct built_program program = {"/bin/ls", "", "ls\0-l", 7, 0, 6, 2};

static struct run run_from_info(size_t max_line)
{
	struct run run = build_run(max_line);

	run.with = WITH(CGROUP) | WITH(CONTAINER);
	return run;
}

/* The line of a record in a format, in an allocation of exactly its limit. The caller frees it. */
static char *format_made(const struct format *format, const struct built_record *built,
			 size_t max_line)
{
	struct run run = run_from_info(max_line);
	char *memory = malloc(max_line + 1);
	struct buffer out = {memory, memory, memory + max_line};

	format->event(printer_of(format, &out, &run, 7), &built->header, built->size);
	assert_in_range(out.end - memory, 2, max_line);
	assert_int_equal(out.end[-1], '\n');
	out.end[-1] = '\0';
	return memory;
}

static json_t *json_of(const struct built_record *built, size_t max_line)
{
	char *text = format_made(&format_json, built, max_line);
	json_error_t error;
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES | LOOSELY, &error);

	if (!line)
		fail_msg("%s: %s", error.text, text);
	free(text);
	return line;
}

static void build_one_section(struct built_record *built, unsigned int kind, unsigned int flags,
			      const void *data, size_t size)
{
	size_t body;

	build_exit(built, 0, &program);
	body = built->size;
	build_section(built, kind, flags, data, size);
	build_sections_end(built, body);
}

static const struct procsieve_time busy = {
	.utime = 40000000,
	.stime = 20000000,
	.runtime = 66000000,
	.minflt = 11,
	.majflt = 12,
	.nvcsw = 13,
	.nivcsw = 14,
	.run_delay = 15999,
};
static const struct procsieve_time unknown_delay = {.runtime = 5000,
						    .run_delay = PROCSIEVE_UNKNOWN};
static const struct procsieve_ns ns = {4026531836u, 42};
static const struct procsieve_login login = {4294967294, 3};
static const struct procsieve_login no_session = {0, PROCSIEVE_SES_UNSET};
static const struct procsieve_login no_user = {PROCSIEVE_AUID_UNSET, 0};
static const struct procsieve_io io = {1, 2, 3, 4};
static const struct procsieve_delay delay = {1000, 2000, 3000, 4000, 5000, 6000, 7000};
static const struct procsieve_delay no_irq = {.irq = PROCSIEVE_UNKNOWN};
static const struct procsieve_ancestor ancestors[] = {{7, "sh"}, {1, "in\"it"}};

static const struct example {
	unsigned int kind, flags;
	const void *data;
	size_t size;
	const char *json, *text;
} examples[] = {
#define FIXED(kind, data)	 PROCSIEVE_SECTION_##kind, 0, &(data), sizeof(data)
#define BYTES(kind, flags, data) PROCSIEVE_SECTION_##kind, flags, data, sizeof(data) - 1
	{FIXED(NS, ns), "{\"pid_ns\":4026531836,\"ns_pid\":42}", "4026531836 42"},
	{FIXED(LOGIN, login), "{\"auid\":4294967294,\"ses\":3}", "3 4294967294"},
	{FIXED(LOGIN, no_session), "{\"auid\":0}", "- root"},
	{FIXED(LOGIN, no_user), "{\"ses\":0}", "0 -"},
	{BYTES(TTY, 0, "pts12"), "{\"tty\":\"pts/12\"}", "pts/12"},
	{BYTES(TTY, 0, "ttyS0"), "{\"tty\":\"ttyS0\"}", "ttyS0"},
	{BYTES(TTY, 0, "pts"), "{\"tty\":\"pts\"}", "pts"},
	/* 66 ms are divided as 40 to 20. */
	{FIXED(TIME, busy),
	 "{\"utime_us\":44000,\"stime_us\":22000,\"minflt\":11,\"majflt\":12,\"nvcsw\":13,"
	 "\"nivcsw\":14,\"cpu_delay_us\":15}",
	 "44.0ms 22.0ms 11 12 13 14 15.9us"},
	{FIXED(TIME, unknown_delay),
	 "{\"utime_us\":5,\"stime_us\":0,\"minflt\":0,\"majflt\":0,\"nvcsw\":0,\"nivcsw\":0}",
	 "5.0us 0 0 0 0 0 -"},
	{FIXED(IO, io), "{\"rchar\":1,\"wchar\":2,\"read_bytes\":3,\"write_bytes\":4}", "3 4 1 2"},
	{FIXED(DELAY, delay),
	 "{\"blkio_delay_us\":1,\"swapin_delay_us\":2,\"reclaim_delay_us\":3,"
	 "\"thrashing_delay_us\":4,\"compact_delay_us\":5,\"wpcopy_delay_us\":6,"
	 "\"irq_delay_us\":7}",
	 "1.0us 2.0us 3.0us 4.0us 5.0us 6.0us 7.0us"},
	{FIXED(DELAY, no_irq),
	 "{\"blkio_delay_us\":0,\"swapin_delay_us\":0,\"reclaim_delay_us\":0,"
	 "\"thrashing_delay_us\":0,\"compact_delay_us\":0,\"wpcopy_delay_us\":0}",
	 "0 0 0 0 0 0 -"},
	{BYTES(EXE, 0, "/bin/a b"), "{\"exe\":\"/bin/a b\"}", "'/bin/a b'"},
	{BYTES(EXE, PROCSIEVE_SECTION_CUT, "/x"), "{\"exe\":\"/x\",\"trunc\":[\"exe\"]}", "/x..."},
	{BYTES(EXE, 0, "/\xff"), "{\"exe\":\"/\\ufffd\",\"exe_b64\":\"L/8=\"}", NULL},
	{BYTES(EXE, PROCSIEVE_SECTION_DELETED, "/x"), "{\"exe_deleted\":true,\"exe\":\"/x\"}",
	 "/x (deleted)"},
	{BYTES(EXE, 0, "/x (deleted)"), "{\"exe\":\"/x (deleted)\"}", "'/x (deleted)'"},
	{BYTES(EXE, PROCSIEVE_SECTION_CUT | PROCSIEVE_SECTION_DELETED, "/x"),
	 "{\"exe_deleted\":true,\"exe\":\"/x\",\"trunc\":[\"exe\"]}", "/x... (deleted)"},
	{BYTES(CWD, 0, "/tmp"), "{\"cwd\":\"/tmp\"}", "/tmp"},
	{BYTES(CWD, PROCSIEVE_SECTION_DELETED, "/tmp"), "{\"cwd_deleted\":true,\"cwd\":\"/tmp\"}",
	 "/tmp (deleted)"},
	{BYTES(CGROUP, 0, "/a/docker-" ID ".scope"),
	 "{\"cgroup\":\"/a/docker-" ID ".scope\",\"container\":\"" ID "\"}",
	 "0123456789ab /a/docker-" ID ".scope"},
	{BYTES(CGROUP, 0, "/user.slice"), "{\"cgroup\":\"/user.slice\"}", "- /user.slice"},
	{BYTES(CGROUP_V1, 0, "/docker/" ID), "{\"container\":\"" ID "\"}", "0123456789ab"},
	{FIXED(ANCESTORS, ancestors),
	 "{\"ancestors\":[7,1],\"ancestor_comms\":[\"sh\",\"in\\\"it\"]}", "sh:7<'in\"it':1"},
	{BYTES(ENV, 0, "A=1\0B=two words\0"), "{\"env\":[\"A=1\",\"B=two words\"]}",
	 "A=1 'B=two words'"},
	{BYTES(ENV, PROCSIEVE_SECTION_CUT, "A=1\0"), "{\"env\":[\"A=1\"],\"trunc\":[\"env\"]}",
	 "A=1 ..."},
	/* A section of a later version. */
	{PROCSIEVE_SECTION_LIMIT, 0, "x", 1, "{}", ""},
};

static void each_section_has_its_fields(void **state)
{
	struct built_record built, bare;

	(void)state;
	build_exit(&bare, 0, &program);
	for (size_t i = 0; i < LENGTH(examples); i++) {
		const struct example *example = &examples[i];
		json_t *line, *expected = json_of(&bare, 8000);

		build_one_section(&built, example->kind, example->flags, example->data,
				  example->size);
		line = json_of(&built, 8000);
		json_object_update_new(expected, json_loads(example->json, LOOSELY, NULL));
		if (!json_equal(line, expected))
			fail_msg("section %u: expected %s, got %s", example->kind,
				 json_dumps(expected, 0), json_dumps(line, 0));
		json_decref(expected);
		json_decref(line);
	}
}

/* The words of --with that ask for a section, and nothing else. */
static uint32_t words_of(unsigned int kind)
{
	switch (kind) {
	case PROCSIEVE_SECTION_TTY:
		return WITH(TTY);
	case PROCSIEVE_SECTION_LOGIN:
		return WITH(LOGIN);
	case PROCSIEVE_SECTION_EXE:
		return WITH(EXE);
	case PROCSIEVE_SECTION_CWD:
		return WITH(CWD);
	case PROCSIEVE_SECTION_CGROUP:
		return WITH(CGROUP) | WITH(CONTAINER);
	case PROCSIEVE_SECTION_CGROUP_V1:
		return WITH(CONTAINER);
	case PROCSIEVE_SECTION_ANCESTORS:
		return WITH(ANCESTORS);
	case PROCSIEVE_SECTION_ENV:
		return WITH(ENV);
	}
	return 0;
}

/* Replaces each run of blanks by one, and removes those at the start. */
static void squeeze(char *text)
{
	char *to = text;

	for (const char *at = text; *at; at++)
		if (*at != ' ' || (to > text && to[-1] != ' '))
			*to++ = *at;
	*to = '\0';
}

static void each_section_has_its_columns(void **state)
{
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(examples); i++) {
		const struct example *example = &examples[i];
		char memory[1000];
		struct run run = run_from_info(sizeof(memory));
		struct buffer out = {memory, memory, memory + sizeof(memory)};
		struct layout layout = {.chosen = true};

		if (!example->text || example->kind == PROCSIEVE_SECTION_LIMIT)
			continue;
		layout_add_data(&layout, COLUMN_OF_WATCH, words_of(example->kind),
				1u << example->kind);
		run.layout = &layout;
		build_one_section(&built, example->kind, example->flags, example->data,
				  example->size);
		format_text.event(printer_of(&format_text, &out, &run, 0), &built.header,
				  built.size);
		out.end[-1] = '\0';
		squeeze(memory);
		assert_string_equal(memory, example->text);
	}
}

/*
 * Computed by hand from the rules of getrusage(2): times never go back, and the reported values sum
 * up to the runtime.
 */
static void cpu_time_is_divided_as_the_kernel_does(void **state)
{
	static const struct {
		struct procsieve_time time;
		uint64_t user, system;
	} cases[] = {
		{{.runtime = 100}, 100, 0},
		{{.runtime = 100, .stime = 4}, 0, 100},
		{{.runtime = 100, .utime = 4}, 100, 0},
		{{.runtime = 100, .utime = 3, .stime = 1}, 75, 25},
		/* More has been reported already than the runtime. */
		{{.runtime = 100, .utime = 3, .stime = 1, .prev_utime = 90, .prev_stime = 20},
		 90,
		 20},
		/* System time that has been reported is kept. */
		{{.runtime = 100, .utime = 3, .stime = 1, .prev_utime = 10, .prev_stime = 40},
		 60,
		 40},
		{{.runtime = 100, .utime = 1, .stime = 3, .prev_utime = 40, .prev_stime = 10},
		 40,
		 60},
		/* Products that exceed 64 bits. */
		{{.runtime = 1ull << 62, .utime = 1ull << 62, .stime = 1ull << 62},
		 1ull << 61,
		 1ull << 61},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct procsieve_cpu_time cpu = procsieve_cpu_time(&cases[i].time);

		assert_int_equal(cpu.user, cases[i].user);
		assert_int_equal(cpu.system, cases[i].system);
	}
}

static void containers_are_known_by_their_cgroups(void **state)
{
	static const struct {
		const char *path, *id;
	} cases[] = {
		{"/docker/" ID, ID},
		{"/system.slice/docker-" ID ".scope", ID},
		{"/system.slice/docker-" ID ".scope/init.scope", ID},
		{"/kubepods.slice/kubepods-pod1.slice/cri-containerd-" ID ".scope", ID},
		{"/kubepods/besteffort/pod8cd4/" ID, ID},
		{"/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:" ID, ID},
		{"/kubepods.slice/crio-" ID ".scope", ID},
		{"/machine.slice/libpod-" ID ".scope/container", ID},
		{"/kubepods.slice/crio-conmon-" ID ".scope", NULL},
		{"/machine.slice/libpod-conmon-" ID ".scope", NULL},
		{"/docker/f" ID, NULL},
		{"/docker/" ID "0", NULL},
		{"/docker/0123456789ab", NULL},
		{"/", NULL},
		{"", NULL},
		{"/a" ID, NULL},
		/* The inner one of two. */
		{"/docker/ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff/"
		 "docker/" ID,
		 ID},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct slice id = cgroup_container(cases[i].path, strlen(cases[i].path));

		assert_int_equal(!id.at, !cases[i].id);
		if (id.at) {
			assert_int_equal(id.size, strlen(ID));
			assert_memory_equal(id.at, cases[i].id, id.size);
		}
	}
}

/* Every section at its maximum size. */
static void build_full(struct built_record *built, unsigned int seed, bool letters)
{
	static const size_t sizes[PROCSIEVE_SECTION_COUNT] = {
#define X(NAME, name, data, text) sizeof(data),
		PROCSIEVE_SECTIONS(X)
#undef X
	};
	static char bytes[0x8000];
	size_t body;

	srandom(seed);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(letters ? 'a' + random() % 26 : random());
	build_exit(built, SIGSYS | 0x80, &program);
	body = built->size;
	for (unsigned int kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++) {
		size_t size = sizes[kind] > 1 ? sizes[kind] : (size_t)random() % 4096;

		if (kind == PROCSIEVE_SECTION_ANCESTORS)
			size *= (size_t)random() % (PROCSIEVE_ANCESTORS_MAX + 1);
		if (kind == PROCSIEVE_SECTION_TTY)
			size = 64;
		build_section(built, kind, PROCSIEVE_SECTION_DELETED, bytes, size);
	}
	build_sections_end(built, body);
}

static void all_together_fit_the_shortest_line(void **state)
{
	struct built_record built;

	(void)state;
	for (unsigned int seed = 0; seed < 1000; seed++) {
		size_t max_line = FORMAT_MIN_LINE + (seed % 3 ? 0 : seed * 20);

		build_full(&built, seed, seed % 2);
		json_decref(json_of(&built, max_line));
		free(format_made(&format_text, &built, max_line));
	}
}

static bool names(const json_t *line, const char *key)
{
	const json_t *item;
	size_t at;

	json_array_foreach(json_object_get(line, "trunc"), at, item)
	{
		if (!strcmp(json_string_value(item), key))
			return true;
	}
	return false;
}

/*
 * A process with every section at its maximum length, with a container's ID at the end of its
 * cgroup path.
 */
static void build_fullest(struct built_record *built, char byte)
{
	static const size_t sizes[PROCSIEVE_SECTION_COUNT] = {
#define X(NAME, name, data, text) sizeof(data),
		PROCSIEVE_SECTIONS(X)
#undef X
	};
	static char bytes[PROCSIEVE_PATH_MAX], path[PROCSIEVE_PATH_MAX + 1], numbers[256];
	const struct built_program longest = {bytes, bytes,	    bytes, sizeof(bytes),
					      0,     sizeof(bytes), 0};
	struct procsieve_process process;
	size_t body;

	memset(bytes, byte, sizeof(bytes));
	memset(path, byte, sizeof(path));
	strcpy(path + sizeof(path) - sizeof("/docker-" ID ".scope"), "/docker-" ID ".scope");
	/* Not all bits: that would mean a number that the kernel does not keep. */
	memset(numbers, 0xfe, sizeof(numbers));
	memset(&process, 0xfe, sizeof(process));
	build_process(built, &process, &longest);
	((struct procsieve_process *)(&built->header + 1))->command.argc = UINT32_MAX;
	memset(built->header.comm, byte, PROCSIEVE_COMM_SIZE - 1);
	body = built->size;
	build_section(built, PROCSIEVE_SECTION_EXE, PROCSIEVE_SECTION_DELETED, bytes,
		      sizeof(bytes));
	build_section(built, PROCSIEVE_SECTION_CWD, PROCSIEVE_SECTION_DELETED, bytes,
		      sizeof(bytes));
	build_section(built, PROCSIEVE_SECTION_CGROUP, 0, path, sizeof(path) - 1);
	build_section(built, PROCSIEVE_SECTION_CGROUP_V1, 0, path, sizeof(path) - 1);
	build_section(built, PROCSIEVE_SECTION_ENV, 0, bytes, sizeof(bytes));
	for (unsigned int kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++)
		if (sizes[kind] > 1 && kind != PROCSIEVE_SECTION_ANCESTORS)
			build_section(built, kind, 0, numbers, sizes[kind]);
	build_section(built, PROCSIEVE_SECTION_TTY, 0, bytes, 63);
	build_sections_end(built, body);
}

static bool can_be_long(const char *key)
{
	static const char *const keys[] = {"filename", "cwd", "exe", "cgroup", "env", "argv"};

	for (size_t i = 0; i < LENGTH(keys); i++)
		if (!strncmp(key, keys[i], strlen(keys[i])) && strcmp(key, "cgroup_id") != 0)
			return true;
	return !strcmp(key, "trunc");
}

/* Numbers and short names fit into the shortest line, wherever in the record they are. */
static void what_is_short_is_never_cut(void **state)
{
	static const char bytes[] = "x\x01\xff";
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(bytes) - 1; i++) {
		json_t *line, *whole, *value;
		const char *key;
		size_t count = 0;

		build_fullest(&built, bytes[i]);
		line = json_of(&built, FORMAT_MIN_LINE);
		whole = json_of(&built, FORMAT_MAX_LINE);
		assert_non_null(json_object_get(line, "filename"));
		assert_string_equal(json_string_value(json_object_get(line, "container")), ID);
		json_object_foreach(whole, key, value)
		{
			if (can_be_long(key))
				continue;
			if (!json_equal(json_object_get(line, key), value))
				fail_msg("%s is missing", key);
			count++;
		}
		assert_in_range(count, 60, 100);
		json_decref(line);
		json_decref(whole);
	}
}

/* A process chooses its own environment: that must not hide its file. */
static void an_environment_hides_no_file(void **state)
{
	static const size_t lengths[] = {FORMAT_MIN_LINE, FORMAT_DEFAULT_LINE};
	static const size_t sizes[] = {500, 1400, 4096, PROCSIEVE_ENV_MAX};
	static char env[PROCSIEVE_ENV_MAX];
	static const struct built_program ls = {"/bin/ls", "/tmp", "ls\0-l", 7, 4, 6, 2};
	struct built_record built;

	(void)state;
	memset(env, '\x01', sizeof(env));
	memcpy(env, "LD_PRELOAD=", 11);
	for (size_t i = 0; i < LENGTH(lengths) * LENGTH(sizes); i++) {
		json_t *line;
		size_t body;

		build_exec(&built, 101, &ls);
		body = built.size;
		build_section(&built, PROCSIEVE_SECTION_ENV, 0, env, sizes[i / LENGTH(lengths)]);
		build_sections_end(&built, body);
		line = json_of(&built, lengths[i % LENGTH(lengths)]);
		assert_string_equal(json_string_value(json_object_get(line, "filename")),
				    "/bin/ls");
		assert_string_equal(json_string_value(json_object_get(line, "cwd")), "/tmp");
		assert_false(names(line, "filename") || names(line, "cwd"));
		assert_non_null(json_object_get(line, "env"));
		assert_int_equal(!json_object_get(line, "argv"), names(line, "argv"));
		assert_int_equal(names(line, "env"), sizes[i / LENGTH(lengths)] > 700);
		json_decref(line);
	}
}

/* A field that is present but not shown is named; arguments are truncated first. */
static void what_is_missing_is_named(void **state)
{
	struct built_record built;

	(void)state;
	for (unsigned int seed = 0; seed < 200; seed++) {
		static const char *const keys[] = {"exe", "cwd", "cgroup", "ancestors", "env"};
		json_t *line, *whole;

		build_full(&built, seed, true);
		line = json_of(&built, FORMAT_MIN_LINE + seed * 80);
		whole = json_of(&built, FORMAT_MAX_LINE);
		for (size_t i = 0; i < LENGTH(keys); i++) {
			const json_t *a = json_object_get(line, keys[i]);
			const json_t *b = json_object_get(whole, keys[i]);

			assert_false(names(whole, keys[i]));
			if (!json_equal(a, b) && b)
				assert_true(names(line, keys[i]) && names(line, "argv"));
		}
		json_decref(line);
		json_decref(whole);
	}
}

/*
 * Formats a record in both formats, in an allocation of exactly its size. Any output is one valid
 * line.
 */
static void format_exact(const void *bytes, size_t size)
{
	const size_t max_line = 8000;
	char *record = malloc(size), *memory = malloc(max_line);
	struct buffer out = {memory, memory, memory + max_line};
	struct run run = run_from_info(max_line);
	json_t *line;

	memcpy(record, bytes, size);
	format_json.event(printer_of(&format_json, &out, &run, 1), (void *)record, size);
	line = json_loadb(memory, out.end - memory, LOOSELY, NULL);
	assert_non_null(line);
	json_decref(line);
	out.end = memory;
	format_text.event(printer_of(&format_text, &out, &run, 1), (void *)record, size);
	assert_int_equal(out.end[-1], '\n');
	free(memory);
	free(record);
}

/* Changes random bytes and truncates records at random. */
static void a_broken_record_is_read_inside_its_bounds(void **state)
{
	const size_t head = sizeof(struct procsieve_record);
	struct built_record built;

	(void)state;
	for (unsigned int seed = 0; seed < 3000; seed++) {
		build_full(&built, seed, seed % 2);
		for (unsigned int i = 0; i < seed % 20; i++)
			built.bytes[head + (size_t)random() % (built.size - head)] = (char)random();
		if (seed % 3 == 0)
			built.size = head + (size_t)random() % (built.size - head + 1);
		format_exact(built.bytes, built.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_section_has_its_fields),
		cmocka_unit_test(each_section_has_its_columns),
		cmocka_unit_test(cpu_time_is_divided_as_the_kernel_does),
		cmocka_unit_test(containers_are_known_by_their_cgroups),
		cmocka_unit_test(all_together_fit_the_shortest_line),
		cmocka_unit_test(what_is_short_is_never_cut),
		cmocka_unit_test(an_environment_hides_no_file),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_broken_record_is_read_inside_its_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
