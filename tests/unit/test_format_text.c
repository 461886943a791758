// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text format: columns, colours, truncation; and quoted words that bash reads back unchanged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "assert_row.h"

static void rows_stand_under_their_headings(void **state)
{
	static const struct built_program program = {"/bin/ls", "/", "ls\0-l", 7, 1, 6, 2};
	const struct procsieve_comm comm = {"old name"};
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	char header[200];
	struct built_record built;
	const char *row;

	(void)state;
	format_text.begin(printer_of(&format_text, &out, &run, 0), 0);
	snprintf(header, sizeof(header), "%.*s", (int)(out.end - memory), memory);
	build_exit(&built, 3 << 8, &program);
	built.header.uid = 0;
	built.header.euid = 0;
	row = format_record(&built);
	assert_string_equal(
		row, "01:23:20.000 exit     100     1       root     code 3 1.2ms        ls -l");
	assert_ptr_equal(strstr(header, "EVENT") - header + row, strstr(row, "exit"));
	assert_ptr_equal(strstr(header, "PID") - header + row, strstr(row, "100 "));
	assert_ptr_equal(strstr(header, "USER") - header + row, strstr(row, "root"));
	assert_ptr_equal(strstr(header, "WHAT") - header + row, strstr(row, "code 3"));
	assert_ptr_equal(strstr(header, "COMMAND") - header + row, strstr(row, "ls -l"));

	build_header(&built, PROCSIEVE_COMM, "new");
	build_payload(&built, &comm, sizeof(comm));
	assert_non_null(strstr(format_record(&built), "'old name' -> new"));
}

static void the_effective_user_stands_beside_the_real_one_if_it_differs(void **state)
{
	static const struct built_program program = {.argv = "su", .argv_len = 3};
	struct built_record built;

	(void)state;
	build_exec(&built, 101, &program);
	built.header.uid = 65533;
	built.header.euid = 65533;
	assert_string_equal(format_record(&built) + AT_PID,
			    "100     1       65533                        su");
	built.header.euid = 0;
	assert_string_equal(format_record(&built) + AT_PID,
			    "100     1       65533(root)                  su");
	built.header.uid = 0;
	built.header.euid = 4294967294;
	assert_string_equal(format_record(&built) + AT_PID,
			    "100     1       root(4294967294)             su");
}

static void every_event_keeps_its_columns(void **state)
{
	static const enum procsieve_type types[] = {
		PROCSIEVE_FORK, PROCSIEVE_EXEC, PROCSIEVE_EXIT,	  PROCSIEVE_UID,
		PROCSIEVE_GID,	PROCSIEVE_SID,	PROCSIEVE_PTRACE, PROCSIEVE_COREDUMP};
	static const unsigned int pids[] = {1, 99999, 4194304};

	(void)state;
	for (size_t i = 0; i < LENGTH(types) * LENGTH(pids); i++) {
		unsigned int pid = pids[i % LENGTH(pids)], ppid = pids[i / LENGTH(types)];
		static const char zeros[64];
		struct built_record built;
		char row[100];

		build_header(&built, types[i / LENGTH(pids)], "program");
		build_payload(&built, zeros, sizeof(zeros));
		built.header.pid = pid;
		built.header.ppid = ppid;
		built.header.uid = 65533;
		built.header.euid = 65533;
		snprintf(row, sizeof(row), "%-8u%-8u65533    ", pid, ppid);
		if (strncmp(format_record(&built) + AT_PID, row, strlen(row)) != 0)
			fail_msg("expected \"%s\" in: %s", row, memory);
		assert_true(memory[AT_COMMAND - 1] == ' ' && memory[AT_COMMAND] > ' ');
	}
}

static void what_an_exit_says(void **state)
{
	static const struct {
		unsigned int status;
		uint64_t lifetime_ns;
		const char *what;
	} cases[] = {
		{0, 0, "code 0 0.0us"},
		{0, 999, "code 0 0.9us"},
		{1 << 8, 999999, "code 1 999.9us"},
		{255 << 8, 1000000, "code 255 1.0ms"},
		{9, 59999999999, "SIGKILL 59.9s"},
		{11 | 0x80, 3600000000000, "SIGSEGV core 1.0h"},
		{6, 3599999999999, "SIGABRT 3599.9s"},
		{15, 86399999999999, "SIGTERM 23.9h"},
		{64, 86400000000000 * 400, "SIGRTMAX 400.0d"},
		{0, UINT64_MAX, "code 0 213503.9d"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct built_record built;
		struct procsieve_exit *exit = (void *)(built.bytes + sizeof(built.header));

		build_exit(&built, cases[i].status, &(struct built_program){0});
		exit->lifetime_ns = cases[i].lifetime_ns;
		if (strncmp(format_record(&built) + AT_WHAT, cases[i].what,
			    strlen(cases[i].what)) != 0)
			fail_msg("expected %s in: %s", cases[i].what, memory);
	}
}

static void a_program_that_is_not_known_shows_its_name(void **state)
{
	struct built_record built;

	(void)state;
	build_exit(&built, 0, &(struct built_program){0});
	assert_string_equal(format_record(&built) + AT_COMMAND, "[program]");
	build_exit(&built, 0, &(struct built_program){.filename = "/a b", .filename_len = 4});
	assert_string_equal(format_record(&built) + AT_COMMAND, "'/a b'");
}

/* Words that bash splits, expands, removes, or otherwise changes. */
static const char *const command_lines[][6] = {
	{"plain", "-a", "--long=value", "a/b.c"},
	{"", "two words", "tab\there", "line\nbreak"},
	{""},
	{"", "", ""},
	{" ", "  ", " a", "a "},
	{"\n", "\n\n", "a\n", "\t", "\r", "\r\n"},
	{"it's", "\"double\"", "back\\slash", "$HOME `id` $(id)"},
	{"'", "''", "' '", "\"'\"", "a'b'c", "\\'"},
	{"\\", "\\\\", "a\\", "\\n", "\\x41", "\\\n"},
	{"\"", "\"\"", "\\\"", "\"a"},
	{"$'a'", "$", "$$", "${HOME}", "$((1))", "`"},
	{"*", "?", "[a]", "{a,b}", "~", "!x"},
	{"{1..3}", "a~", "~root", "a=~", "a:~", "!!"},
	{"/*", "/etc/*", "[!a]", "@(a|b)", "+(a)", "^a"},
	{"a=b", "-n", "--", "-", "%s", "%%"},
	{"\x1b[31mred\x1b[0m", "\x07", "\x7f", "\x01\x02"},
	{"\x1b]0;title\x07", "\x1b", "\x1b\x1b", "\x9b", "\b", "\v\f"},
	{"\xff\xfe", "\xc3\xa4\xc3\xb6", "\xe2\x82", "\xf0\x9f\x98\x80"},
	{"\xf0\x9f\x98", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xc0\xaf", "\x80", "\xc3"},
	{"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8", "\xef\xbb\xbf"},
	{"\xc2\x85", "\xe2\x81\xa6", "\xd8\x9c", "\xe2\x80\x8b", "\xe2\x80\xa9", "\xe2\x80\x8f"},
	{"\xc2\xa0", "\xe3\x80\x80", "a\xc2\xa0z", "\xe2\x80\x83", "\xef\xbc\x87", "\xe2\x80\x99"},
	{"\xcc\x81", "e\xcc\x81", "\xf4\x8f\xbf\xbf", "\xef\xbf\xbd", "\xe6\xbc\xa2",
	 "\xef\xbf\xbe"},
	{"a;b", "a|b", "a&b", "a>b", "(a)", "#a"},
	{";", "|", "&&", ">x", "<(a)", "#"},
	{"2>&1", "1>", "a#b", "<<E", "!", "\\!"},
	{"[[", "]]", "time", "do", "function", "}"},
	/* Characters after an escape do not belong to it. */
	{"\xff"
	 "1",
	 "\x01"
	 "2",
	 "\n3", "'\x80'",
	 "\xc3"
	 "f"},
	{"\xc2\x85"
	 "a0",
	 "\xe2\x80\xae"
	 "ff",
	 "\x1b"
	 "b",
	 "\x7f"
	 "777",
	 "\x01\\x41"},
	{"-c", "printf '%s\\n' \"$1\"; exit", "a b", "it's $1 \\ `x`"},
	{"\xe2\x80\xae'\xff\\\" $x\n\x1b`!*", "$'\\n'", "a$'b", "\\$'"},
};

/* Bash reads the text and prints each word with a terminating zero. Returns the number of bytes. */
static size_t evaluate_in_bash(const char *text, char *answer, size_t room)
{
	char path[] = "/tmp/procsieve-words-XXXXXX", command[100];
	int fd = mkstemp(path);
	size_t size;
	FILE *bash;

	dprintf(fd, "printf '%%s\\0' %s\n", text);
	close(fd);
	snprintf(command, sizeof(command), "LC_ALL=C.UTF-8 bash %s", path);
	bash = popen(command, "r");
	assert_non_null(bash);
	size = fread(answer, 1, room, bash);
	pclose(bash);
	unlink(path);
	return size;
}

static void bash_reads_the_words_back_unchanged(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(command_lines); i++) {
		struct built_program program = {.argc = 0};
		char argv[500], answer[500];
		struct built_record built;
		size_t size = 0;

		for (size_t word = 0; word < 6 && command_lines[i][word]; word++) {
			strcpy(argv + size, command_lines[i][word]);
			size += strlen(command_lines[i][word]) + 1;
		}
		program.argv = argv;
		program.argv_len = size;
		build_exec(&built, 101, &program);
		/* Text omits empty words at the end, except a single one. */
		while (size > 1 && !argv[size - 1] && !argv[size - 2])
			size--;
		if (evaluate_in_bash(format_record(&built) + AT_COMMAND, answer, sizeof(answer)) !=
			    size ||
		    memcmp(answer, argv, size) != 0)
			fail_msg("bash took it for something else: %s", memory + AT_COMMAND);
	}
}

static void nothing_harmful_comes_through_in_any_place(void **state)
{
	struct built_record built;
	struct procsieve_comm comm = {""};

	(void)state;
	for (size_t i = 0; i < LENGTH(harmful); i++) {
		char argv[40];
		const struct built_program places[] = {
			{.filename = harmful[i], .filename_len = strlen(harmful[i])},
			{.argv = argv,
			 .argv_len = (size_t)snprintf(argv, sizeof(argv), "x%s", harmful[i]) + 1},
			{0},
		};

		for (size_t place = 0; place < LENGTH(places); place++) {
			build_exec(&built, 101, &places[place]);
			memset(built.header.comm, 0, PROCSIEVE_COMM_SIZE);
			strcpy(built.header.comm, harmful[i]);
			assert_harmless(format_record(&built));
		}
		strcpy(comm.old_comm, harmful[i]);
		build_header(&built, PROCSIEVE_COMM, harmful[i]);
		build_payload(&built, &comm, sizeof(comm));
		assert_harmless(format_record(&built));
	}
}

static void colours_come_when_asked_and_end(void **state)
{
	struct built_record built;
	const char *last;

	(void)state;
	build_exit(&built, 1 << 8, &(struct built_program){0});
	assert_null(strchr(format_record(&built), '\x1b'));
	run.color = true;
	last = strrchr(format_record(&built), '\x1b');
	assert_non_null(last);
	assert_memory_equal(last, "\x1b[0m", 4);
	assert_non_null(strstr(memory, "\x1b[31mexit"));
	/* Also if the line ends before that column. */
	run.width = 30;
	last = strrchr(format_record(&built), '\x1b');
	assert_memory_equal(last, "\x1b[0m", 4);
}

/*
 * Without colours, the line equals the one without colours; the last escape sequence is the reset.
 */
static void colours_end_on_every_line_and_take_no_column(void **state)
{
	static const char zeros[64];
	char plain[300];
	struct built_record built;

	(void)state;
	for (unsigned int i = 0; i < PROCSIEVE_EVENT_COUNT * 100; i++) {
		build_header(&built, i / 100, "program");
		build_payload(&built, zeros, sizeof(zeros));
		run.width = i % 100;
		run.color = false;
		strcpy(plain, format_record(&built));
		assert_null(strchr(plain, '\x1b'));
		run.color = true;
		format_record(&built);
		remove_colors();
		assert_string_equal(memory, plain);
	}
}

static void a_line_ends_at_the_edge_of_the_terminal(void **state)
{
	const struct built_program program = {.argv = "a-rather-long-command with words",
					      .argv_len =
						      sizeof("a-rather-long-command with words")};
	struct built_record built;
	size_t whole;

	(void)state;
	build_exec(&built, 101, &program);
	whole = strlen(format_record(&built));
	for (run.width = 5; run.width < whole + 10; run.width++) {
		const char *line = format_record(&built);

		/* Up to the last column, and not further. */
		assert_int_equal(strlen(line), run.width < whole ? run.width : whole);
		if (run.width < whole)
			assert_string_equal(line + strlen(line) - 3, "...");
	}
}

/* Columns count characters, whatever their number of bytes or escapes. */
static void the_edge_is_counted_in_characters(void **state)
{
	static const char words[] = "\xc3\xa4\xc3\xa4\xc3\xa4\0\xe6\xbc\xa2\0\xf0\x9f\x98\x80\0\xff"
				    "\xff\0'\x1b'\0a b\0\xe2\x80\xae";
	const struct built_program program = {.argv = words, .argv_len = sizeof(words)};
	struct built_record built;
	size_t whole, columns;

	(void)state;
	build_exec(&built, 101, &program);
	whole = mbstowcs(NULL, format_record(&built), 0);
	for (run.width = 5; run.width < whole + 10; run.width++) {
		format_record(&built);
		assert_harmless(memory);
		columns = mbstowcs(NULL, memory, 0);
		assert_in_range(columns, 0, run.width);
		if (columns < whole)
			assert_string_equal(memory + strlen(memory) - 3, "...");
		if (run.width >= whole)
			assert_int_equal(columns, whole);
	}
}

/* In a buffer of exactly this size, so that the sanitizer detects an overflow. */
static void a_line_is_never_longer_than_allowed(void **state)
{
	static char argv[PROCSIEVE_ARGV_MAX];
	const struct built_program program = {.argv = argv, .argv_len = sizeof(argv)};
	struct built_record built;

	(void)state;
	run.color = true;
	for (run.max_line = FORMAT_MIN_LINE; run.max_line < FORMAT_MIN_LINE + 64; run.max_line++) {
		char *exact = malloc(run.max_line);

		for (size_t i = 0; i < LENGTH(harmful); i++) {
			struct buffer out = {exact, exact, exact + run.max_line};

			for (size_t at = 0; at < sizeof(argv); at++)
				argv[at] = harmful[i][at % strlen(harmful[i])];
			build_exec(&built, 101, &program);
			format_text.event(printer_of(&format_text, &out, &run, 0), &built.header,
					  built.size);
			assert_in_range(out.end - exact, run.max_line - 64, run.max_line);
			assert_memory_equal(out.end - 4, "...\n", 4);
		}
		free(exact);
	}
}

static void losses_and_clocks_have_lines_of_their_own(void **state)
{
	const struct gap gap = {0, 0, 31, {1, 0, 30}, false};
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	(void)state;
	format_text.lost(printer_of(&format_text, &out, &run, 0), &gap);
	*out.end = '\0';
	assert_string_equal(memory,
			    "00:00:00.000 lost 31 events (1 fork, 30 exit): no room in the ring\n");
	out.end = memory;
	format_text.lost(printer_of(&format_text, &out, &run, 0),
			 &(struct gap){0, 0, 1, {0, 1}, false});
	*out.end = '\0';
	assert_string_equal(memory, "00:00:00.000 lost 1 event (1 exec): no room in the ring\n");
	out.end = memory;
	format_text.lost(printer_of(&format_text, &out, &run, 0),
			 &(struct gap){.until_ns = 1500000000, .unknown = true});
	*out.end = '\0';
	assert_string_equal(memory, "00:00:01.500 no listener for 1.5s: the events of that time "
				    "are unknown\n");
	out.end = memory;
	format_text.clock(printer_of(&format_text, &out, &run, 0), 0, -2500000000);
	*out.end = '\0';
	assert_string_equal(
		memory,
		"00:00:00.000 clock was set back by 2.5s; the times printed here do not change\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_stand_under_their_headings, set_up),
		cmocka_unit_test_setup(the_effective_user_stands_beside_the_real_one_if_it_differs,
				       set_up),
		cmocka_unit_test_setup(every_event_keeps_its_columns, set_up),
		cmocka_unit_test_setup(what_an_exit_says, set_up),
		cmocka_unit_test_setup(a_program_that_is_not_known_shows_its_name, set_up),
		cmocka_unit_test_setup(bash_reads_the_words_back_unchanged, set_up),
		cmocka_unit_test_setup(nothing_harmful_comes_through_in_any_place, set_up),
		cmocka_unit_test_setup(colours_come_when_asked_and_end, set_up),
		cmocka_unit_test_setup(colours_end_on_every_line_and_take_no_column, set_up),
		cmocka_unit_test_setup(a_line_ends_at_the_edge_of_the_terminal, set_up),
		cmocka_unit_test_setup(the_edge_is_counted_in_characters, set_up),
		cmocka_unit_test_setup(a_line_is_never_longer_than_allowed, set_up),
		cmocka_unit_test_setup(losses_and_clocks_have_lines_of_their_own, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
