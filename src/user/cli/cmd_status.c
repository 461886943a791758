// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procsieve status: requests the status of a server and prints it as text, JSON or Prometheus
 * metrics.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <procsieve/procsieve.h>

#include "cli/status_print.h"
#include "cli/subcommand.h"
#include "lib/connection.h"
#include "parse/option_table.h"

struct status_options {
	const char *socket;
	bool json, prometheus, help;
};

static int set_socket(void *options, const char *option, const char *value, struct reason *why)
{
	struct status_options *o = options;

	if (!*value)
		return reason_set(why, STATUS_USAGE, "%s: the path of a socket is missing", option);
	o->socket = value;
	return 0;
}

#define FLAG(member) OPTION_FLAG(struct status_options, member)

static const struct option_row rows[] = {
	{"Options:", 0, "--socket", "PATH", OPTION_VALUE(set_socket),
	 "socket of the server (default: " PROCSIEVE_SOCKET ")"},
	{NULL, 'j', "--json", NULL, FLAG(json), "print one JSON object"},
	{NULL, 0, "--prometheus", NULL, FLAG(prometheus),
	 "print metrics for node_exporter's textfile collector"},
	{NULL, 'h', "--help", NULL, FLAG(help), "print this"},
};

static const struct option_table table = {"status", rows, sizeof(rows) / sizeof(rows[0]), NULL};

static int request_status(const char *path, struct wire_status *status, struct reason *why)
{
	int fd = connection_open(path), err;

	if (fd < 0)
		return reason_set(why, fd == -EACCES ? STATUS_PRIVILEGE : STATUS_FAILURE,
				  "cannot connect to %s: %s; is `procsieve serve` running?", path,
				  strerror(-fd));
	err = connection_status(fd, status);
	close(fd);
	return err ? reason_set(why, STATUS_FAILURE, "%s", status->text) : 0;
}

int cmd_status(int argc, char **argv)
{
	struct status_options options = {.socket = PROCSIEVE_SOCKET};
	struct wire_status status = {0};
	struct reason why;

	if (options_parse(&table, &options, &options.help, argc, argv, NULL, &why))
		return reason_print(&why);
	if (options.help) {
		cmd_status_help(stdout);
		return 0;
	}
	if (options.json && options.prometheus) {
		reason_set(&why, STATUS_USAGE,
			   "--json contradicts --prometheus: remove one of them");
		return reason_print(&why);
	}
	if (request_status(options.socket, &status, &why))
		return reason_print(&why);
	if (options.json)
		status_print_json(&status);
	else if (options.prometheus)
		status_print_prometheus(&status);
	else
		status_print_text(&status);
	return 0;
}

void cmd_status_help(FILE *out)
{
	fputs("usage: procsieve status [OPTION...]\n\n"
	      "Prints the listeners of `procsieve serve`: the owner, the filter, and the delivered "
	      "and\nlost events of each; and what the hooks cost. A user other than root sees only "
	      "its own\nlisteners.\n",
	      out);
	options_help(&table, out);
}
