// SPDX-License-Identifier: GPL-2.0-or-later
/* The settings of `procsieve serve`; see settings.h. */
#include "server/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "parse/config_file.h"
#include "engine/engine.h"
#include "parse/option_table.h"
#include "parse/filter_lists.h"
#include "base/quote.h"

static int set_socket(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	if (*value != '/' || strlen(value) >= sizeof(o->socket))
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is not an absolute path of up to %zu bytes", option,
				  quote(value), sizeof(o->socket) - 1);
	strcpy(o->socket, value);
	return 0;
}

static int set_mode(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;
	char *end;
	unsigned long mode = strtoul(value, &end, 8);

	if (*value < '0' || *value > '7' || *end || mode > 0777)
		return reason_set(why, STATUS_USAGE,
				  "%s: %s is not an octal mode such as 0666 or 0660", option,
				  quote(value));
	o->mode = mode;
	return 0;
}

/* Takes the last user or group of a list. */
static int parse_single(int (*parse)(const char *, const char *, struct procsieve_list *,
				     struct reason *),
			const char *option, const char *value, uint32_t *id, struct reason *why)
{
	struct procsieve_list list = {0};
	int err = parse(option, value, &list, why);

	if (!err && list.count != 1)
		err = reason_set(why, STATUS_USAGE, "%s: %s must be a single name or id", option,
				 quote(value));
	if (!err)
		*id = list.values[0];
	free(list.values);
	return err;
}

static int set_owner(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	return parse_single(parse_users, option, value, &o->owner, why);
}

static int set_allow_group(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	return parse_single(parse_groups, option, value, &o->allow_group, why);
}

static int set_listeners(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	return parse_number(option, value, 0, PROCSIEVE_LISTENERS, &o->listeners_per_user, why);
}

static int set_ring(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	return parse_size(option, value, ENGINE_RING_MIN, ENGINE_RING_MAX, &o->ring_per_user, why);
}

static int set_hooks(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	return parse_hook_mode(option, value, &o->hook_mode, why);
}

static int set_config(void *options, const char *option, const char *value, struct reason *why)
{
	struct settings *o = options;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the name of a file is missing", option);
	o->config = value;
	return 0;
}

#define VALUE(function) OPTION_VALUE(function)
#define FLAG(member)	OPTION_FLAG(struct settings, member)

static const struct option_row rows[] = {
	{"Socket:", 0, "--socket", "PATH", VALUE(set_socket),
	 "path of the socket (default: " PROCSIEVE_SOCKET ")"},
	{NULL, 0, "--mode", "MODE", VALUE(set_mode),
	 "permissions of the socket, octal (default: 0666)"},
	{NULL, 0, "--owner", "USER", VALUE(set_owner), "owner of the socket (default: root)"},
	{"Access and limits:", 0, "--allow-group", "GROUP", VALUE(set_allow_group),
	 "its members receive events of all users' processes, as root does"},
	{NULL, 0, "--listeners-per-user", "N", VALUE(set_listeners),
	 "listeners of each user except root, 0 to 64 (default: 8)"},
	{NULL, 0, "--ring-per-user", "SIZE", VALUE(set_ring),
	 "memory for the rings of each user except root, "
	 "a power of two from 4K to 1G (default: 4M)"},
	{"Other:", 0, "--hooks", "KIND", VALUE(set_hooks),
	 "type of hooks: auto, tracepoint, classic or fentry (default: auto)"},
	{NULL, 0, "--config", "FILE", VALUE(set_config),
	 "settings file, read before the command line "
	 "(default: " SETTINGS_FILE ")"},
	{NULL, 'h', "--help", NULL, FLAG(help), "print this"},
};

static const struct option_table table = {"serve", rows, sizeof(rows) / sizeof(rows[0]), NULL};

static const struct settings defaults = {
	.socket = PROCSIEVE_SOCKET,
	.mode = 0666,
	.owner = SETTINGS_NO_ID,
	.allow_group = SETTINGS_NO_ID,
	.listeners_per_user = 8,
	.ring_per_user = 4 << 20,
	.config = SETTINGS_FILE,
};

static int set_from_file(void *context, const char *name, const char *value, struct reason *why)
{
	if (!strcmp(name, "config") || !strcmp(name, "help"))
		return reason_set(why, STATUS_USAGE, "%s is allowed only on the command line",
				  name);
	return options_set(&table, context, name, value, why);
}

int settings_read(struct settings *options, int argc, char **argv, struct reason *why)
{
	const char *config;
	int err;

	/*
	 * The first pass checks the command line and finds the configuration file. Then both are
	 * read in order of precedence.
	 */
	*options = defaults;
	err = options_parse(&table, options, &options->help, argc, argv, NULL, why);
	if (err || options->help)
		return err;
	config = options->config;
	*options = defaults;
	/* Only the default file may be missing. */
	if (config != defaults.config && access(config, F_OK))
		return reason_set(why, STATUS_FAILURE, "--config: cannot read %s: %s",
				  quote(config), strerror(errno));
	err = config_read(config, set_from_file, options, why);
	return err ? err : options_parse(&table, options, &options->help, argc, argv, NULL, why);
}

void settings_help(FILE *out)
{
	fputs("usage: procsieve serve [OPTION...]\n\n"
	      "Loads the BPF programs once, and gives each listener a filter and a ring buffer in "
	      "the\nkernel: `procsieve watch` and programs that use libprocsieve. A user other "
	      "than root\nreceives only events of processes that it fully owns.\n",
	      out);
	options_help(&table, out);
	fputs("\nThe settings file has the same options as \"name = value\". SIGHUP reads it "
	      "again,\nSIGTERM ends the server and all its listeners.\n",
	      out);
}
