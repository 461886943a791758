// SPDX-License-Identifier: GPL-2.0-or-later
/* A command and the --with fields share a row: which of them is truncated, and where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "assert_row.h"

static const struct procsieve_io io = {1, 2, 3, 4};
#define WORDS " read_bytes=3 write_bytes=4 rchar=1 wchar=2"

static void put_io(struct built_record *built)
{
	size_t body = built->size;

	build_section(built, PROCSIEVE_SECTION_IO, 0, &io, sizeof(io));
	build_sections_end(built, body);
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

/* The expected text after the first columns, if `left` columns are left. */
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

/* The --with fields are kept as long as there is room: the command is truncated. */
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
	struct built_record built;

	(void)state;
	for (size_t i = 0; i < LENGTH(commands) * 2; i++) {
		const char *command = commands[i / 2].command;
		const struct built_program program = {.argv = commands[i / 2].argv,
						      .argv_len = commands[i / 2].size};

		build_exec(&built, 101, &program);
		put_io(&built);
		run.color = i % 2;
		for (run.width = AT_COMMAND + 4; run.width < AT_COMMAND + 120; run.width++) {
			size_t left = run.width - AT_COMMAND;

			/* There is no room for the ellipsis of the words. */
			if (left > 20 && left < 24)
				continue;
			format_record(&built);
			if (run.color)
				remove_colors();
			assert_string_equal(memory + AT_COMMAND, expected_beside(command, left));
		}
	}
}

static void sections_keep_their_room_in_a_tree(void **state)
{
	const struct built_program program = {.argv = "sleep\0a-rather-long-argument-of-it",
					      .argv_len = 34};
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	struct built_record built;

	(void)state;
	run.width = 36 + 4 + 20 + sizeof(WORDS) - 1;
	build_process(&built, &(struct procsieve_process){.state = 'S'}, &program);
	put_io(&built);
	format_text.list(printer_of(&format_text, &out, &run, 0), &built.header, built.size,
			 " \\_ ");
	*out.end = '\0';
	assert_string_equal(memory + 36, " \\_ sleep a-rather-lo..." WORDS "\n");
}

/*
 * Where columns are characters, whatever their number of bytes or escapes, words after them are
 * complete as well.
 */
static void sections_stand_behind_any_command(void **state)
{
	struct built_record built;
	char argv[500];

	(void)state;
	for (size_t i = 0; i < LENGTH(harmful) * 2; i++) {
		const struct built_program program = {.argv = argv, .argv_len = sizeof(argv)};

		for (size_t at = 0; at < sizeof(argv); at++)
			argv[at] = i % 2 ? "\xe6\xbc\xa2"[at % 3]
					 : harmful[i / 2][at % strlen(harmful[i / 2])];
		build_exec(&built, 101, &program);
		put_io(&built);
		for (run.width = AT_COMMAND + 21 + sizeof(WORDS); run.width < 200; run.width++) {
			const char *line = format_record(&built);
			size_t columns = mbstowcs(NULL, line, 0);

			assert_harmless(line);
			assert_string_equal(line + strlen(line) - strlen("..." WORDS), "..." WORDS);
			/* An escape that does not fit has at most ten columns. */
			assert_in_range(columns, run.width - 10, run.width);
		}
	}
}

/* In a file, where only bytes count; in an allocation of exactly this size. */
static void sections_keep_their_room_in_long_lines(void **state)
{
	static char argv[PROCSIEVE_ARGV_MAX];
	const struct built_program program = {.argv = argv, .argv_len = sizeof(argv)};
	struct built_record built;

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
		build_exec(&built, 101, &program);
		put_io(&built);
		format_text.event(printer_of(&format_text, &out, &run, 0), &built.header,
				  built.size);
		assert_in_range(out.end - exact, run.max_line - 64, run.max_line);
		out.end[-1] = '\0';
		assert_string_equal(out.end - 1 - strlen("..." WORDS), "..." WORDS);
		free(exact);
	}
}

/* A process's choice of its environment does not hide its command. */
static void a_command_keeps_its_room(void **state)
{
	static char env[PROCSIEVE_ENV_MAX], argv[PROCSIEVE_ARGV_MAX];
	static const size_t sizes[] = {1400, 4096, sizeof(env)};
	struct built_record built;

	(void)state;
	memset(env, '\x01', sizeof(env));
	memset(argv, 'x', sizeof(argv));
	for (size_t i = 0; i < LENGTH(sizes) * 2; i++) {
		const struct built_program program = {.argv = argv,
						      .argv_len = i % 2 ? sizeof(argv) : 1000};
		const char *command;
		size_t body;

		build_exec(&built, 101, &program);
		body = built.size;
		build_section(&built, PROCSIEVE_SECTION_ENV, 0, env, sizes[i / 2]);
		build_sections_end(&built, body);
		command = format_record(&built) + AT_COMMAND;
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
	struct built_record built;

	(void)state;
	build_exec(&built, 101, &(struct built_program){.argv = "ls\0-", .argv_len = 4});
	built.header.flags = PROCSIEVE_F_ARGV_CUT;
	assert_string_equal(format_record(&built) + AT_COMMAND, "ls -...");
	put_io(&built);
	assert_string_equal(format_record(&built) + AT_COMMAND, "ls -..." WORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(sections_keep_their_room, set_up),
		cmocka_unit_test_setup(sections_keep_their_room_in_a_tree, set_up),
		cmocka_unit_test_setup(sections_stand_behind_any_command, set_up),
		cmocka_unit_test_setup(sections_keep_their_room_in_long_lines, set_up),
		cmocka_unit_test_setup(a_command_keeps_its_room, set_up),
		cmocka_unit_test_setup(what_was_cut_before_is_marked, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
