// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of `procsieve watch`; see watch_options.h. */
#include "cli/watch_options.h"

#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "base/cpus.h"
#include "base/with_words.h"
#include "cli/field_list.h"
#include "engine/engine.h"
#include "parse/option_table.h"
#include "parse/filter_lists.h"
#include "base/quote.h"

#define MILLISECOND 1000000ull
#define SECOND	    1000000000ull

static int set_events(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_events(option, value, &o->common.filter.events, why);
}

static int set_statuses(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	o->common.filter.statuses_set = true;
	return parse_statuses(option, value, &o->common.filter.statuses, why);
}

static int set_cgroup(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;
	bool missing = false;
	int err = parse_cgroup_path(option, value, &o->common.filter, &missing, why);

	if (!err && missing && o->missing_count < PROCSIEVE_CGROUP_PATHS_MAX)
		o->missing_cgroups[o->missing_count++] = value;
	return err;
}

static int set_cpus(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;
	int limit = cpus_possible(NULL, 0);

	return parse_cpus(option, value, limit > 0 ? limit : sysconf(_SC_NPROCESSORS_CONF),
			  &o->common.filter.cpus, why);
}

static int set_with(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_with(option, value, WITH_OF_ALL, &o->common.with, why);
}

static int set_fields(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return field_list_parse(option, value, COLUMN_OF_WATCH, &o->common.layout, why);
}

/* In ps(1), -o is a list of columns. */
static int set_output(void *options, const char *option, const char *value, struct reason *why)
{
	struct layout columns = {0};
	struct reason none;

	if (strchr(value, ',') &&
	    !field_list_parse(option, value, COLUMN_OF_WATCH, &columns, &none))
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is a list of columns: use --fields, or ./%s to write "
				  "to a file of that name",
				  option, quote(value), value);
	return common_set_output(options, option, value, why);
}

static int set_envs(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_envs(option, value, &o->common.filter, why);
}

static int set_count(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_number(option, value, 1, 1ull << 53, &o->count, why);
}

static int set_duration(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_time(option, value, SECOND, MILLISECOND, 1000000000 * SECOND, &o->duration_ns,
			  why);
}

static int set_latency(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_time(option, value, MILLISECOND, 0, 10000 * MILLISECOND, &o->latency_ns, why);
}

static int set_ring(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_size(option, value, ENGINE_RING_MIN, ENGINE_RING_MAX, &o->ring_size, why);
}

static int set_hooks(void *options, const char *option, const char *value, struct reason *why)
{
	struct watch_options *o = options;

	return parse_hook_mode(option, value, &o->hook_mode, why);
}

/* From the table of events: "fork, exec, " and so on, and of the default " fork exec". */
#define EVENT_NAME(NAME, name, shown, state, text)   #name ", "
#define DEFAULT_NAME(NAME, name, shown, state, text) DEFAULT_NAME_##shown(name)
#define DEFAULT_NAME_0(name)			     ""
#define DEFAULT_NAME_1(name)			     " " #name

#define VALUE(function)				     OPTION_VALUE(function)
#define FLAG(member)				     OPTION_FLAG(struct watch_options, member)

static const struct option_row rows[] = {
	{"Which events:", 'e', "--events", "LIST", VALUE(set_events),
	 PROCSIEVE_EVENTS(EVENT_NAME) "all; -NAME removes one (default:" PROCSIEVE_EVENTS(
		 DEFAULT_NAME) ")"},
	{NULL, 0, "--threads", NULL, FLAG(common.filter.threads),
	 "single threads too, not only processes"},
	{NULL, 0, "--failed", NULL, FLAG(failed), "only exits with a status other than 0"},
	{NULL, 0, "--exit-status", "LIST", VALUE(set_statuses),
	 "of exits, only those with these statuses: 1,2,126-127,SIGSEGV,signal,core"},
	{"Of which processes:", 'p', "--pid", "LIST", VALUE(common_set_pids),
	 "these processes; ends when all of them have ended"},
	{NULL, 0, "--existing", NULL, FLAG(existing),
	 "first print the processes that exist already"},
	{NULL, 0, "--follow", NULL, FLAG(common.filter.follow),
	 "with -p: and all their descendants"},
	{NULL, 'u', "--user", "LIST", VALUE(common_set_users),
	 "of these users (names or numbers; the real uid)"},
	{NULL, 0, "--euid", "LIST", VALUE(common_set_euids),
	 "with the rights of these users (the effective uid)"},
	{NULL, 0, "--auid", "LIST", VALUE(common_set_auids),
	 "of logins of these users (the audit login uid), also after su or sudo; set, unset"},
	{NULL, 'g', "--group", "LIST", VALUE(common_set_groups),
	 "of these groups (names or numbers; the real gid)"},
	{NULL, 0, "--cgroup", "PATH", VALUE(set_cgroup),
	 "in this cgroup v2 or below it, also if it is made later or again; "
	 "/a/b*.service; may be repeated"},
	{NULL, 0, "--cpu", "LIST", VALUE(set_cpus), "on these CPUs: 0-3,7"},
	{NULL, 0, "--comm", "LIST", VALUE(common_set_comms),
	 "with these names after the event; \\, is a comma in a name"},
	{NULL, 0, "--thread-comm", "LIST", VALUE(common_set_thread_comms),
	 "of threads with these names, whatever the process is called"},
	{"Additional data:", 0, "--with", "LIST", VALUE(set_with),
	 "exe, cwd, cgroup, container, ns, ancestors, tty, login, env; with --existing "
	 "also cred, time, mem, io, sched, delay"},
	{NULL, 0, "--env", "LIST", VALUE(set_envs),
	 "for execs: these variables of their environment"},
	{NULL, 0, "--accounting", NULL, FLAG(accounting),
	 "for exits: CPU time, faults, switches, memory, I/O, delays"},
	{"Output:", 'j', "--json", NULL, VALUE(common_set_json),
	 "JSON lines; the same as --format json"},
	{NULL, 0, "--format", "NAME", VALUE(common_set_format), "text or json (default: text)"},
	{NULL, 'o', "--output", "FILE", VALUE(set_output),
	 "append to FILE, which SIGHUP reopens; '|COMMAND' pipes to a command, "
	 "- is standard output (the default with COMMAND: standard "
	 "error)"},
	{NULL, 0, "--truncate", NULL, FLAG(common.target.truncate), "empty FILE first"},
	{NULL, 0, "--umask", "MASK", VALUE(common_set_umask),
	 "umask for creating FILE (default: 077)"},
	{NULL, 0, "--rotate-size", "SIZE", VALUE(common_set_rotate_size),
	 "rename FILE to FILE.1 before it exceeds SIZE, such as 100M"},
	{NULL, 0, "--keep", "N", VALUE(common_set_keep), "keep N rotated files (default: 5)"},
	{NULL, 0, "--max-line", "BYTES", VALUE(common_set_max_line),
	 "longest line, 4096 to 1048576 (default: 8000); argv is cut first"},
	{NULL, 0, "--no-args", NULL, FLAG(common.filter.no_args), "omit the arguments of programs"},
	{NULL, 'q', "--quiet", NULL, FLAG(common.quiet),
	 "no summary at the end, unless events were lost or missed"},
	{"As text:", 0, "--fields", "LIST", VALUE(set_fields),
	 "these columns: time,event,pid,exe,command...; NAME=HEADER; names as in JSON"},
	{NULL, 0, "--time", "STYLE", VALUE(common_set_time),
	 "local, utc, date, rel (since the start), delta, none (default: local)"},
	{NULL, 0, "--no-header", NULL, FLAG(common.no_header), "omit the line of headers"},
	{NULL, 'w', "--wide", NULL, FLAG(common.wide),
	 "do not cut commands at the edge of the terminal"},
	{NULL, 0, "--color", "WHEN", VALUE(common_set_color),
	 "auto, always or never (default: auto)"},
	{"How long, and how:", 'n', "--count", "N", VALUE(set_count), "end after N events"},
	{NULL, 0, "--duration", "TIME", VALUE(set_duration),
	 "end after so many seconds, or 100ms, 5s, 2m, 1h"},
	{NULL, 0, "--latency", "TIME", VALUE(set_latency),
	 "pause between two batches of events, 0 to 10000 ms (default: 1)"},
	{NULL, 0, "--ring", "SIZE", VALUE(set_ring),
	 "buffer in the kernel, a power of two from 4K to 1G (default: 4M)"},
	{NULL, 0, "--hooks", "KIND", VALUE(set_hooks),
	 "type of hooks: auto, tracepoint (raw), classic or fentry (default: auto)"},
	{NULL, 0, "--socket", "PATH", VALUE(common_set_socket),
	 "socket of the server (default: " PROCSIEVE_SOCKET "; "
	 "if there is no server: load hooks of its own)"},
	{NULL, 0, "--standalone", NULL, FLAG(common.standalone), "never use a server"},
	{NULL, 0, "--reconnect", NULL, FLAG(reconnect),
	 "if the server is gone, wait until it is back"},
	{NULL, 0, "--strict", NULL, FLAG(strict), "exit with status 5 if events were lost"},
	{NULL, 'h', "--help", NULL, FLAG(common.help), "print this"},
};

static const struct option_table table = {"watch", rows, sizeof(rows) / sizeof(rows[0]), NULL};

/* Applies --failed: selects every status except 0. */
static int apply_failed(struct watch_options *options, struct reason *why)
{
	struct procsieve_statuses *statuses = &options->common.filter.statuses;

	if (!options->common.filter.statuses_set) {
		memset(statuses, 0xff, sizeof(*statuses));
		statuses->core = true;
		options->common.filter.statuses_set = true;
	}
	statuses->codes[0] &= ~1ull;
	for (unsigned int i = 0; i < 4; i++)
		if (statuses->codes[i] || (i < 2 && statuses->signals[i]))
			return 0;
	if (statuses->core)
		return 0;
	return reason_set(why, STATUS_USAGE,
			  "--failed contradicts --exit-status 0: no exit is both");
}

static int apply_events(struct watch_options *options, struct reason *why)
{
	struct procsieve_filter *filter = &options->common.filter;
	const __u64 exit = PROCSIEVE_MASK(PROCSIEVE_EXIT);

	if (!filter->events && filter->statuses_set)
		filter->events = exit;
	if (!filter->events)
		filter->events = parse_default_events;
	if (filter->statuses_set && !(filter->events & exit))
		return reason_set(why, STATUS_USAGE,
				  "%s selects exit events, but --events excludes them",
				  options->failed ? "--failed" : "--exit-status");
	return 0;
}

/* Sets the sections that the options select, and checks that --events includes their events. */
static int apply_sections(struct watch_options *options, struct reason *why)
{
	struct procsieve_filter *filter = &options->common.filter;
	const uint32_t fields = options->common.layout.sections;

	if (filter->env_count)
		options->common.with |= WITH(ENV);
	filter->sections = with_sections(options->common.with, WITH_OF_EVENTS);
	options->selection.sections = with_sections(options->common.with, WITH_OF_PROCESSES);
	filter->sections |= fields & (with_sections(~0u, WITH_OF_EVENTS) | PROCSIEVE_ACCOUNTING);
	options->selection.sections |= fields & with_sections(~0u, WITH_OF_PROCESSES);
	if (options->accounting)
		filter->sections |= PROCSIEVE_ACCOUNTING;
	if (options->common.with & WITH(ENV) && !filter->env_count)
		return reason_set(why, STATUS_USAGE, "--with env needs --env: which variables?");
	if (filter->env_count && !(filter->events & PROCSIEVE_MASK(PROCSIEVE_EXEC)))
		return reason_set(why, STATUS_USAGE,
				  "--env adds data to exec events, but --events excludes them");
	if (options->accounting && !(filter->events & PROCSIEVE_MASK(PROCSIEVE_EXIT)))
		return reason_set(
			why, STATUS_USAGE,
			"--accounting adds data to exit events, but --events excludes them");
	return 0;
}

/* Checks one of --fields: that an event, or an existing process, can have it. */
static int check_field(const struct watch_options *options, const struct layout_column *column,
		       struct reason *why)
{
	const bool exits = options->common.filter.events & PROCSIEVE_MASK(PROCSIEVE_EXIT);
	const uint32_t sections = column->sections;

	if (sections & PROCSIEVE_SECTION(ENV) && !options->common.filter.env_count)
		return reason_set(why, STATUS_USAGE, "--fields %s needs --env: which variables?",
				  column->name);
	if (options->existing)
		return 0;
	if (sections & PROCSIEVE_ACCOUNTING && !exits)
		return reason_set(why, STATUS_USAGE,
				  "--fields %s adds data to exit events, but --events excludes "
				  "them",
				  column->name);
	if (sections & ~(with_sections(~0u, WITH_OF_EVENTS) | PROCSIEVE_ACCOUNTING))
		return reason_set(why, STATUS_USAGE,
				  "--fields %s applies to existing processes, not to events; it "
				  "needs --existing",
				  column->name);
	return 0;
}

/* Returns whether the kernel measures delays; they are 0 otherwise. True if that is not known. */
static bool delays_are_measured(void)
{
	const int fd = open("/proc/sys/kernel/task_delayacct", O_RDONLY | O_CLOEXEC);
	char on = '1';

	if (fd >= 0) {
		if (read(fd, &on, 1) != 1)
			on = '1';
		close(fd);
	}
	return on != '0';
}

/* Checks --fields, and adds a column for all data that other options ask for. */
static int apply_layout(struct watch_options *options, struct reason *why)
{
	struct common_options *common = &options->common;
	uint32_t sections = with_sections(common->with, WITH_OF_ALL);
	int err = 0;

	for (size_t i = 0; !err && i < common->layout.count; i++)
		err = check_field(options, &common->layout.columns[i], why);
	if (err)
		return err;
	if (options->accounting)
		sections |= PROCSIEVE_ACCOUNTING;
	if (options->accounting && !(common->with & WITH(DELAY)) && !delays_are_measured())
		sections &= ~PROCSIEVE_SECTION(DELAY);
	layout_add_data(&common->layout, COLUMN_OF_WATCH, common->with, sections);
	return 0;
}

/* Checks words of --with that only a snapshot can provide. */
static int check_existing(const struct watch_options *options, struct reason *why)
{
	if (options->existing && options->command)
		return reason_set(
			why, STATUS_USAGE,
			"--existing contradicts a command after \"--\": it is not running yet");
	for (unsigned int word = 0; word < WITH_WORD_COUNT; word++) {
		if (!(options->common.with >> word & 1) || with_name(word, WITH_OF_EVENTS))
			continue;
		if (word == WITH_MAPS || word == WITH_FDS)
			return reason_set(why, STATUS_USAGE,
					  "--with %s: only `procsieve ps` reports that",
					  with_name(word, WITH_OF_ALL));
		if (!options->existing)
			return reason_set(why, STATUS_USAGE,
					  "--with %s applies to existing processes, not to events; "
					  "it needs --existing",
					  with_name(word, WITH_OF_ALL));
	}
	return 0;
}

/* Checks options about the hooks to use: those of a server or its own. */
static int check_source(const struct watch_options *options, struct reason *why)
{
	const char *server_option = options->common.socket ? "--socket" : "--reconnect";

	if (!options->common.socket && !options->reconnect)
		return 0;
	if (options->common.standalone)
		return reason_set(why, STATUS_USAGE,
				  "--standalone contradicts %s: remove one of them", server_option);
	if (options->hook_mode != HOOK_AUTO)
		return reason_set(why, STATUS_USAGE,
				  "--hooks contradicts %s: a server uses its own hooks",
				  server_option);
	return 0;
}

/* Checks which options need or exclude each other. */
static int check_conflicts(struct watch_options *options, struct reason *why)
{
	const struct procsieve_filter *filter = &options->common.filter;

	if (options->command && (filter->pids.count || filter->follow))
		return reason_set(why, STATUS_USAGE,
				  "%s contradicts a command after \"--\": then the command and its "
				  "descendants are watched",
				  filter->pids.count ? "--pid" : "--follow");
	if (filter->follow && !filter->pids.count)
		return reason_set(why, STATUS_USAGE,
				  "--follow needs --pid: descendants of which process?");
	return check_source(options, why)
		       ?: check_existing(options, why)
		       ?: common_check_output(&options->common, why);
}

int watch_options_parse(struct watch_options *options, int argc, char **argv, struct reason *why)
{
	int err;

	*options = (struct watch_options){.latency_ns = MILLISECOND};
	common_options_init(&options->common);
	err = options_parse(&table, options, &options->common.help, argc, argv, &options->command,
			    why);
	if (err || options->common.help)
		return err;
	/* The standard output belongs to the command. */
	if (options->command)
		options->common.target.default_fd = STDERR_FILENO;
	if (options->failed)
		err = apply_failed(options, why);
	if (!err)
		err = apply_events(options, why);
	if (!err)
		err = apply_sections(options, why);
	if (!err)
		err = check_conflicts(options, why);
	return err ? err : apply_layout(options, why);
}

void watch_options_clear(struct watch_options *options)
{
	filter_clear(&options->common.filter);
}

void watch_options_help(FILE *out)
{
	fputs("usage: procsieve watch [OPTION...] [-- COMMAND [ARG...]]\n\n"
	      "Prints process events as they happen. With COMMAND: starts it, watches it and its\n"
	      "descendants from its first exec on, and ends with COMMAND's status when all of "
	      "them\n"
	      "have ended.\n",
	      out);
	options_help(&table, out);
	fputs("\nThe kernel applies the filters. An event must match one value of each filter.\n"
	      "Exit status: 0; 1 failure; 2 wrong command line; 3 no privilege; 4 the kernel "
	      "lacks\n"
	      "something; 5 events were lost (--strict). With COMMAND: its own; 125 instead of 1 "
	      "to 4;\n"
	      "126 if it cannot be run, 127 if it is not found.\n",
	      out);
}
