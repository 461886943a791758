// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The columns that the command line asks for: where they are, what is cut if a line is too long,
 * and that no bytes of a record leave their line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <errno.h>

#include <cmocka.h>

#include "assert_row.h"
#include "base/with_words.h"
#include "format/layout.h"

static const struct procsieve_io io = {1, 2, 3, 4};
#define HEADERS	      "READ_BYTES WRITE_BYTES    RCHAR    WCHAR COMMAND"
#define CELLS	      "         3           4        1        2 "
#define AFTER_COLUMNS (AT_COMMAND + sizeof(CELLS) - 1)

static struct layout layout;

static int set_up_layout(void **state)
{
	layout = (struct layout){0};
	set_up(state);
	run.layout = &layout;
	return 0;
}

static int add(unsigned int of, const char *name)
{
	return layout_add(&layout, of, name, strlen(name), NULL, 0);
}

static void choose(unsigned int of, const char *const *names)
{
	layout = (struct layout){.chosen = true};
	for (; *names; names++)
		assert_int_equal(add(of, *names), 0);
}

#define CHOOSE(of, ...) choose(of, (const char *const[]){__VA_ARGS__, NULL})

static void put_io(struct built_record *built)
{
	size_t body = built->size;

	build_section(built, PROCSIEVE_SECTION_IO, 0, &io, sizeof(io));
	build_sections_end(built, body);
}

static const char *headers(void)
{
	static char text[2000];
	struct buffer out = {text, text, text + sizeof(text)};

	run.max_line = sizeof(text);
	format_text.begin(printer_of(&format_text, &out, &run, 0), 0);
	run.max_line = 8000;
	*out.end = '\0';
	return text;
}

/* Rows of numbers under headers of the same width. */
static void data_has_columns_before_the_command(void **state)
{
	struct built_record built;

	(void)state;
	layout_add_data(&layout, COLUMN_OF_WATCH, 0, PROCSIEVE_SECTION(IO));
	build_exec(&built, 101, &(struct built_program){.argv = "ls\0-l", .argv_len = 6});
	assert_string_equal(format_record(&built) + AT_COMMAND,
			    "         -           -        -        - ls -l");
	put_io(&built);
	assert_string_equal(format_record(&built) + AT_COMMAND, CELLS "ls -l");
	assert_string_equal(headers() + AT_COMMAND, HEADERS "\n");
}

/* The command's first `columns` characters; with the ellipsis if it is longer. */
static void expect_command(char *to, const char *command, size_t columns)
{
	if (strlen(command) <= columns)
		strcpy(to, command);
	else
		sprintf(to, "%.*s...", (int)columns - 3, command);
}

/* Whatever the width of the terminal, the command alone is cut, and keeps 20 columns. */
static void the_command_is_cut_and_nothing_else(void **state)
{
	static const char *const commands[] = {"ls", "twenty-columns-it-is",
					       "one-that-has-seventy-columns-if-it-is-left-as-long-"
					       "as-it-is-by-its-user"};
	struct built_record built;

	(void)state;
	layout_add_data(&layout, COLUMN_OF_WATCH, 0, PROCSIEVE_SECTION(IO));
	for (size_t i = 0; i < LENGTH(commands) * 2; i++) {
		const char *command = commands[i / 2];
		const struct built_program program = {.argv = command,
						      .argv_len = strlen(command) + 1};

		build_exec(&built, 101, &program);
		put_io(&built);
		run.color = i % 2;
		for (run.width = 1; run.width < AFTER_COLUMNS + 120; run.width++) {
			char expected[200];
			size_t end = run.width;

			while (end < AFTER_COLUMNS + 20)
				end += run.width;
			expect_command(expected, command, end - AFTER_COLUMNS);
			format_record(&built);
			if (run.color)
				remove_colors();
			assert_memory_equal(memory + AT_COMMAND, CELLS, sizeof(CELLS) - 1);
			assert_string_equal(memory + AFTER_COLUMNS, expected);
		}
	}
}

static void columns_after_the_command_are_not_cut(void **state)
{
	struct built_record built;

	(void)state;
	CHOOSE(COLUMN_OF_WATCH, "pid", "command", "ppid", "event");
	build_exec(&built, 101,
		   &(struct built_program){.argv = "a-command-of-more-than-sixty-columns-that-does-"
						   "not-fit-here",
					   .argv_len = 60});
	assert_string_equal(
		format_record(&built),
		"100     a-command-of-more-than-sixty-columns-that-does-not-fit-here 1 exec");
	run.width = 54;
	assert_string_equal(format_record(&built),
			    "100     a-command-of-more-than-six... 1     exec");
	assert_string_equal(headers(), "PID     COMMAND                     PPID    EVENT\n");
}

static void a_tree_has_columns_too(void **state)
{
	const struct built_program program = {.argv = "sleep\0a-rather-long-argument-of-it",
					      .argv_len = 34};
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	struct built_record built;

	(void)state;
	layout_add_data(&layout, COLUMN_OF_PS, 0, PROCSIEVE_SECTION(IO));
	run.width = 36 + sizeof(CELLS) - 1 + 20;
	build_process(&built, &(struct procsieve_process){.state = 'S'}, &program);
	put_io(&built);
	format_text.list(printer_of(&format_text, &out, &run, 0), &built.header, built.size,
			 " \\_ ");
	*out.end = '\0';
	assert_string_equal(memory + 36, CELLS " \\_ sleep a-rathe...\n");
	CHOOSE(COLUMN_OF_PS, "ppid", "comm", "pid");
	out.end = memory;
	format_text.list(printer_of(&format_text, &out, &run, 0), &built.header, built.size,
			 " \\_ ");
	*out.end = '\0';
	assert_string_equal(memory, "1        \\_ program     100\n");
}

/* Columns are counted in characters, whatever their number of bytes or escapes. */
static void any_command_ends_at_the_edge(void **state)
{
	struct built_record built;
	char argv[500];

	(void)state;
	layout_add_data(&layout, COLUMN_OF_WATCH, 0, PROCSIEVE_SECTION(IO));
	for (size_t i = 0; i < LENGTH(harmful) * 2; i++) {
		const struct built_program program = {.argv = argv, .argv_len = sizeof(argv)};

		for (size_t at = 0; at < sizeof(argv); at++)
			argv[at] = i % 2 ? "\xe6\xbc\xa2"[at % 3]
					 : harmful[i / 2][at % strlen(harmful[i / 2])];
		build_exec(&built, 101, &program);
		put_io(&built);
		for (run.width = AFTER_COLUMNS + 21; run.width < 200; run.width++) {
			const char *line = format_record(&built);
			size_t columns = mbstowcs(NULL, line, 0);

			assert_harmless(line);
			assert_string_equal(line + strlen(line) - 3, "...");
			/* An escape that does not fit has at most ten columns. */
			assert_in_range(columns, run.width - 10, run.width);
		}
	}
}

/* A process's choice of its environment does not hide its command. */
static void a_long_value_leaves_room_for_the_command(void **state)
{
	static char env[PROCSIEVE_ENV_MAX], argv[PROCSIEVE_ARGV_MAX];
	static const size_t sizes[] = {100, 4096, sizeof(env)};
	struct built_record built;

	(void)state;
	layout_add_data(&layout, COLUMN_OF_WATCH, WITH(ENV), 0);
	memset(env, 'e', sizeof(env));
	memset(argv, 'x', sizeof(argv));
	for (size_t i = 0; i < LENGTH(sizes); i++) {
		const struct built_program program = {.argv = argv, .argv_len = sizeof(argv)};
		const char *value, *command;
		size_t body;

		build_exec(&built, 101, &program);
		body = built.size;
		build_section(&built, PROCSIEVE_SECTION_ENV, 0, env, sizes[i]);
		build_sections_end(&built, body);
		value = format_record(&built) + AT_COMMAND;
		command = strchr(value, 'x');
		assert_in_range(strspn(value, "e"), sizes[i] < 3900 ? sizes[i] : 3900, sizes[i]);
		assert_memory_equal(value + strspn(value, "e"), sizes[i] < 3900 ? " x" : "... x",
				    2);
		assert_in_range(strspn(command, "x"), 3900, 8000);
		assert_string_equal(command + strspn(command, "x"), "...");
	}
}

/* Every column there is, many times over, in an allocation of exactly the shortest line. */
static void any_columns_fit_the_shortest_line(void **state)
{
	static char names[4000], bytes[PROCSIEVE_ARGV_MAX];
	struct built_record built;
	char *rest, *name;
	size_t count = 0;

	(void)state;
	srandom(1);
	run.max_line = FORMAT_MIN_LINE;
	run.color = true;
	layout_names(names, sizeof(names), COLUMN_OF_WATCH);
	for (name = strtok_r(names, ", ", &rest); name; name = strtok_r(NULL, ", ", &rest)) {
		char *exact = malloc(run.max_line);
		struct buffer out = {exact, exact, exact + run.max_line};

		layout = (struct layout){.chosen = true};
		while (!add(COLUMN_OF_WATCH, name))
			;
		assert_int_equal(layout.count, LAYOUT_MAX);
		assert_int_equal(add(COLUMN_OF_WATCH, name), -E2BIG);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (char)random();
		for (unsigned int type = 0; type <= PROCSIEVE_EVENT_COUNT; type++) {
			size_t body;

			if (type == PROCSIEVE_EXEC)
				build_exec(&built, 1,
					   &(struct built_program){.argv = bytes,
								   .argv_len = sizeof(bytes)});
			else
				build_header(&built,
					     type < PROCSIEVE_EVENT_COUNT ? type
									  : PROCSIEVE_PROCESS,
					     bytes);
			build_bytes(&built, bytes, 64);
			body = built.size;
			for (unsigned int kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++)
				build_section(&built, kind, kind % 2, bytes, 3000);
			build_sections_end(&built, body);
			out.end = exact;
			format_text.event(printer_of(&format_text, &out, &run, 0), &built.header,
					  built.size);
			assert_in_range(out.end - exact, 1, run.max_line);
			assert_ptr_equal(memchr(exact, '\n', out.end - exact), out.end - 1);
		}
		free(exact);
		count++;
	}
	assert_in_range(count, 100, 1000);
}

static void what_was_cut_before_is_marked(void **state)
{
	struct built_record built;

	(void)state;
	build_exec(&built, 101, &(struct built_program){.argv = "ls\0-", .argv_len = 4});
	built.header.flags = PROCSIEVE_F_ARGV_CUT;
	assert_string_equal(format_record(&built) + AT_COMMAND, "ls -...");
	layout_add_data(&layout, COLUMN_OF_WATCH, 0, PROCSIEVE_SECTION(IO));
	put_io(&built);
	assert_string_equal(format_record(&built) + AT_COMMAND, CELLS "ls -...");
}

/* Headers of the user's: longer ones widen the column, and a line of empty ones is left out. */
static void headers_can_be_chosen(void **state)
{
	static const char words[] = "PROCESS_ID,";
	struct buffer out = {memory, memory, memory + sizeof(memory)};
	struct built_record built;

	(void)state;
	layout.chosen = true;
	assert_int_equal(layout_add(&layout, COLUMN_OF_PS, "pid", 3, words, 10), 0);
	assert_int_equal(layout_add(&layout, COLUMN_OF_PS, "ppid", 4, words, 0), 0);
	format_text.list_begin(printer_of(&format_text, &out, &run, 0), 0);
	build_process(&built, &(struct procsieve_process){.state = 'S'},
		      &(struct built_program){0});
	format_text.list(printer_of(&format_text, &out, &run, 0), &built.header, built.size, NULL);
	*out.end = '\0';
	assert_string_equal(memory, "PROCESS_ID \n100        1\n");
	layout = (struct layout){.chosen = true};
	assert_int_equal(layout_add(&layout, COLUMN_OF_PS, "pid", 3, words, 0), 0);
	out.end = memory;
	format_text.list_begin(printer_of(&format_text, &out, &run, 0), 0);
	assert_ptr_equal(out.end, memory);
}

static void no_header_means_none(void **state)
{
	struct buffer out = {memory, memory, memory + sizeof(memory)};

	(void)state;
	run.no_header = true;
	format_text.begin(printer_of(&format_text, &out, &run, 0), 0);
	format_text.list_begin(printer_of(&format_text, &out, &run, 0), 0);
	assert_ptr_equal(out.end, memory);
}

static void unknown_names_are_refused(void **state)
{
	static const char *const words[] = {
		"",	"foo",	 "PID",
		"pid ", "pids",	 "boot",
		"%cpu", "etime", "a-name-that-is-longer-than-any-name-of-a-column"};

	(void)state;
	for (size_t i = 0; i < LENGTH(words); i++)
		assert_int_equal(add(COLUMN_OF_WATCH, words[i]), -ENOENT);
	assert_int_equal(layout_add(&layout, COLUMN_OF_WATCH, "pid\0x", 5, NULL, 0), -ENOENT);
	assert_int_equal(add(COLUMN_OF_PS, "event"), -ENOENT);
	assert_int_equal(add(COLUMN_OF_PS, "child_pid"), -ENOENT);
	assert_int_equal(layout.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(data_has_columns_before_the_command, set_up_layout),
		cmocka_unit_test_setup(the_command_is_cut_and_nothing_else, set_up_layout),
		cmocka_unit_test_setup(columns_after_the_command_are_not_cut, set_up_layout),
		cmocka_unit_test_setup(a_tree_has_columns_too, set_up_layout),
		cmocka_unit_test_setup(any_command_ends_at_the_edge, set_up_layout),
		cmocka_unit_test_setup(a_long_value_leaves_room_for_the_command, set_up_layout),
		cmocka_unit_test_setup(any_columns_fit_the_shortest_line, set_up_layout),
		cmocka_unit_test_setup(what_was_cut_before_is_marked, set_up_layout),
		cmocka_unit_test_setup(headers_can_be_chosen, set_up_layout),
		cmocka_unit_test_setup(no_header_means_none, set_up_layout),
		cmocka_unit_test_setup(unknown_names_are_refused, set_up_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
