// SPDX-License-Identifier: GPL-2.0-or-later
/* Options shared by subcommands; see common_options.h. */
#include "cli/common_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format/text_clock.h"
#include "parse/filter_lists.h"
#include "base/nearest.h"
#include "base/quote.h"

/* Limits of --rotate-size. */
#define ROTATE_MIN 4096ull
#define ROTATE_MAX (1ull << 60)

#define COLORS	   "auto, always, never"

/* How many older files stay. */
#define KEEP_DEFAULT 5

int common_set_pids(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_pids(option, value, &o->filter.pids, why);
}

int common_set_users(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_users(option, value, &o->filter.uids, why);
}

int common_set_euids(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_users(option, value, &o->filter.euids, why);
}

int common_set_groups(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_groups(option, value, &o->filter.gids, why);
}

int common_set_auids(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_auids(option, value, &o->filter.auids, why);
}

int common_set_cgroup(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_cgroup(option, value, &o->filter.cgroups, why);
}

int common_set_comms(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_comms(option, value, &o->filter, why);
}

int common_set_thread_comms(void *options, const char *option, const char *value,
			    struct reason *why)
{
	struct common_options *o = options;

	return parse_thread_comms(option, value, &o->filter, why);
}

/* Both -j and --format may be given if they select the same format. */
static int set_format(struct common_options *o, const char *option, const struct format *format,
		      struct reason *why)
{
	if (o->format && o->format != format)
		return reason_set(why, STATUS_USAGE,
				  "%s (%s) contradicts %s (%s): only one format is possible",
				  option, format->name, o->format_option, o->format->name);
	o->format = format;
	o->format_option = option;
	return 0;
}

int common_set_json(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	(void)value;
	return set_format(o, option, &format_json, why);
}

int common_set_format(void *options, const char *option, const char *value, struct reason *why)
{
	const struct format *format = format_find(value);
	char known[128];

	if (!format) {
		format_names(known, sizeof(known));
		return reason_set(why, STATUS_USAGE, "%s: %s is not a format%s; known: %s", option,
				  quote(value), nearest_listed(value, known), known);
	}
	return set_format(options, option, format, why);
}

int common_set_color(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	static const char *const names[] = {"auto", "always", "never"};

	for (unsigned int i = 0; i < 3; i++) {
		if (!strcmp(value, names[i])) {
			o->color = i;
			return 0;
		}
	}
	return reason_set(why, STATUS_USAGE, "%s: %s is not one of " COLORS "%s", option,
			  quote(value), nearest_listed(value, COLORS));
}

#define TIME_STYLES "local, utc, date, rel, delta, none"

int common_set_time(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;
	const int style = time_style_find(value);

	if (style < 0)
		return reason_set(why, STATUS_USAGE, "%s: %s is not one of " TIME_STYLES "%s",
				  option, quote(value), nearest_listed(value, TIME_STYLES));
	o->time = style;
	return 0;
}

int common_set_max_line(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_number(option, value, FORMAT_MIN_LINE, FORMAT_MAX_LINE, &o->max_line, why);
}

int common_set_output(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	if (!*value || !strcmp(value, "|"))
		return reason_set(why, STATUS_USAGE, "%s: the name of a %s is missing", option,
				  *value ? "command" : "file");
	o->target.path = value;
	return 0;
}

int common_set_umask(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;
	char *end;
	unsigned long mask = strtoul(value, &end, 8);

	if (*value < '0' || *value > '7' || *end || mask > 0777)
		return reason_set(why, STATUS_USAGE, "%s: %s is not an octal number from 0 to 777",
				  option, quote(value));
	o->target.mode = 0666 & ~mask;
	o->has_umask = true;
	return 0;
}

int common_set_rotate_size(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	return parse_bytes(option, value, ROTATE_MIN, ROTATE_MAX, &o->target.rotate_size, why);
}

int common_set_keep(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;
	uint64_t keep;
	int err = parse_number(option, value, 1, 1000, &keep, why);

	o->target.keep = keep;
	return err;
}

void common_options_init(struct common_options *options)
{
	*options = (struct common_options){
		.max_line = FORMAT_DEFAULT_LINE,
		.target = {.default_fd = STDOUT_FILENO, .mode = 0600},
	};
}

/* Options that only make sense for columns. */
static int check_text(const struct common_options *options, struct reason *why)
{
	const char *option = options->layout.chosen ? "--fields"
			     : options->no_header   ? "--no-header"
			     : options->time	    ? "--time"
						    : NULL;

	if (option && options->format != &format_text)
		return reason_set(why, STATUS_USAGE,
				  "%s works with --format text only: other formats have no columns",
				  option);
	if (options->time == TIME_STYLE_NONE && layout_has(&options->layout, "time"))
		return reason_set(why, STATUS_USAGE,
				  "--time none contradicts --fields time: remove one of them");
	return 0;
}

bool common_writes_file(const struct common_options *options)
{
	const char *path = options->target.path;

	return path && strcmp(path, "-") != 0 && *path != '|';
}

static int check_target(struct common_options *options, struct reason *why)
{
	struct output_target *target = &options->target;
	bool is_file = common_writes_file(options);

	if (target->rotate_size && !is_file)
		return reason_set(why, STATUS_USAGE, "--rotate-size needs --output FILE");
	if (target->truncate && !is_file)
		return reason_set(why, STATUS_USAGE, "--truncate needs --output FILE");
	if (options->has_umask && !is_file)
		return reason_set(why, STATUS_USAGE, "--umask needs --output FILE");
	if (target->keep && !target->rotate_size)
		return reason_set(why, STATUS_USAGE, "--keep needs --rotate-size");
	if (!target->keep)
		target->keep = KEEP_DEFAULT;
	return 0;
}

int common_check_output(struct common_options *options, struct reason *why)
{
	if (!options->format)
		options->format = &format_text;
	return check_text(options, why) ?: check_target(options, why);
}

int common_set_socket(void *options, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = options;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the path of a socket is missing", option);
	o->socket = value;
	return 0;
}
