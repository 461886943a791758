// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `procsieve ps`; see ps_options.h. */
#include "cli/ps_options.h"

#include <string.h>

#include <procsieve/procsieve.h>

#include "base/with_words.h"
#include "cli/field_list.h"
#include "cli/ps_words.h"
#include "cli/sort_keys.h"
#include "parse/filter_lists.h"

static int set_root(struct ps_options *o, const char *option, const char *value,
		    enum procsieve_strategy strategy, struct reason *why)
{
	uint64_t pid;
	int err;

	if (o->selection.strategy != PROCSIEVE_ALL)
		return reason_set(why, STATUS_USAGE,
				  "%s: only one of --children and --descendants is allowed, and "
				  "only once",
				  option);
	err = parse_number(option, value, 1, PARSE_PID_MAX, &pid, why);
	if (err)
		return err;
	o->selection.strategy = strategy;
	o->selection.root = pid;
	return 0;
}

static int set_children(void *options, const char *option, const char *value, struct reason *why)
{
	return set_root(options, option, value, PROCSIEVE_CHILDREN, why);
}

static int set_descendants(void *options, const char *option, const char *value, struct reason *why)
{
	return set_root(options, option, value, PROCSIEVE_DESCENDANTS, why);
}

static int set_states(void *options, const char *option, const char *value, struct reason *why)
{
	struct ps_options *o = options;

	return parse_states(option, value, &o->selection.states, why);
}

static int set_with(void *options, const char *option, const char *value, struct reason *why)
{
	struct ps_options *o = options;

	return parse_with(option, value, WITH_OF_PROCESSES, &o->common.with, why);
}

static int set_fields(void *options, const char *option, const char *value, struct reason *why)
{
	struct ps_options *o = options;

	return field_list_parse(option, value, COLUMN_OF_PS, &o->common.layout, why);
}

static int set_sort(void *options, const char *option, const char *value, struct reason *why)
{
	struct ps_options *o = options;

	return sort_keys_parse(option, value, &o->order, why);
}

#define VALUE(function) OPTION_VALUE(function)
#define FLAG(member)	OPTION_FLAG(struct ps_options, member)

static const struct option_row rows[] = {
	{"Which processes:", 'p', "--pid", "LIST", VALUE(common_set_pids),
	 "these; also without the option: ps 1234"},
	{NULL, 'e', "--all", NULL, FLAG(all), "all (the default)"},
	{NULL, 0, "--children", "PID", VALUE(set_children), "the children of this one"},
	{NULL, 0, "--descendants", "PID", VALUE(set_descendants), "this one and all below it"},
	{NULL, 'u', "--user", "LIST", VALUE(common_set_users),
	 "of these users (names or numbers; the real uid)"},
	{NULL, 0, "--euid", "LIST", VALUE(common_set_euids),
	 "with the rights of these users (the effective uid)"},
	{NULL, 0, "--auid", "LIST", VALUE(common_set_auids),
	 "of logins of these users (the audit login uid), also after su or sudo; set, unset"},
	{NULL, 'g', "--group", "LIST", VALUE(common_set_groups),
	 "of these groups (names or numbers; the real gid)"},
	{NULL, 0, "--cgroup", "PATH", VALUE(common_set_cgroup),
	 "in this cgroup v2 or below it; may be repeated"},
	{NULL, 0, "--comm", "LIST", VALUE(common_set_comms),
	 "with these names; \\, is a comma in a name"},
	{NULL, 0, "--thread-comm", "LIST", VALUE(common_set_thread_comms),
	 "with --threads: threads with these names"},
	{NULL, 0, "--state", "LIST", VALUE(set_states),
	 "in these states (as in ps(1)): R, S, D, T, t, X, Z, P, I"},
	{NULL, 0, "--threads", NULL, FLAG(common.filter.threads),
	 "each thread too, not only processes"},
	{"Which data:", 0, "--with", "LIST", VALUE(set_with),
	 "args, exe, cwd, cred, time, mem, io, sched, delay, ns, cgroup, "
	 "container, ancestors, tty, login, maps, fds"},
	{"Output:", 'j', "--json", NULL, VALUE(common_set_json),
	 "JSON lines; the same as --format json"},
	{NULL, 0, "--format", "NAME", VALUE(common_set_format), "text or json (default: text)"},
	{NULL, 0, "--sort", "LIST", VALUE(set_sort),
	 "by pid, ppid, user, comm, state, start, threads, cpu, rss, vsz; "
	 "-KEY: largest first"},
	{NULL, 0, "--tree", NULL, FLAG(tree), "children below their parents"},
	{NULL, 0, "--output", "FILE", VALUE(common_set_output),
	 "append to FILE, or pipe to '|COMMAND'"},
	{NULL, 0, "--truncate", NULL, FLAG(common.target.truncate), "empty FILE first"},
	{NULL, 0, "--max-line", "BYTES", VALUE(common_set_max_line),
	 "longest line, 4096 to 1048576 (default: 8000); argv is cut first"},
	{NULL, 'q', "--quiet", NULL, FLAG(common.quiet), "accepted for compatibility; no effect"},
	{"As text:", 'o', "--fields", "LIST", VALUE(set_fields),
	 "these columns, by the keywords of ps(1) (pid,user,%cpu,rss,tty,stat,start,time,args...) "
	 "or as in JSON; NAME=HEADER; may be repeated"},
	{NULL, 'f', "--full", NULL, VALUE(ps_set_full),
	 "the columns of ps -f; those of BSD's ps without a dash: ps aux"},
	{NULL, 0, "--no-header", NULL, FLAG(common.no_header), "omit the line of headers"},
	{NULL, 'w', "--wide", NULL, FLAG(common.wide),
	 "do not cut commands at the edge of the terminal"},
	{NULL, 0, "--color", "WHEN", VALUE(common_set_color),
	 "auto, always or never (default: auto)"},
	{"How:", 0, "--socket", "PATH", VALUE(common_set_socket),
	 "socket of the server (default: " PROCSIEVE_SOCKET "; "
	 "if there is no server: read from the kernel)"},
	{NULL, 0, "--standalone", NULL, FLAG(common.standalone), "never use a server"},
	{NULL, 'h', "--help", NULL, FLAG(common.help), "print this"},
};

static const struct option_table table = {"ps", rows, sizeof(rows) / sizeof(rows[0]), ps_word};

static void apply_with(struct ps_options *options)
{
	uint32_t words = options->common.with;
	struct procsieve_filter *filter = &options->common.filter;

	filter->sections = with_sections(words, WITH_OF_PROCESSES) | options->order.sections |
			   options->common.layout.sections;
	filter->no_args = !(words & WITH(ARGS)) && !options->common.layout.needs_args;
	options->selection.mappings = words & WITH(MAPS);
	options->selection.fds = words & WITH(FDS);
}

/* Adds a column for a key of --sort, unless the default ones or those of --with have it. */
static void add_key(struct layout *layout, const char *key)
{
	static const struct {
		const char *key, *same, *field;
	} fields[] = {
		{"cpu", "utime_us", "time"},
		{"rss", "rss_kb", "rss"},
		{"vsz", "vsz_kb", "vsz"},
		{"threads", "", "nlwp"},
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (!strcmp(key, fields[i].key) && !layout_has(layout, fields[i].same))
			layout_add_name(layout, COLUMN_OF_PS, fields[i].field);
}

/* Adds a column for all data that other options ask for: --with, and the keys of --sort. */
static void apply_layout(struct ps_options *options)
{
	struct layout *layout = &options->common.layout;

	layout_add_data(layout, COLUMN_OF_PS, options->common.with,
			with_sections(options->common.with, WITH_OF_PROCESSES));
	if (layout->chosen)
		return;
	for (size_t i = 0; i < options->order.count; i++)
		add_key(layout, sort_order_name(&options->order, i));
}

static int check_conflicts(struct ps_options *options, struct reason *why)
{
	struct common_options *common = &options->common;

	if (common->standalone && common->socket)
		return reason_set(why, STATUS_USAGE,
				  "--standalone contradicts --socket: remove one of them");
	if (options->tree && common->format && common->format != &format_text)
		return reason_set(why, STATUS_USAGE,
				  "--tree works with --format text only; in other formats ppid "
				  "shows the tree");
	if (common->filter.pids.count && options->selection.strategy != PROCSIEVE_ALL)
		return reason_set(
			why, STATUS_USAGE,
			"--pid contradicts --children and --descendants: remove one of them");
	return common_check_output(common, why);
}

int ps_options_parse(struct ps_options *options, int argc, char **argv, struct reason *why)
{
	int err;

	*options = (struct ps_options){0};
	common_options_init(&options->common);
	ps_join_words(argc, argv);
	err = options_parse(&table, options, &options->common.help, argc, argv, NULL, why);
	if (err || options->common.help)
		return err;
	apply_with(options);
	apply_layout(options);
	return check_conflicts(options, why);
}

void ps_options_clear(struct ps_options *options)
{
	filter_clear(&options->common.filter);
}

void ps_options_help(FILE *out)
{
	fputs("usage: procsieve ps [OPTION...]\n\n"
	      "Prints the existing processes and their current state.\n",
	      out);
	options_help(&table, out);
	fputs("\nData that no option selects is not read. A process must match one value of each "
	      "filter.\n"
	      "Exit status: 0; 1 failure, no such process; 2 wrong command line; 3 no privilege;\n"
	      "4 the kernel lacks something.\n",
	      out);
}
