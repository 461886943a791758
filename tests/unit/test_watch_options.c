// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of watch: what each option does, how options combine, and the errors for those
 * that do not.
 */
#include <unistd.h>

#include "assert_help.h"
#include "assert_layout.h"
#include "assert_error.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/watch_options.h"

#define WORDS_MAX 12
#define EXIT	  PROCSIEVE_MASK(PROCSIEVE_EXIT)

static struct watch_options options;
static struct reason why;

static int parse(const char *const *words)
{
	int argc;
	char **argv = command_line("watch", words, &argc);

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
	assert_int_equal(options.common.filter.events, 7);
	assert_false(options.common.filter.threads || options.common.filter.no_args ||
		     options.common.filter.follow || options.common.filter.statuses_set ||
		     options.strict || options.failed);
	assert_ptr_equal(options.common.format, &format_text);
	assert_int_equal(options.ring_size, 0);
	assert_int_equal(options.latency_ns, 1000000);
	assert_int_equal(options.common.max_line, 8000);
	assert_int_equal(options.count, 0);
	assert_int_equal(options.hook_mode, HOOK_AUTO);
	assert_int_equal(options.duration_ns, 0);
	assert_null(options.common.target.path);
	assert_null(options.command);
}

static void every_option_has_its_effect(void **state)
{
	(void)state;
	assert_parsed(
		PARSE("-e", "comm", "--threads", "--no-args", "-u", "0", "-g", "5,6", "--cpu=0"));
	assert_int_equal(options.common.filter.events, PROCSIEVE_MASK(PROCSIEVE_COMM));
	assert_true(options.common.filter.threads && options.common.filter.no_args);
	assert_int_equal(options.common.filter.uids.count, 1);
	assert_int_equal(options.common.filter.gids.values[1], 6);
	assert_int_equal(options.common.filter.cpus.count, 1);
	watch_options_clear(&options);

	assert_parsed(PARSE("-p", "3", "--follow", "--comm", "a,b", "--exit-status", "3,core",
			    "--strict"));
	assert_int_equal(options.common.filter.pids.values[0], 3);
	assert_true(options.common.filter.follow && options.strict);
	assert_string_equal(options.common.filter.comms[1], "b");
	assert_true(options.common.filter.statuses_set && options.common.filter.statuses.core);
	assert_int_equal(options.common.filter.statuses.codes[0], 1 << 3);
	watch_options_clear(&options);

	assert_parsed(PARSE("--euid", "root,7", "--auid", "1000,set", "--comm", "a\\,b",
			    "--thread-comm", "c,d", "--with", "login"));
	assert_int_equal(options.common.filter.euids.values[1], 7);
	assert_int_equal(options.common.filter.auids.values[0], 1000);
	assert_int_equal(options.common.filter.auids.values[1], PROCSIEVE_AUID_SET);
	assert_string_equal(options.common.filter.comms[0], "a,b");
	assert_string_equal(options.common.filter.thread_comms[1], "d");
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(LOGIN));
	watch_options_clear(&options);

	assert_parsed(PARSE("-j", "-o", "file", "--color=never", "--max-line", "5000", "-n5",
			    "--duration=0.5"));
	assert_ptr_equal(options.common.format, &format_json);
	assert_string_equal(options.common.target.path, "file");
	assert_int_equal(options.common.color, COLOR_NEVER);
	assert_int_equal(options.common.max_line, 5000);
	assert_int_equal(options.count, 5);
	assert_int_equal(options.duration_ns, 500000000);
	watch_options_clear(&options);

	assert_parsed(PARSE("--latency", "2.5", "--ring", "64K", "--hooks", "fentry"));
	assert_int_equal(options.hook_mode, HOOK_FENTRY);
	assert_int_equal(options.latency_ns, 2500000);
	assert_int_equal(options.ring_size, 65536);
}

static void layout_is(const char *const *names)
{
	assert_layout(&options.common.layout, names);
	watch_options_clear(&options);
}

#define LAYOUT(...) layout_is((const char *const[]){__VA_ARGS__, NULL})

/* Columns of --fields in their order; data that is asked for otherwise comes before the command. */
static void fields_are_columns_and_request_what_they_show(void **state)
{
	(void)state;
	assert_parsed(PARSE("--fields", "time,pid=P, exe", "--fields", "minflt,command"));
	assert_true(options.common.layout.chosen);
	assert_int_equal(options.common.filter.sections,
			 PROCSIEVE_SECTION(EXE) | PROCSIEVE_SECTION(TIME));
	LAYOUT("time", "pid", "exe", "minflt", "command");
	assert_parsed(PARSE("--fields", "pid,command,ppid", "--with", "exe,cwd"));
	LAYOUT("pid", "exe", "cwd", "command", "ppid");
	assert_parsed(PARSE("--fields", "pid,exe", "--with", "exe,cwd"));
	LAYOUT("pid", "exe", "cwd");
	assert_parsed(PARSE("--with", "exe,ns"));
	assert_false(options.common.layout.chosen);
	LAYOUT("pid_ns", "ns_pid", "exe");
	assert_parsed(PARSE("--fields", "rss_kb,ruid", "--existing"));
	assert_int_equal(options.selection.sections, PROCSIEVE_SECTION(MEM));
	LAYOUT("rss_kb", "ruid");
	assert_parsed(PARSE("-w", "-q", "--no-header", "--time", "delta"));
	assert_true(options.common.wide && options.common.quiet && options.common.no_header);
	assert_int_equal(options.common.time, TIME_STYLE_DELTA);
}

static void each_format_color_and_letter_is_known(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const struct format *format;
		enum color color;
	} cases[] = {
		{{"--color", "auto"}, &format_text, COLOR_AUTO},
		{{"--color=always"}, &format_text, COLOR_ALWAYS},
		{{"--format=text", "--color=never"}, &format_text, COLOR_NEVER},
		{{"--format", "json"}, &format_json, COLOR_AUTO},
		{{"--json"}, &format_json, COLOR_AUTO},
		{{"--color", "never", "--color", "always", "-j"}, &format_json, COLOR_ALWAYS},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_parsed(parse(cases[i].words));
		assert_ptr_equal(options.common.format, cases[i].format);
		assert_int_equal(options.common.color, cases[i].color);
		watch_options_clear(&options);
	}
}

/* All ways to write an option and its value. */
static void options_may_be_written_as_for_any_program(void **state)
{
	static const char *const forms[][WORDS_MAX] = {
		{"-j", "-n", "5", "-o", "out"},	  {"-jn5", "-oout"},
		{"-jn", "5", "--output=out"},	  {"--json", "--count=5", "-o", "out"},
		{"--output", "out", "-n5", "-j"}, {"--js", "--coun", "5", "--out=out"},
		{"-n9", "-n", "5", "-joout"},	  {"-j", "-o", "--", "-n5", "-o", "out"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(forms); i++) {
		assert_parsed(parse(forms[i]));
		assert_ptr_equal(options.common.format, &format_json);
		assert_int_equal(options.count, 5);
		assert_string_equal(options.common.target.path, "out");
		assert_null(options.command);
		watch_options_clear(&options);
	}
}

static void the_output_has_options_of_its_own(void **state)
{
	(void)state;
	assert_parsed(PARSE("-o", "f"));
	assert_int_equal(options.common.target.mode, 0600);
	assert_int_equal(options.common.target.default_fd, STDOUT_FILENO);
	assert_parsed(PARSE("-o", "f", "--umask", "022", "--truncate"));
	assert_int_equal(options.common.target.mode, 0644);
	assert_true(options.common.target.truncate);
	assert_parsed(PARSE("-o", "f", "--rotate-size", "100M"));
	assert_int_equal(options.common.target.rotate_size, 100 << 20);
	assert_int_equal(options.common.target.keep, 5);
	assert_parsed(PARSE("-o", "f", "--rotate-size", "5000", "--keep", "2"));
	assert_int_equal(options.common.target.keep, 2);
	assert_parsed(PARSE("--", "true"));
	assert_int_equal(options.common.target.default_fd, STDERR_FILENO);
}

/* A value is not interpreted further, be it an option, dashes or an equals sign. */
static void a_value_is_taken_as_it_is(void **state)
{
	static const char *const files[] = {"--", "-j", "--json", "a=b", "-", " "};

	(void)state;
	for (size_t i = 0; i < LENGTH(files); i++) {
		assert_parsed(PARSE("-o", files[i]));
		assert_string_equal(options.common.target.path, files[i]);
		assert_ptr_equal(options.common.format, &format_text);
		watch_options_clear(&options);
	}
	assert_parsed(PARSE("--output=a=b"));
	assert_string_equal(options.common.target.path, "a=b");
}

static void numbers_are_taken_up_to_their_limits(void **state)
{
	static const struct {
		const char *word;
		const uint64_t *member;
		uint64_t value;
	} cases[] = {
		{"--count=1", &options.count, 1},
		{"--count=9007199254740992", &options.count, 1ull << 53},
		{"--duration=0.001", &options.duration_ns, 1000000},
		{"--duration=1000000000", &options.duration_ns, 1000000000000000000},
		{"--latency=0", &options.latency_ns, 0},
		{"--latency=10000", &options.latency_ns, 10000000000},
		{"--ring=4K", &options.ring_size, 4096},
		{"--ring=1G", &options.ring_size, 1 << 30},
		{"--max-line=4096", &options.common.max_line, 4096},
		{"--max-line=1048576", &options.common.max_line, 1048576},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_parsed(PARSE(cases[i].word));
		if (*cases[i].member != cases[i].value)
			fail_msg("%s: got %llu", cases[i].word,
				 (unsigned long long)*cases[i].member);
		watch_options_clear(&options);
	}
}

static void statuses_mean_exits_alone_unless_others_are_asked_for(void **state)
{
	(void)state;
	assert_parsed(PARSE("--failed"));
	assert_int_equal(options.common.filter.events, EXIT);
	assert_int_equal(options.common.filter.statuses.codes[0], ~1ull);
	for (unsigned int i = 1; i < 4; i++)
		assert_int_equal(options.common.filter.statuses.codes[i], ~0ull);
	assert_int_equal(options.common.filter.statuses.signals[0] | 1, ~0ull);
	assert_int_equal(options.common.filter.statuses.signals[1], ~0ull);
	assert_true(options.common.filter.statuses.core && options.common.filter.statuses_set);
	watch_options_clear(&options);
	assert_parsed(PARSE("--exit-status", "signal"));
	assert_int_equal(options.common.filter.events, EXIT);
	watch_options_clear(&options);
	assert_parsed(PARSE("--failed", "-e", "exec,exit"));
	assert_int_equal(options.common.filter.events, EXIT | PROCSIEVE_MASK(PROCSIEVE_EXEC));
	watch_options_clear(&options);
	assert_parsed(PARSE("-e", "fork,exit", "--failed"));
	assert_int_equal(options.common.filter.events, EXIT | PROCSIEVE_MASK(PROCSIEVE_FORK));
	assert_int_equal(options.common.filter.statuses.codes[0], ~1ull);
	watch_options_clear(&options);
	/* Both: listed, and not a success. */
	assert_parsed(PARSE("--exit-status", "0,3", "--failed"));
	assert_int_equal(options.common.filter.statuses.codes[0], 1 << 3);
	assert_false(options.common.filter.statuses.core);
	watch_options_clear(&options);
	assert_parsed(PARSE("--failed", "--exit-status", "0,core"));
	assert_int_equal(options.common.filter.statuses.codes[0], 0);
	assert_true(options.common.filter.statuses.core);
	watch_options_clear(&options);
	assert_parsed(PARSE("--failed", "--exit-status", "0,SIGKILL"));
	assert_int_equal(options.common.filter.statuses.signals[0], 1 << 9);
	watch_options_clear(&options);
	assert_parsed(PARSE("--failed", "--exit-status", "200"));
	assert_int_equal(options.common.filter.statuses.codes[3], 1 << 8);
}

static void nothing_after_the_dashes_is_parsed(void **state)
{
	(void)state;
	assert_parsed(PARSE("-j", "--", "make", "-j", "--failed", "--", "x"));
	assert_ptr_equal(options.common.format, &format_json);
	assert_false(options.failed);
	assert_string_equal(options.command[0], "make");
	assert_string_equal(options.command[1], "-j");
	assert_string_equal(options.command[3], "--");
	assert_string_equal(options.command[4], "x");
	assert_null(options.command[5]);
	watch_options_clear(&options);
	/* The second "--" is the command, however useless. */
	assert_parsed(PARSE("--", "--"));
	assert_string_equal(options.command[0], "--");
	assert_null(options.command[1]);
}

static void repeating_an_option_is_no_contradiction(void **state)
{
	(void)state;
	assert_parsed(PARSE("-j", "--format", "json", "--json"));
	assert_ptr_equal(options.common.format, &format_json);
	watch_options_clear(&options);
	assert_parsed(PARSE("-u", "1", "-u", "2,1"));
	assert_int_equal(options.common.filter.uids.count, 2);
}

static void help_wins_over_what_follows(void **state)
{
	(void)state;
	assert_parsed(PARSE("--help", "--no-such-option"));
	assert_true(options.common.help);
}

#define UNKNOWN(word)  "unknown option \"" word "\"; `procsieve help watch` lists them"
#define LETTER(letter) "unknown option \"-" letter "\"; `procsieve help watch` lists them"
#define NO_VALUE(word) "\"" word "\" needs a value; see `procsieve help watch`"
#define STRAY(word)    "unexpected \"" word "\"; put a command to run after \"--\""
#define COMMAND_TOO(option)                                                                     \
	option " contradicts a command after \"--\": then the command and its descendants are " \
	       "watched"

static const struct {
	const char *words[WORDS_MAX];
	const char *message;
} refusals[] = {
	/* Contradictions */
	{{"--failed", "-e", "fork"}, "--failed selects exit events, but --events excludes them"},
	{{"-e", "fork,exec,comm", "--failed"},
	 "--failed selects exit events, but --events excludes them"},
	{{"--exit-status", "1", "-e", "fork"},
	 "--exit-status selects exit events, but --events excludes them"},
	{{"--failed", "--exit-status", "0"},
	 "--failed contradicts --exit-status 0: no exit is both"},
	{{"--exit-status=0", "--failed", "-e", "exit"},
	 "--failed contradicts --exit-status 0: no exit is both"},
	{{"--follow"}, "--follow needs --pid: descendants of which process?"},
	{{"-p", "1", "--", "true"}, COMMAND_TOO("--pid")},
	{{"-p1", "--follow", "--", "true"}, COMMAND_TOO("--pid")},
	{{"--follow", "--", "true"}, COMMAND_TOO("--follow")},
	{{"-j", "--format", "text"},
	 "--format (text) contradicts --json (json): only one format is possible"},
	{{"--format", "text", "-j"},
	 "--json (json) contradicts --format (text): only one format is possible"},
	{{"--format=text", "--format=json"},
	 "--format (json) contradicts --format (text): only one format is possible"},
	{{"--socket", "/run/s", "--standalone"},
	 "--standalone contradicts --socket: remove one of them"},
	{{"--reconnect", "--standalone"},
	 "--standalone contradicts --reconnect: remove one of them"},
	{{"--hooks", "fentry", "--socket", "/run/s"},
	 "--hooks contradicts --socket: a server uses its own hooks"},
	{{"--reconnect", "--hooks=tracepoint"},
	 "--hooks contradicts --reconnect: a server uses its own hooks"},
	/* Values */
	{{"--format", "xml"}, "--format: \"xml\" is not a format; known: text, json"},
	{{"--format="}, "--format: \"\" is not a format; known: text, json"},
	{{"--color", "red"}, "--color: \"red\" is not one of auto, always, never"},
	{{"--hooks", "kprobe"},
	 "--hooks: \"kprobe\" is not one of auto, tracepoint, fentry, classic"},
	{{"-o", ""}, "--output: the name of a file is missing"},
	{{"-n0"}, "--count: \"0\" is not a number from 1 to 9007199254740992"},
	{{"-n5j"}, "--count: \"5j\" is not a number from 1 to 9007199254740992"},
	{{"--duration", "0"},
	 "--duration: \"0\" is not a time from 0.001 to 1000000000 seconds, with at most 9 "
	 "decimals, or with a unit: 100ms, 5s, 2m, 1h"},
	{{"--latency=10001"},
	 "--latency: \"10001\" is not a time from 0 to 10000 milliseconds, with at most 9 "
	 "decimals, or with a unit: 100ms, 5s, 2m, 1h"},
	{{"--rotate-size", "1M"}, "--rotate-size needs --output FILE"},
	{{"--rotate-size", "1M", "-o", "-"}, "--rotate-size needs --output FILE"},
	{{"--rotate-size", "4095", "-o", "f"},
	 "--rotate-size: \"4095\" is not a size from 4K on, such as 64K, 100M or 2G"},
	{{"--truncate", "-o", "|cat"}, "--truncate needs --output FILE"},
	{{"--keep", "3", "-o", "f"}, "--keep needs --rotate-size"},
	{{"--umask", "022"}, "--umask needs --output FILE"},
	{{"--umask", "0778"}, "--umask: \"0778\" is not an octal number from 0 to 777"},
	{{"--umask", "1000"}, "--umask: \"1000\" is not an octal number from 0 to 777"},
	{{"--umask", "-1"}, "--umask: \"-1\" is not an octal number from 0 to 777"},
	{{"-o", "|"}, "--output: the name of a command is missing"},
	{{"--ring", "2K"}, "--ring: \"2K\" is not a power of two from 4K to 1G"},
	{{"--max-line=4095"}, "--max-line: \"4095\" is not a number from 4096 to 1048576"},
	{{"--pid="}, "--pid: the list is empty; it needs at least one item"},
	/* Words that are not options */
	{{"--strict", "-Zj"}, LETTER("Z")},
	{{"-\x1b"}, LETTER("\\x1b")},
	{{"-Z"}, LETTER("Z")},
	{{"--strict", "-Z"}, LETTER("Z")},
	{{"-jZ"}, LETTER("Z")},
	{{"-:"}, LETTER(":")},
	{{"--nothing"}, UNKNOWN("--nothing")},
	{{"--nothing=1"}, UNKNOWN("--nothing=1")},
	{{"-j", "--no\x1b"}, UNKNOWN("--no\\x1b")},
	{{"--co", "1"}, "ambiguous option \"--co\": --comm, --color, --count"},
	{{"--fo"}, "ambiguous option \"--fo\": --follow, --format"},
	{{"--fo=json"}, "ambiguous option \"--fo\": --follow, --format"},
	{{"--duraton=1"},
	 "unknown option \"--duraton=1\" (did you mean --duration?); `procsieve help watch` lists "
	 "them"},
	{{"--colour", "never"},
	 "unknown option \"--colour\" (did you mean --color?); `procsieve help watch` lists them"},
	{{"--pid"}, NO_VALUE("--pid")},
	{{"-j", "-p"}, NO_VALUE("-p")},
	{{"-jn"}, NO_VALUE("-jn")},
	{{"--failed=1"}, "--failed takes no value"},
	{{"--json="}, "--json takes no value"},
	{{"--no-a=1"}, "--no-args takes no value"},
	{{"--fields", "pid", "-j"},
	 "--fields works with --format text only: other formats have no columns"},
	{{"-o", "pid,user"},
	 "--output: \"pid,user\" is a list of columns: use --fields, or ./pid,user to write to a "
	 "file of "
	 "that name"},
	{{"--no-header", "-j"},
	 "--no-header works with --format text only: other formats have no columns"},
	{{"--format=json", "--time=rel"},
	 "--time works with --format text only: other formats have no columns"},
	{{"--time", "none", "--fields", "time,pid"},
	 "--time none contradicts --fields time: remove one of them"},
	{{"--time", "iso"}, "--time: \"iso\" is not one of local, utc, date, rel, delta, none"},
	{{"--fields", " ,"}, "--fields: the list is empty; it needs at least one item"},
	{{"--fields", "env"}, "--fields env needs --env: which variables?"},
	{{"-e", "exec", "--fields", "pid,minflt"},
	 "--fields minflt adds data to exit events, but --events excludes them"},
	{{"--fields", "rss_kb"},
	 "--fields rss_kb applies to existing processes, not to events; it needs --existing"},
	{{"stray"}, STRAY("stray")},
	{{"-j", "make", "-n5"}, STRAY("make")},
	{{"make", "--", "make"}, STRAY("make")},
	{{"-"}, STRAY("-")},
	{{""}, STRAY("")},
	{{"--"}, "the command to run is missing after \"--\""},
	{{"-j", "--"}, "the command to run is missing after \"--\""},
	{{"-e", "exit", "--"}, "the command to run is missing after \"--\""},
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

/* A sample value for each option that has one: a new option needs a row. */
static const char *example_of(const char *name, const char *argument)
{
	static const char *const examples[][3] = {
		{"--events", "LIST", "exec"},
		{"--exit-status", "LIST", "1"},
		{"--pid", "LIST", "1"},
		{"--user", "LIST", "0"},
		{"--euid", "LIST", "0"},
		{"--auid", "LIST", "0"},
		{"--thread-comm", "LIST", "a"},
		{"--group", "LIST", "0"},
		{"--cpu", "LIST", "0"},
		{"--comm", "LIST", "a"},
		{"--format", "NAME", "json"},
		{"--output", "FILE", "file"},
		{"--color", "WHEN", "auto"},
		{"--max-line", "BYTES", "8000"},
		{"--count", "N", "1"},
		{"--duration", "TIME", "500ms"},
		{"--latency", "TIME", "1"},
		{"--ring", "SIZE", "4M"},
		{"--cgroup", "PATH", "/sys/fs/cgroup"},
		{"--hooks", "KIND", "auto"},
		{"--socket", "PATH", "/s"},
		{"--with", "LIST", "exe"},
		{"--env", "LIST", "HOME"},
		{"--umask", "MASK", "022"},
		{"--fields", "LIST", "pid"},
		{"--time", "STYLE", "utc"},
		{"--rotate-size", "SIZE", "1M"},
		{"--keep", "N", "3"},
	};

	for (size_t i = 0; i < LENGTH(examples); i++)
		if (!strcmp(examples[i][0], name) && !strcmp(examples[i][1], argument))
			return examples[i][2];
	return NULL;
}

/*
 * Cgroups may not be mounted here, and the others need another option: all are known, and have
 * their own error messages.
 */
static bool may_be_refused(const char *name)
{
	return !strcmp(name, "--cgroup") || !strcmp(name, "--follow") ||
	       !strcmp(name, "--truncate") || !strcmp(name, "--rotate-size") ||
	       !strcmp(name, "--keep") || !strcmp(name, "--umask");
}

static void assert_option_exists(const char *word, const char *name, const char *value)
{
	int err = PARSE(word, value);

	if (err && !(may_be_refused(name) && !strncmp(why.text, name, strlen(name))))
		fail_msg("%s %s: %s", word, value ? value : "", why.text);
	watch_options_clear(&options);
}

/* Every option that the help text mentions is known, by its name and by its letter. */
static void every_option_of_the_help_text_is_known(void **state)
{
	(void)state;
	assert_in_range(help_try_all(watch_options_help, example_of, assert_option_exists), 20,
			100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_options_there_are_defaults, clear),
		cmocka_unit_test_teardown(every_option_has_its_effect, clear),
		cmocka_unit_test_teardown(fields_are_columns_and_request_what_they_show, clear),
		cmocka_unit_test_teardown(each_format_color_and_letter_is_known, clear),
		cmocka_unit_test_teardown(options_may_be_written_as_for_any_program, clear),
		cmocka_unit_test_teardown(a_value_is_taken_as_it_is, clear),
		cmocka_unit_test_teardown(numbers_are_taken_up_to_their_limits, clear),
		cmocka_unit_test_teardown(statuses_mean_exits_alone_unless_others_are_asked_for,
					  clear),
		cmocka_unit_test_teardown(nothing_after_the_dashes_is_parsed, clear),
		cmocka_unit_test_teardown(repeating_an_option_is_no_contradiction, clear),
		cmocka_unit_test_teardown(help_wins_over_what_follows, clear),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(the_output_has_options_of_its_own),
		cmocka_unit_test(every_option_of_the_help_text_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
