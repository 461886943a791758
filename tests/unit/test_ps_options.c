// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line of ps: what each option does, how options combine, and the errors for those that
 * do not.
 */
#include "assert_help.h"
#include "assert_layout.h"
#include "assert_error.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/with_words.h"
#include "cli/ps_options.h"

#define WORDS_MAX 16

static struct ps_options options;
static struct reason why;

static int parse(const char *const *words)
{
	int argc;
	char **argv = command_line("ps", words, &argc);

	return ps_options_parse(&options, argc, argv, &why);
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
	ps_options_clear(&options);
	return 0;
}

static void without_options_there_are_defaults(void **state)
{
	(void)state;
	assert_parsed(PARSE(NULL));
	assert_ptr_equal(options.common.format, &format_text);
	assert_int_equal(options.common.max_line, 8000);
	assert_int_equal(options.selection.strategy, PROCSIEVE_ALL);
	assert_int_equal(options.selection.states, 0);
	assert_int_equal(options.order.count, 0);
	assert_int_equal(options.common.filter.sections, 0);
	/* What is not requested is not read. */
	assert_true(options.common.filter.no_args);
	assert_false(options.common.filter.threads || options.tree || options.common.standalone ||
		     options.selection.mappings || options.selection.fds);
	assert_null(options.common.target.path);
	assert_null(options.common.socket);
}

static void every_option_has_its_effect(void **state)
{
	(void)state;
	assert_parsed(PARSE("-p", "3,4", "-u", "0", "-g", "5,6", "--comm", "a,b", "--threads",
			    "--state", "R,I", "--state=D"));
	assert_int_equal(options.common.filter.pids.values[1], 4);
	assert_int_equal(options.common.filter.uids.count, 1);
	assert_int_equal(options.common.filter.gids.values[1], 6);
	assert_string_equal(options.common.filter.comms[1], "b");
	assert_true(options.common.filter.threads);
	assert_int_equal(options.selection.states, 1 << 0 | 1 << 8 | 1 << 2);
	ps_options_clear(&options);

	assert_parsed(PARSE("--euid", "root,7", "--auid", "unset", "--thread-comm", "c,d", "--with",
			    "login"));
	assert_int_equal(options.common.filter.euids.values[1], 7);
	assert_int_equal(options.common.filter.auids.values[0], PROCSIEVE_AUID_UNSET);
	assert_string_equal(options.common.filter.thread_comms[1], "d");
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(LOGIN));
	ps_options_clear(&options);

	assert_parsed(PARSE("--children", "7", "-j", "--output", "file", "--max-line", "5000"));
	assert_int_equal(options.selection.strategy, PROCSIEVE_CHILDREN);
	assert_int_equal(options.selection.root, 7);
	assert_ptr_equal(options.common.format, &format_json);
	assert_string_equal(options.common.target.path, "file");
	assert_int_equal(options.common.max_line, 5000);
	ps_options_clear(&options);

	assert_parsed(PARSE("--descendants=4194304", "--tree", "--color=never", "--standalone"));
	assert_int_equal(options.selection.strategy, PROCSIEVE_DESCENDANTS);
	assert_int_equal(options.selection.root, 4194304);
	assert_true(options.tree && options.common.standalone);
	assert_int_equal(options.common.color, COLOR_NEVER);
}

/* Each letter is the bit of its position. */
static void each_state_has_its_bit(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < PROCSIEVE_STATE_COUNT; i++) {
		const char letter[2] = {PROCSIEVE_STATES[i]};

		assert_parsed(PARSE("--state", letter));
		assert_int_equal(options.selection.states, 1u << i);
		ps_options_clear(&options);
	}
}

static void groups_are_read_where_they_are_asked_for(void **state)
{
	static const struct {
		const char *word;
		uint32_t sections;
	} cases[] = {
		{"args", 0},
		{"exe", PROCSIEVE_SECTION(EXE)},
		{"cwd", PROCSIEVE_SECTION(CWD)},
		{"cred", PROCSIEVE_SECTION(CRED)},
		{"time", PROCSIEVE_SECTION(TIME)},
		{"mem", PROCSIEVE_SECTION(MEM)},
		{"io", PROCSIEVE_SECTION(IO)},
		{"sched", PROCSIEVE_SECTION(SCHED)},
		{"delay", PROCSIEVE_SECTION(DELAY)},
		{"ns", PROCSIEVE_SECTION(NS)},
		{"cgroup", PROCSIEVE_SECTION(CGROUP)},
		{"container", PROCSIEVE_SECTION(CGROUP) | PROCSIEVE_SECTION(CGROUP_V1)},
		{"ancestors", PROCSIEVE_SECTION(ANCESTORS)},
		{"tty", PROCSIEVE_SECTION(TTY)},
		{"mem,time", PROCSIEVE_SECTION(MEM) | PROCSIEVE_SECTION(TIME)},
		{"maps", 0},
		{"fds", 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		assert_parsed(PARSE("--with", cases[i].word));
		assert_int_equal(options.common.filter.sections, cases[i].sections);
		assert_int_equal(options.common.filter.no_args, strcmp(cases[i].word, "args") != 0);
		assert_int_equal(options.selection.mappings, !strcmp(cases[i].word, "maps"));
		assert_int_equal(options.selection.fds, !strcmp(cases[i].word, "fds"));
		ps_options_clear(&options);
	}
}

/* The first key is the most important one. Each requests the section that it is read from. */
static void keys_are_kept_in_their_order(void **state)
{
	(void)state;
	assert_parsed(PARSE("--sort", "-rss,pid", "--sort", "-cpu"));
	assert_int_equal(options.order.count, 3);
	assert_true(options.order.descending[0] && !options.order.descending[1] &&
		    options.order.descending[2]);
	assert_int_equal(options.common.filter.sections,
			 PROCSIEVE_SECTION(MEM) | PROCSIEVE_SECTION(TIME));
	ps_options_clear(&options);
	assert_parsed(PARSE("--sort", "pid,ppid,user,comm,state,start,threads,vsz"));
	assert_int_equal(options.order.count, 8);
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(MEM));
}

static void layout_is(const char *const *names)
{
	assert_layout(&options.common.layout, names);
	ps_options_clear(&options);
}

#define LAYOUT(...) layout_is((const char *const[]){__VA_ARGS__, NULL})

/* As in every ps: lists, headers, and repeated options; each keyword requests its section. */
static void keywords_are_columns_and_request_what_they_show(void **state)
{
	(void)state;
	assert_parsed(PARSE("-o", "pid=,rss", "-o", "time=CPU,args", "-ocomm user", "-osuid"));
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(MEM) |
								 PROCSIEVE_SECTION(TIME) |
								 PROCSIEVE_SECTION(CRED));
	assert_false(options.common.filter.no_args);
	assert_int_equal(options.common.layout.columns[0].header_size, 0);
	assert_int_equal(options.common.layout.columns[2].header_size, 3);
	LAYOUT("pid", "rss", "time", "args", "comm", "user", "suid");
	assert_parsed(PARSE("-o", "user,euid,egroup,luid"));
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(LOGIN));
	LAYOUT("user", "euid", "egroup", "luid");
	assert_parsed(PARSE("-o", "pid,ppid", "--sort", "-rss"));
	assert_true(options.common.filter.no_args);
	assert_int_equal(options.common.filter.sections, PROCSIEVE_SECTION(MEM));
	LAYOUT("pid", "ppid");
	/* Data that is asked for in another way has columns as well. */
	assert_parsed(PARSE("-o", "pid,args", "--with", "tty,exe"));
	LAYOUT("pid", "tty", "exe", "args");
	assert_parsed(PARSE("--sort", "-rss,cpu,pid"));
	LAYOUT("rss", "time");
	assert_parsed(PARSE("--sort", "-rss", "--with", "mem"));
	LAYOUT("vsz_kb", "rss_kb", "rss_anon_kb", "rss_file_kb", "rss_shmem_kb", "swap_kb",
	       "peak_vsz_kb", "peak_rss_kb");
}

/* `ps aux`, `ps -ef` and `ps 1234` are what the hands of many people type. */
static void words_of_ps_are_understood(void **state)
{
	(void)state;
	assert_parsed(PARSE("aux"));
	assert_false(options.common.filter.no_args);
	LAYOUT("user", "pid", "%cpu", "%mem", "vsz", "rss", "tty", "stat", "start", "time", "args");
	assert_parsed(PARSE("-aux"));
	assert_int_equal(options.common.layout.count, 11);
	ps_options_clear(&options);
	assert_parsed(PARSE("axw"));
	assert_true(options.common.wide);
	LAYOUT("pid", "tty", "stat", "time", "args");
	assert_parsed(PARSE("-ef"));
	LAYOUT("user", "pid", "ppid", "stime", "tty", "time", "args");
	assert_parsed(PARSE("-eo", "pid,comm"));
	LAYOUT("pid", "comm");
	assert_parsed(PARSE("-e"));
	assert_true(options.common.filter.no_args);
	LAYOUT(NULL);
	assert_parsed(PARSE("12,34", "-e", "-p", "56", "78"));
	assert_int_equal(options.common.filter.pids.count, 4);
	assert_int_equal(options.common.filter.pids.values[3], 78);
	LAYOUT(NULL);
}

static void help_wins_over_what_follows(void **state)
{
	(void)state;
	assert_parsed(PARSE("--help", "--no-such-option"));
	assert_true(options.common.help);
}

#define UNKNOWN(word)  "unknown option \"" word "\"; `procsieve help ps` lists them"
#define LETTER(letter) "unknown option \"-" letter "\"; `procsieve help ps` lists them"
#define STRAY_WORD(word)                                                                         \
	"ps: unexpected \"" word "\"; besides options, it takes process ids and the letters a, " \
	"u, x, w; `procsieve help ps` lists the options"
#define LIST_HELP      "`procsieve help ps` lists them"
#define STRAY(word)    "unexpected \"" word "\": ps takes options only; " LIST_HELP
#define NO_VALUE(word) "\"" word "\" needs a value; see `procsieve help ps`"

#define ONE_ROOT(option) \
	option ": only one of --children and --descendants is allowed, and only once"
#define NO_KEY(word)                                                                               \
	"--sort: \"" word "\" is not a key; known: pid, ppid, user, comm, state, start, threads, " \
	"cpu, rss, vsz, each with or without a leading -"
#define STATES		     "R, S, D, T, t, X, Z, P, I"
#define NO_STATE(word)	     "--state: \"" word "\" is not a state; known: " STATES
#define NO_PID(option, word) option ": \"" word "\" is not a number from 1 to 4194304"

static const struct {
	const char *words[WORDS_MAX];
	const char *message;
} refusals[] = {
	/* Contradictions */
	{{"--children", "1", "--children", "1"}, ONE_ROOT("--children")},
	{{"--children", "1", "--descendants=2"}, ONE_ROOT("--descendants")},
	{{"-p", "1", "--children", "1"},
	 "--pid contradicts --children and --descendants: remove one of them"},
	{{"--descendants", "1", "-p1"},
	 "--pid contradicts --children and --descendants: remove one of them"},
	{{"--standalone", "--socket", "/s"},
	 "--standalone contradicts --socket: remove one of them"},
	{{"--tree", "-j"},
	 "--tree works with --format text only; in other formats ppid shows the tree"},
	{{"--format=json", "--tree"},
	 "--tree works with --format text only; in other formats ppid shows the tree"},
	{{"-j", "--format", "text"},
	 "--format (text) contradicts --json (json): only one format is possible"},
	/* Values */
	{{"--children", "0"}, NO_PID("--children", "0")},
	{{"--children="}, NO_PID("--children", "")},
	{{"--children", "1,2"}, NO_PID("--children", "1,2")},
	{{"--descendants", "x"}, NO_PID("--descendants", "x")},
	{{"--descendants", "4194305"}, NO_PID("--descendants", "4194305")},
	{{"--state", "z"}, NO_STATE("z")},
	{{"--state", "RS"}, NO_STATE("RS")},
	{{"--state", "R,\x1b"}, NO_STATE("\\x1b")},
	{{"--state", "R,,S"}, "--state: empty item in \"R,,S\"; put one comma between two items"},
	{{"--state="}, "--state: the list is empty; it needs at least one item"},
	{{"--sort", "size"}, NO_KEY("size")},
	{{"--sort", "--size"}, NO_KEY("--size")},
	{{"--sort", "-"}, NO_KEY("-")},
	{{"--sort", "pid,PIDD"},
	 "--sort: \"PIDD\" is not a key (did you mean pid?); known: pid, ppid, user, comm, state, "
	 "start, threads, cpu, rss, vsz, each with or without a leading -"},
	{{"--sort="}, "--sort: the list is empty; it needs at least one item"},
	{{"--sort", "pid,pid,pid,pid,pid", "--sort", "pid,pid,pid,pid"},
	 "--sort: more than 8 keys"},
	{{"--pid="}, "--pid: the list is empty; it needs at least one item"},
	{{"--format", "xml"}, "--format: \"xml\" is not a format; known: text, json"},
	{{"--color", "red"}, "--color: \"red\" is not one of auto, always, never"},
	{{"--max-line=4095"}, "--max-line: \"4095\" is not a number from 4096 to 1048576"},
	{{"--output", ""}, "--output: the name of a file is missing"},
	{{"--socket="}, "--socket: the path of a socket is missing"},
	{{"-j", "-o", "pid"},
	 "--fields works with --format text only: other formats have no columns"},
	{{"-o", ""}, "--fields: the list is empty; it needs at least one item"},
	/* Words that are not options */
	{{"--events", "exec"}, UNKNOWN("--events")},
	{{"--s", "R"}, "ambiguous option \"--s\": --state, --sort, --socket, --standalone"},
	{{"--stat", "R", "--truncated"},
	 "unknown option \"--truncated\" (did you mean --truncate?); `procsieve help ps` lists "
	 "them"},
	{{"-Z"}, LETTER("Z")},
	{{"-jx"}, LETTER("x")},
	{{"--state"}, NO_VALUE("--state")},
	{{"-j", "-p"}, NO_VALUE("-p")},
	{{"--tree=1"}, "--tree takes no value"},
	{{"stray"}, STRAY_WORD("stray")},
	{{"aux", "-p"}, NO_VALUE("-p")},
	{{"auxz"}, STRAY_WORD("auxz")},
	{{""}, STRAY_WORD("")},
	{{"1,,2"}, "ps: empty item in \"1,,2\"; put one comma between two items"},
	{{"0"}, "ps: \"0\" is not a process id (1 to 4194304)"},
	{{"--"}, STRAY("--")},
	{{"-j", "--", "true"}, STRAY("--")},
};

static void what_cannot_be_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refusals); i++) {
		const struct refusal refusal = {refusals[i].words[0], refusals[i].message};

		assert_refused(&refusal, parse(refusals[i].words), &why);
		ps_options_clear(&options);
	}
}

/* A sample value for each option that has one: a new option needs a row. */
static const char *example_of(const char *name, const char *argument)
{
	static const char *const examples[][2] = {
		{"--pid", "1"},	      {"--children", "1"},    {"--descendants", "1"},
		{"--user", "0"},      {"--group", "0"},	      {"--cgroup", "/sys/fs/cgroup"},
		{"--euid", "0"},      {"--auid", "0"},	      {"--thread-comm", "a"},
		{"--comm", "a"},      {"--state", "R"},	      {"--with", "exe"},
		{"--format", "json"}, {"--sort", "pid"},      {"--output", "file"},
		{"--color", "auto"},  {"--max-line", "8000"}, {"--socket", "/s"},
		{"--fields", "pid"},
	};

	(void)argument;
	for (size_t i = 0; i < LENGTH(examples); i++)
		if (!strcmp(examples[i][0], name))
			return examples[i][1];
	return NULL;
}

static void assert_option_exists(const char *word, const char *name, const char *value)
{
	int err = PARSE(word, value);

	/* Cgroups may not be mounted here, and --truncate needs a file. */
	if (err && !((!strcmp(name, "--cgroup") || !strcmp(name, "--truncate")) &&
		     !strncmp(why.text, name, strlen(name))))
		fail_msg("%s %s: %s", word, value ? value : "", why.text);
	ps_options_clear(&options);
}

/* Every option that the help text mentions is known, by its name and by its letter. */
static void every_option_of_the_help_text_is_known(void **state)
{
	(void)state;
	assert_in_range(help_try_all(ps_options_help, example_of, assert_option_exists), 18, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(without_options_there_are_defaults, clear),
		cmocka_unit_test_teardown(every_option_has_its_effect, clear),
		cmocka_unit_test(each_state_has_its_bit),
		cmocka_unit_test(groups_are_read_where_they_are_asked_for),
		cmocka_unit_test_teardown(keys_are_kept_in_their_order, clear),
		cmocka_unit_test_teardown(keywords_are_columns_and_request_what_they_show, clear),
		cmocka_unit_test_teardown(words_of_ps_are_understood, clear),
		cmocka_unit_test_teardown(help_wins_over_what_follows, clear),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(every_option_of_the_help_text_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
