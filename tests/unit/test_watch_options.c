// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of watch: what each option does, how options go together, and what is said of those that do not. */
#include "refusal.h"

#include <stdio.h>
#include <stdlib.h>

#include "watch_options.h"

#define WORDS_MAX 12
#define EXIT	  PROCSIEVE_MASK(PROCSIEVE_EXIT)

static struct watch_options options;
static struct reason why;

static int parse(const char *const *words)
{
	static char *argv[WORDS_MAX + 2];
	int argc = 1;

	argv[0] = "watch";
	for (; words[argc - 1]; argc++)
		argv[argc] = (char *)words[argc - 1];
	argv[argc] = NULL;
	return watch_options_parse(&options, argc, argv, &why);
}

#define PARSE(...) parse((const char *const[WORDS_MAX]){__VA_ARGS__})

static void assert_parsed(int err)
{
	if (err)
		fail_msg("refused: %s", why.text);
}

static int clear(void **state)
{
	(void)state;
	watch_options_clear(&options);
	return 0;
}

static void without_options_there_are_defaults(void **state)
{
	(void)state;
	assert_parsed(PARSE(NULL));
	assert_int_equal(options.filter.events, 7);
	assert_false(options.filter.threads || options.filter.no_args || options.filter.follow ||
		     options.filter.statuses_set || options.strict || options.failed);
	assert_ptr_equal(options.format, &format_text);
	assert_int_equal(options.ring_size, 4 << 20);
	assert_int_equal(options.latency_ns, 1000000);
	assert_int_equal(options.max_line, 8000);
	assert_int_equal(options.count, 0);
	assert_int_equal(options.duration_ns, 0);
	assert_null(options.output);
	assert_null(options.command);
}

static void every_option_has_its_effect(void **state)
{
	(void)state;
	assert_parsed(
		PARSE("-e", "comm", "--threads", "--no-args", "-u", "0", "-g", "5,6", "--cpu=0"));
	assert_int_equal(options.filter.events, PROCSIEVE_MASK(PROCSIEVE_COMM));
	assert_true(options.filter.threads && options.filter.no_args);
	assert_int_equal(options.filter.uids.count, 1);
	assert_int_equal(options.filter.gids.values[1], 6);
	assert_int_equal(options.filter.cpus.count, 1);
	watch_options_clear(&options);

	assert_parsed(PARSE("-p", "3", "--follow", "--comm", "a,b", "--exit-status", "3,core",
			    "--strict"));
	assert_int_equal(options.filter.pids.values[0], 3);
	assert_true(options.filter.follow && options.strict);
	assert_string_equal(options.filter.comms[1], "b");
	assert_true(options.filter.statuses_set && options.filter.statuses.core);
	assert_int_equal(options.filter.statuses.codes[0], 1 << 3);
	watch_options_clear(&options);

	assert_parsed(PARSE("-j", "-o", "file", "--color=never", "--max-line", "2000", "-n5",
			    "--duration=0.5"));
	assert_ptr_equal(options.format, &format_json);
	assert_string_equal(options.output, "file");
	assert_int_equal(options.color, COLOR_NEVER);
	assert_int_equal(options.max_line, 2000);
	assert_int_equal(options.count, 5);
	assert_int_equal(options.duration_ns, 500000000);
	watch_options_clear(&options);

	assert_parsed(PARSE("--latency", "2.5", "--ring", "64K"));
	assert_int_equal(options.latency_ns, 2500000);
	assert_int_equal(options.ring_size, 65536);
}

static void statuses_mean_exits_alone_unless_others_are_asked_for(void **state)
{
	(void)state;
	assert_parsed(PARSE("--failed"));
	assert_int_equal(options.filter.events, EXIT);
	assert_int_equal(options.filter.statuses.codes[0], ~1ull);
	assert_int_equal(options.filter.statuses.codes[3], ~0ull);
	assert_true(options.filter.statuses.core);
	watch_options_clear(&options);
	assert_parsed(PARSE("--exit-status", "signal"));
	assert_int_equal(options.filter.events, EXIT);
	watch_options_clear(&options);
	assert_parsed(PARSE("--failed", "-e", "exec,exit"));
	assert_int_equal(options.filter.events, EXIT | PROCSIEVE_MASK(PROCSIEVE_EXEC));
	watch_options_clear(&options);
	/* Both: what is in the list and is no success. */
	assert_parsed(PARSE("--exit-status", "0,3", "--failed"));
	assert_int_equal(options.filter.statuses.codes[0], 1 << 3);
}

static void nothing_behind_the_dashes_is_touched(void **state)
{
	(void)state;
	assert_parsed(PARSE("-j", "--", "make", "-j", "--failed", "--", "x"));
	assert_ptr_equal(options.format, &format_json);
	assert_false(options.failed);
	assert_string_equal(options.command[0], "make");
	assert_string_equal(options.command[1], "-j");
	assert_string_equal(options.command[3], "--");
	assert_string_equal(options.command[4], "x");
	assert_null(options.command[5]);
}

static void the_same_said_twice_is_no_contradiction(void **state)
{
	(void)state;
	assert_parsed(PARSE("-j", "--format", "json", "--json"));
	assert_ptr_equal(options.format, &format_json);
	watch_options_clear(&options);
	assert_parsed(PARSE("-u", "1", "-u", "2,1"));
	assert_int_equal(options.filter.uids.count, 2);
}

static void help_wins_over_what_follows(void **state)
{
	(void)state;
	assert_parsed(PARSE("--help", "--no-such-option"));
	assert_true(options.help);
}

static const struct {
	const char *words[WORDS_MAX];
	const char *message;
} refusals[] = {
	{{"--failed", "-e", "fork"}, "--failed narrows exit events, and --events leaves them out"},
	{{"--exit-status", "1", "-e", "fork"},
	 "--exit-status narrows exit events, and --events leaves them out"},
	{{"--failed", "--exit-status", "0"},
	 "--failed contradicts --exit-status 0: no exit is both"},
	{{"--follow"}, "--follow needs --pid: descendants of which process?"},
	{{"-p", "1", "--", "true"},
	 "--pid contradicts a command after \"--\", which is what is watched then, with its "
	 "descendants"},
	{{"-j", "--format", "text"},
	 "--format (text) contradicts --json (json): there is one format"},
	{{"--format", "xml"}, "--format: \"xml\" is not a format; known: text, json"},
	{{"--color", "red"}, "--color: \"red\" is none of auto, always, never"},
	{{"-o", ""}, "--output: the name of a file is missing"},
	{{"-Z"}, "unknown option -Z; `procsieve help watch` lists them"},
	{{"--nothing"},
	 "unknown or ambiguous option \"--nothing\"; `procsieve help watch` lists them"},
	{{"--c", "1"}, "unknown or ambiguous option \"--c\"; `procsieve help watch` lists them"},
	{{"--pid"}, "\"--pid\" needs a value; see `procsieve help watch`"},
	{{"--failed=1"}, "--failed takes no value"},
	{{"stray"}, "unexpected \"stray\": a command to run goes after \"--\""},
	{{"-j", "--"}, "the command to run is missing after \"--\""},
};

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		const struct refusal refusal = {refusals[i].words[0], refusals[i].message};

		assert_refused(&refusal, parse(refusals[i].words), &why);
		watch_options_clear(&options);
	}
}

/* The help text promises options; each is one. */
static void every_option_of_the_help_text_is_known(void **state)
{
	unsigned int count = 0;
	char *text, *at;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	watch_options_help(file);
	fclose(file);
	for (at = text; (at = strstr(at, " --")); at++) {
		char name[40];

		if (sscanf(at, " %39[a-z-]", name) != 1 || strlen(name) < 4)
			continue;
		count++;
		if (PARSE(name) && strstr(why.text, "unknown"))
			fail_msg("%s", why.text);
		watch_options_clear(&options);
	}
	assert_in_range(count, 20, 100);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_options_there_are_defaults, clear),
		cmocka_unit_test_teardown(every_option_has_its_effect, clear),
		cmocka_unit_test_teardown(statuses_mean_exits_alone_unless_others_are_asked_for,
					  clear),
		cmocka_unit_test_teardown(nothing_behind_the_dashes_is_touched, clear),
		cmocka_unit_test_teardown(the_same_said_twice_is_no_contradiction, clear),
		cmocka_unit_test_teardown(help_wins_over_what_follows, clear),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(every_option_of_the_help_text_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
