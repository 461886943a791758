// SPDX-License-Identifier: GPL-2.0-or-later
/* Options shared by subcommands; see common_options.h. */
#include "cli/common_options.h"

#include <string.h>

#include "parse/filter_lists.h"
#include "base/quote.h"

int common_set_pids(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_pids(option, value, &o->filter.pids, why);
}

int common_set_users(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_users(option, value, &o->filter.uids, why);
}

int common_set_groups(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_groups(option, value, &o->filter.gids, why);
}

int common_set_cgroup(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_cgroup(option, value, &o->filter.cgroups, why);
}

int common_set_comms(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_comms(option, value, &o->filter, why);
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

int common_set_json(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	(void)value;
	return set_format(o, option, &format_json, why);
}

int common_set_format(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	const struct format *format = format_find(value);

	if (!format)
		return reason_set(why, STATUS_USAGE, "%s: %s is not a format; known: text, json",
				  option, quote(value));
	return set_format(o, option, format, why);
}

int common_set_color(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	static const char *const names[] = {"auto", "always", "never"};

	for (unsigned int i = 0; i < 3; i++) {
		if (!strcmp(value, names[i])) {
			o->color = i;
			return 0;
		}
	}
	return reason_set(why, STATUS_USAGE, "%s: %s is not one of auto, always, never", option,
			  quote(value));
}

int common_set_max_line(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	return parse_number(option, value, FORMAT_MIN_LINE, FORMAT_MAX_LINE, &o->max_line, why);
}

int common_set_output(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the name of a file is missing", option);
	o->output = value;
	return 0;
}

int common_set_socket(void *target, const char *option, const char *value, struct reason *why)
{
	struct common_options *o = target;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the path of a socket is missing", option);
	o->socket = value;
	return 0;
}
