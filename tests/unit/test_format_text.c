// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: columns, colours, cuts; and words that bash takes for what they were. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include <cmocka.h>

#include "format.h"
#include "make_record.h"

/* Where the columns begin, as people see them. */
enum { AT_PID = 22, AT_WHAT = 47, AT_COMMAND = 67 };

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static char memory[FORMAT_MAX_LINE];
static struct run run = {.max_line = 8000};

static const char *format_record(const struct made_record *made)
{
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	format_text.event(&out, &run, 0, &made->header, made->size);
	assert_int_equal(out.end[-1], '\n');
	out.end[-1] = '\0';
	assert_null(strchr(memory, '\n'));
	return memory;
}

static int set_up(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	run = (struct run){.max_line = 8000};
	return 0;
}

static void rows_stand_under_their_headings(void **state)
{
	static const struct made_program program = {"/bin/ls", "/", "ls\0-l", 7, 1, 6, 2};
	const struct procsieve_comm comm = {"old name"};
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	char header[200];
	struct made_record made;
	const char *row;

	(void)state;
	format_text.begin(&out, &run, 0, 0);
	snprintf(header, sizeof(header), "%.*s", (int)(out.end - memory), memory);
	make_exit(&made, 3 << 8, &program);
	made.header.uid = 0;
	row = format_record(&made);
	assert_string_equal(
		row, "01:23:20.000 exit     100     1       root     code 3 1.2ms        ls -l");
	assert_ptr_equal(strstr(header, "EVENT") - header + row, strstr(row, "exit"));
	assert_ptr_equal(strstr(header, "PID") - header + row, strstr(row, "100 "));
	assert_ptr_equal(strstr(header, "USER") - header + row, strstr(row, "root"));
	assert_ptr_equal(strstr(header, "WHAT") - header + row, strstr(row, "code 3"));
	assert_ptr_equal(strstr(header, "COMMAND") - header + row, strstr(row, "ls -l"));

	make_header(&made, PROCSIEVE_COMM, "new");
	make_payload(&made, &comm, sizeof(comm));
	assert_non_null(strstr(format_record(&made), "'old name' -> new"));
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
		struct made_record made;
		char row[100];

		make_header(&made, types[i / LENGTH(pids)], "program");
		make_payload(&made, zeros, sizeof(zeros));
		made.header.pid = pid;
		made.header.ppid = ppid;
		made.header.uid = 65533;
		snprintf(row, sizeof(row), "%-8u%-8u65533    ", pid, ppid);
		if (strncmp(format_record(&made) + AT_PID, row, strlen(row)) != 0)
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
		struct made_record made;
		struct procsieve_exit *exit = (void *)(made.bytes + sizeof(made.header));

		make_exit(&made, cases[i].status, &(struct made_program){0});
		exit->lifetime_ns = cases[i].lifetime_ns;
		if (strncmp(format_record(&made) + AT_WHAT, cases[i].what, strlen(cases[i].what)) !=
		    0)
			fail_msg("expected %s in: %s", cases[i].what, memory);
	}
}

static void a_program_that_is_not_known_shows_its_name(void **state)
{
	struct made_record made;

	(void)state;
	make_exit(&made, 0, &(struct made_program){0});
	assert_string_equal(format_record(&made) + AT_COMMAND, "[program]");
	make_exit(&made, 0, &(struct made_program){.filename = "/a b", .filename_len = 4});
	assert_string_equal(format_record(&made) + AT_COMMAND, "'/a b'");
}

/* What bash takes apart, expands, drops, or reads otherwise than it stands. */
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
	/* What stands behind an escape belongs not to it. */
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

/* Bash reads the text as it stands and prints each word with a zero behind. Returns how many bytes came. */
static size_t ask_bash(const char *text, char *answer, size_t room)
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

static void bash_takes_the_words_for_what_they_were(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(command_lines); i++) {
		struct made_program program = {.argc = 0};
		char argv[500], answer[500];
		struct made_record made;
		size_t size = 0;

		for (size_t word = 0; word < 6 && command_lines[i][word]; word++) {
			strcpy(argv + size, command_lines[i][word]);
			size += strlen(command_lines[i][word]) + 1;
		}
		program.argv = argv;
		program.argv_len = size;
		make_exec(&made, 101, &program);
		if (ask_bash(format_record(&made) + AT_COMMAND, answer, sizeof(answer)) != size ||
		    memcmp(answer, argv, size) != 0)
			fail_msg("bash took it for something else: %s", memory + AT_COMMAND);
	}
}

/* Bytes that a terminal would obey, or that would show as something else or nothing. */
static const char *const harmful[] = {
	"\x1b[2J",
	"\a\b\r\n\v",
	"\x7f",
	"\xc2\x9b"
	"2J",
	"\xe2\x80\xae",
	"\xe2\x81\xa6",
	"\xe2\x80\xa8",
	"\xe2\x80\x8f",
	"\xef\xbb\xbf",
	"\xd8\x9c",
	"\xff\xfe",
	"\xe2\x82",
	"\xed\xa0\x80",
	"\xc0\x9b",
	"\x80\x9b",
	"\xe2\x80\x8b",
	"\x01",
	"\t",
};

/* The C library's decoder is strict, and has its own list of what is a control character. */
static void assert_harmless(const char *text)
{
	wchar_t wide[1000];
	size_t count;

	assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
	count = mbstowcs(wide, text, LENGTH(wide));
	if (count >= LENGTH(wide))
		fail_msg("no UTF-8: %s", text);
	for (size_t i = 0; i < count; i++)
		if (iswcntrl(wide[i]) ||
		    wcschr(L"\x061c\x200b\x200c\x200d\x200e\x200f\x2028\x2029\x202a\x202b\x202c"
			   L"\x202d\x202e\x2060\x2066\x2067\x2068\x2069\xfeff",
			   wide[i]))
			fail_msg("U+%04X in: %s", (unsigned int)wide[i], text);
}

static void nothing_harmful_comes_through_in_any_place(void **state)
{
	struct made_record made;
	struct procsieve_comm comm = {""};

	(void)state;
	for (size_t i = 0; i < LENGTH(harmful); i++) {
		char argv[40];
		const struct made_program places[] = {
			{.filename = harmful[i], .filename_len = strlen(harmful[i])},
			{.argv = argv,
			 .argv_len = (size_t)snprintf(argv, sizeof(argv), "x%s", harmful[i]) + 1},
			{0},
		};

		for (size_t place = 0; place < LENGTH(places); place++) {
			make_exec(&made, 101, &places[place]);
			memset(made.header.comm, 0, PROCSIEVE_COMM_SIZE);
			strcpy(made.header.comm, harmful[i]);
			assert_harmless(format_record(&made));
		}
		strcpy(comm.old_comm, harmful[i]);
		make_header(&made, PROCSIEVE_COMM, harmful[i]);
		make_payload(&made, &comm, sizeof(comm));
		assert_harmless(format_record(&made));
	}
}

static void colours_come_when_asked_and_end(void **state)
{
	struct made_record made;
	const char *last;

	(void)state;
	make_exit(&made, 1 << 8, &(struct made_program){0});
	assert_null(strchr(format_record(&made), '\x1b'));
	run.color = true;
	last = strrchr(format_record(&made), '\x1b');
	assert_non_null(last);
	assert_memory_equal(last, "\x1b[0m", 4);
	assert_non_null(strstr(memory, "\x1b[31mexit"));
	/* Also where the line ends before the place. */
	run.width = 30;
	last = strrchr(format_record(&made), '\x1b');
	assert_memory_equal(last, "\x1b[0m", 4);
}

/* The last of them is the end of colours. */
static void take_colours_out(void)
{
	const char *last = "";
	char *to = memory;

	for (const char *at = memory; *at;) {
		if (*at == '\x1b') {
			last = strncmp(at, "\x1b[0m", 4) ? at : "\x1b[0m";
			at = strchr(at, 'm') + 1;
			continue;
		}
		*to++ = *at++;
	}
	*to = '\0';
	assert_memory_equal(last, "\x1b[0m", 4);
}

/* Colours taken out, the line is the one without colours; the last of them is the end of colours. */
static void colours_end_on_every_line_and_take_no_column(void **state)
{
	static const char zeros[64];
	char plain[300];
	struct made_record made;

	(void)state;
	for (unsigned int i = 0; i < PROCSIEVE_EVENT_COUNT * 100; i++) {
		make_header(&made, i / 100, "program");
		make_payload(&made, zeros, sizeof(zeros));
		run.width = i % 100;
		run.color = false;
		strcpy(plain, format_record(&made));
		assert_null(strchr(plain, '\x1b'));
		run.color = true;
		format_record(&made);
		take_colours_out();
		assert_string_equal(memory, plain);
	}
}

static void a_line_ends_at_the_edge_of_the_terminal(void **state)
{
	const struct made_program program = {.argv = "a-rather-long-command with words",
					     .argv_len =
						     sizeof("a-rather-long-command with words")};
	struct made_record made;
	size_t whole;

	(void)state;
	make_exec(&made, 101, &program);
	whole = strlen(format_record(&made));
	for (run.width = 5; run.width < whole + 10; run.width++) {
		const char *line = format_record(&made);

		/* To the last column, and no further. */
		assert_int_equal(strlen(line), run.width < whole ? run.width : whole);
		if (run.width < whole)
			assert_string_equal(line + strlen(line) - 3, "...");
	}
}

/* Columns are characters, whatever they take in bytes or as escapes. */
static void the_edge_is_counted_in_characters(void **state)
{
	static const char words[] = "\xc3\xa4\xc3\xa4\xc3\xa4\0\xe6\xbc\xa2\0\xf0\x9f\x98\x80\0\xff"
				    "\xff\0'\x1b'\0a b\0\xe2\x80\xae";
	const struct made_program program = {.argv = words, .argv_len = sizeof(words)};
	struct made_record made;
	size_t whole, columns;

	(void)state;
	make_exec(&made, 101, &program);
	whole = mbstowcs(NULL, format_record(&made), 0);
	for (run.width = 5; run.width < whole + 10; run.width++) {
		format_record(&made);
		assert_harmless(memory);
		columns = mbstowcs(NULL, memory, 0);
		assert_in_range(columns, 0, run.width);
		if (columns < whole)
			assert_string_equal(memory + strlen(memory) - 3, "...");
		if (run.width >= whole)
			assert_int_equal(columns, whole);
	}
}

/* In memory of the very size, so that the sanitizer sees a byte too many. */
static void a_line_is_never_longer_than_allowed(void **state)
{
	static char argv[PROCSIEVE_ARGV_MAX];
	const struct made_program program = {.argv = argv, .argv_len = sizeof(argv)};
	struct made_record made;

	(void)state;
	run.color = true;
	for (run.max_line = FORMAT_MIN_LINE; run.max_line < FORMAT_MIN_LINE + 64; run.max_line++) {
		char *exact = malloc(run.max_line);

		for (size_t i = 0; i < LENGTH(harmful); i++) {
			struct buffer out = {exact, exact, exact + run.max_line};

			for (size_t at = 0; at < sizeof(argv); at++)
				argv[at] = harmful[i][at % strlen(harmful[i])];
			make_exec(&made, 101, &program);
			format_text.event(&out, &run, 0, &made.header, made.size);
			assert_in_range(out.end - exact, run.max_line - 64, run.max_line);
			assert_memory_equal(out.end - 4, "...\n", 4);
		}
		free(exact);
	}
}

static const struct procsieve_io io = {1, 2, 3, 4};
#define WORDS " read_bytes=3 write_bytes=4 rchar=1 wchar=2"

static void put_io(struct made_record *made)
{
	size_t body = made->size;

	make_section(made, PROCSIEVE_SECTION_IO, 0, &io, sizeof(io));
	make_sections_end(made, body);
}

/* Characters of one column each. */
static void put_start(char *to, const char *text, size_t columns)
{
	size_t size = strlen(text);

	if (size <= columns)
		strcat(to, text);
	else
		sprintf(to + strlen(to), "%.*s...", (int)columns - 3, text);
}

/* What is to stand behind the first columns where there are `left` more. */
static const char *expected_beside(const char *command, size_t left)
{
	enum { LEAST = 20, WANTED = sizeof(WORDS) - 1 };
	static char expected[1000];

	*expected = '\0';
	if (left <= LEAST) {
		sprintf(expected, "%s" WORDS, command);
		memcpy(expected + left - 3, "...", 4);
	} else if (left < LEAST + WANTED && left < strlen(command) + WANTED) {
		put_start(expected, command, LEAST);
		put_start(expected, WORDS, left - strlen(expected));
	} else {
		put_start(expected, command, left - WANTED);
		strcat(expected, WORDS);
	}
	return expected;
}

/* What was asked for by --with stays where there is room for it: it is the command that is cut. */
static void sections_keep_their_room(void **state)
{
	static const struct {
		const char *argv, *command;
		size_t size;
	} commands[] = {
#define COMMAND(argv, command) {argv, command, sizeof(argv)}
		COMMAND("ls\0-l", "ls -l"),
		COMMAND("twenty-columns-it-is", "twenty-columns-it-is"),
		COMMAND("cc\0-o\0some-long-name.o\0-c\0some-long-name.c\0-O2",
			"cc -o some-long-name.o -c some-long-name.c -O2"),
	};
	struct made_record made;

	(void)state;
	for (size_t i = 0; i < LENGTH(commands) * 2; i++) {
		const char *command = commands[i / 2].command;
		const struct made_program program = {.argv = commands[i / 2].argv,
						     .argv_len = commands[i / 2].size};

		make_exec(&made, 101, &program);
		put_io(&made);
		run.color = i % 2;
		for (run.width = AT_COMMAND + 4; run.width < AT_COMMAND + 120; run.width++) {
			size_t left = run.width - AT_COMMAND;

			/* The ellipsis of the words has not its room. */
			if (left > 20 && left < 24)
				continue;
			format_record(&made);
			if (run.color)
				take_colours_out();
			assert_string_equal(memory + AT_COMMAND, expected_beside(command, left));
		}
	}
}

static void sections_keep_their_room_in_a_tree(void **state)
{
	const struct made_program program = {.argv = "sleep\0a-rather-long-argument-of-it",
					     .argv_len = 34};
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	struct made_record made;

	(void)state;
	run.width = 36 + 4 + 20 + sizeof(WORDS) - 1;
	make_process(&made, &(struct procsieve_process){.state = 'S'}, &program);
	put_io(&made);
	format_text.list(&out, &run, 0, &made.header, made.size, " \\_ ");
	*out.end = '\0';
	assert_string_equal(memory + 36, " \\_ sleep a-rather-lo..." WORDS "\n");
}

/* Where columns are characters, whatever they take in bytes or as escapes, words behind them are whole as well. */
static void sections_stand_behind_any_command(void **state)
{
	struct made_record made;
	char argv[500];

	(void)state;
	for (size_t i = 0; i < LENGTH(harmful) * 2; i++) {
		const struct made_program program = {.argv = argv, .argv_len = sizeof(argv)};

		for (size_t at = 0; at < sizeof(argv); at++)
			argv[at] = i % 2 ? "\xe6\xbc\xa2"[at % 3]
					 : harmful[i / 2][at % strlen(harmful[i / 2])];
		make_exec(&made, 101, &program);
		put_io(&made);
		for (run.width = AT_COMMAND + 21 + sizeof(WORDS); run.width < 200; run.width++) {
			const char *line = format_record(&made);
			size_t columns = mbstowcs(NULL, line, 0);

			assert_harmless(line);
			assert_string_equal(line + strlen(line) - strlen("..." WORDS), "..." WORDS);
			/* An escape that does not fit has ten columns at most. */
			assert_in_range(columns, run.width - 10, run.width);
		}
	}
}

/* In a file, where only bytes are counted; in memory of the very size. */
static void sections_keep_their_room_in_long_lines(void **state)
{
	static char argv[PROCSIEVE_ARGV_MAX];
	const struct made_program program = {.argv = argv, .argv_len = sizeof(argv)};
	struct made_record made;

	(void)state;
	for (size_t i = 0; i < LENGTH(harmful) * 64; i++) {
		const char *bytes = harmful[i / 64];
		char *exact;
		struct buffer out;

		run.max_line = FORMAT_MIN_LINE + i % 64;
		exact = malloc(run.max_line);
		out = (struct buffer){exact, exact, exact + run.max_line};
		for (size_t at = 0; at < sizeof(argv); at++)
			argv[at] = bytes[at % strlen(bytes)];
		make_exec(&made, 101, &program);
		put_io(&made);
		format_text.event(&out, &run, 0, &made.header, made.size);
		assert_in_range(out.end - exact, run.max_line - 64, run.max_line);
		out.end[-1] = '\0';
		assert_string_equal(out.end - 1 - strlen("..." WORDS), "..." WORDS);
		free(exact);
	}
}

/* Nor does what a process chooses for its environment hide its command. */
static void a_command_keeps_its_room(void **state)
{
	static char env[PROCSIEVE_ENV_MAX], argv[PROCSIEVE_ARGV_MAX];
	static const size_t sizes[] = {1400, 4096, sizeof(env)};
	struct made_record made;

	(void)state;
	memset(env, '\x01', sizeof(env));
	memset(argv, 'x', sizeof(argv));
	for (size_t i = 0; i < LENGTH(sizes) * 2; i++) {
		const struct made_program program = {.argv = argv,
						     .argv_len = i % 2 ? sizeof(argv) : 1000};
		const char *command;
		size_t body;

		make_exec(&made, 101, &program);
		body = made.size;
		make_section(&made, PROCSIEVE_SECTION_ENV, 0, env, sizes[i / 2]);
		make_sections_end(&made, body);
		command = format_record(&made) + AT_COMMAND;
		if (i % 2) {
			assert_in_range(strspn(command, "x"), 1900, 8000);
			assert_memory_equal(command + strspn(command, "x"), "... $'", 6);
		} else {
			assert_int_equal(strspn(command, "x"), 1000);
			assert_memory_equal(command + 1000, " $'", 3);
		}
	}
}

static void what_was_cut_before_is_marked(void **state)
{
	struct made_record made;

	(void)state;
	make_exec(&made, 101, &(struct made_program){.argv = "ls\0-", .argv_len = 4});
	made.header.flags = PROCSIEVE_F_ARGV_CUT;
	assert_string_equal(format_record(&made) + AT_COMMAND, "ls -...");
	put_io(&made);
	assert_string_equal(format_record(&made) + AT_COMMAND, "ls -..." WORDS);
}

static void losses_and_clocks_have_lines_of_their_own(void **state)
{
	const struct gap gap = {0, 0, 31, {1, 0, 30}, false};
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	(void)state;
	format_text.lost(&out, &run, 0, &gap);
	*out.end = '\0';
	assert_string_equal(memory,
			    "00:00:00.000 lost 31 events (1 fork, 30 exit): no room in the ring\n");
	out.end = memory;
	format_text.lost(&out, &run, 0, &(struct gap){0, 0, 1, {0, 1}, false});
	*out.end = '\0';
	assert_string_equal(memory, "00:00:00.000 lost 1 event (1 exec): no room in the ring\n");
	out.end = memory;
	format_text.lost(&out, &run, 0, &(struct gap){.until_ns = 1500000000, .unknown = true});
	*out.end = '\0';
	assert_string_equal(memory,
			    "00:00:01.500 nobody listened for 1.5s: what happened meanwhile "
			    "is not known\n");
	out.end = memory;
	format_text.clock(&out, &run, 0, 0, -2500000000);
	*out.end = '\0';
	assert_string_equal(
		memory,
		"00:00:00.000 clock was set back by 2.5s; the times here go on as before\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_stand_under_their_headings, set_up),
		cmocka_unit_test_setup(every_event_keeps_its_columns, set_up),
		cmocka_unit_test_setup(what_an_exit_says, set_up),
		cmocka_unit_test_setup(a_program_that_is_not_known_shows_its_name, set_up),
		cmocka_unit_test_setup(bash_takes_the_words_for_what_they_were, set_up),
		cmocka_unit_test_setup(nothing_harmful_comes_through_in_any_place, set_up),
		cmocka_unit_test_setup(colours_come_when_asked_and_end, set_up),
		cmocka_unit_test_setup(colours_end_on_every_line_and_take_no_column, set_up),
		cmocka_unit_test_setup(a_line_ends_at_the_edge_of_the_terminal, set_up),
		cmocka_unit_test_setup(the_edge_is_counted_in_characters, set_up),
		cmocka_unit_test_setup(a_line_is_never_longer_than_allowed, set_up),
		cmocka_unit_test_setup(sections_keep_their_room, set_up),
		cmocka_unit_test_setup(sections_keep_their_room_in_a_tree, set_up),
		cmocka_unit_test_setup(sections_stand_behind_any_command, set_up),
		cmocka_unit_test_setup(sections_keep_their_room_in_long_lines, set_up),
		cmocka_unit_test_setup(a_command_keeps_its_room, set_up),
		cmocka_unit_test_setup(what_was_cut_before_is_marked, set_up),
		cmocka_unit_test_setup(losses_and_clocks_have_lines_of_their_own, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
