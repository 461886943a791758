// SPDX-License-Identifier: GPL-2.0-or-later
/* Text for people: columns, colours, cuts; and words that bash takes for what they were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "format.h"
#include "make_record.h"

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
		row, "01:23:20.000 exit  100     1       root     code 3 1.2ms        ls -l");
	assert_ptr_equal(strstr(header, "EVENT") - header + row, strstr(row, "exit"));
	assert_ptr_equal(strstr(header, "PID") - header + row, strstr(row, "100 "));
	assert_ptr_equal(strstr(header, "USER") - header + row, strstr(row, "root"));
	assert_ptr_equal(strstr(header, "WHAT") - header + row, strstr(row, "code 3"));
	assert_ptr_equal(strstr(header, "COMMAND") - header + row, strstr(row, "ls -l"));

	make_header(&made, PROCSIEVE_COMM, "new");
	make_payload(&made, &comm, sizeof(comm));
	assert_non_null(strstr(format_record(&made), "'old name' -> new"));
}

static void what_an_exit_says(void **state)
{
	static const struct {
		unsigned int status;
		uint64_t lifetime_ns;
		const char *what;
	} cases[] = {
		{0, 999, "code 0 0.9us"},
		{255 << 8, 1000000, "code 255 1.0ms"},
		{9, 59999999999, "SIGKILL 59.9s"},
		{11 | 0x80, 3600000000000, "SIGSEGV core 1.0h"},
		{64, 86400000000000 * 400, "SIGRTMAX 400.0d"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct made_record made;
		struct procsieve_exit *exit = (void *)(made.bytes + sizeof(made.header));

		make_exit(&made, cases[i].status, &(struct made_program){0});
		exit->lifetime_ns = cases[i].lifetime_ns;
		if (strncmp(format_record(&made) + 44, cases[i].what, strlen(cases[i].what)) != 0)
			fail_msg("expected %s in: %s", cases[i].what, memory);
	}
}

static void a_program_that_is_not_known_shows_its_name(void **state)
{
	struct made_record made;

	(void)state;
	make_exit(&made, 0, &(struct made_program){0});
	assert_string_equal(format_record(&made) + 64, "[program]");
	make_exit(&made, 0, &(struct made_program){.filename = "/a b", .filename_len = 4});
	assert_string_equal(format_record(&made) + 64, "'/a b'");
}

/* Arguments as a C array; the whole is at most so long as bash's own line. */
static const char *const command_lines[][6] = {
	{"plain", "-a", "--long=value", "a/b.c"},
	{"", "two words", "tab\there", "line\nbreak"},
	{"it's", "\"double\"", "back\\slash", "$HOME `id` $(id)"},
	{"*", "?", "[a]", "{a,b}", "~", "!x"},
	{"\x1b[31mred\x1b[0m", "\x07", "\x7f", "\x01\x02"},
	{"\xff\xfe", "\xc3\xa4\xc3\xb6", "\xe2\x82", "\xf0\x9f\x98\x80"},
	{"\xc2\x9b", "\xe2\x80\xae", "\xe2\x80\xa8", "\xef\xbb\xbf"},
	{"a;b", "a|b", "a&b", "a>b", "(a)", "#a"},
	{"\xff"
	 "1",
	 "\x01"
	 "2",
	 "\n3", "'\x80'"},
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
		if (ask_bash(format_record(&made) + 64, answer, sizeof(answer)) != size ||
		    memcmp(answer, argv, size) != 0)
			fail_msg("bash took it for something else: %s", memory + 64);
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

static void a_line_ends_at_the_edge_of_the_terminal(void **state)
{
	const struct made_program program = {.argv = "a-rather-long-command with words",
					     .argv_len =
						     sizeof("a-rather-long-command with words")};
	struct made_record made;

	(void)state;
	make_exec(&made, 101, &program);
	for (run.width = 20; run.width < 110; run.width++) {
		const char *line = format_record(&made);

		assert_true(strlen(line) <= run.width);
		if (strlen(line) < 98)
			assert_string_equal(line + strlen(line) - 3, "...");
	}
}

static void what_was_cut_before_is_marked(void **state)
{
	struct made_record made;

	(void)state;
	make_exec(&made, 101, &(struct made_program){.argv = "ls\0-", .argv_len = 4});
	made.header.flags = PROCSIEVE_F_ARGV_CUT;
	assert_string_equal(format_record(&made) + 64, "ls -...");
}

static void losses_and_clocks_have_lines_of_their_own(void **state)
{
	const struct gap gap = {0, 0, 31, {1, 0, 30}};
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	(void)state;
	format_text.lost(&out, &run, 0, &gap);
	*out.end = '\0';
	assert_string_equal(memory,
			    "00:00:00.000 lost 31 events (1 fork, 30 exit): no room in the ring\n");
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
		cmocka_unit_test_setup(what_an_exit_says, set_up),
		cmocka_unit_test_setup(a_program_that_is_not_known_shows_its_name, set_up),
		cmocka_unit_test_setup(bash_takes_the_words_for_what_they_were, set_up),
		cmocka_unit_test_setup(colours_come_when_asked_and_end, set_up),
		cmocka_unit_test_setup(a_line_ends_at_the_edge_of_the_terminal, set_up),
		cmocka_unit_test_setup(what_was_cut_before_is_marked, set_up),
		cmocka_unit_test_setup(losses_and_clocks_have_lines_of_their_own, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
