// SPDX-License-Identifier: GPL-2.0-or-later
/* procsieve serve: loads the engine, drops the privileges that are no longer needed, and serves. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include <procsieve/event.h>
#include <procsieve/section.h>

#include "engine/privilege.h"
#include "server/server.h"
#include "cli/subcommand.h"

#define ALL_SECTIONS ((1u << PROCSIEVE_SECTION_COUNT) - 1)

static int serve(struct server *server, struct reason *why)
{
	int err;

	server_block_signals();
	err = server_socket_open(&server->listening, server->options, why);

	if (err)
		return err;
	err = privilege_drop_unneeded(why);
	if (!err) {
		fprintf(stderr, "procsieve: serving at %s\n", server->options->socket);
		err = server_run(server, why);
	}
	server_socket_close(&server->listening, server->options);
	return err;
}

/*
 * With fewer descriptors, connections of one user could take those that a snapshot for root needs.
 * Each is then within its quota: 256 connections, two for each of 64 listeners, the programs of two
 * snapshots, and those in flight to clients, which are counted together.
 */
#define DESCRIPTORS_MIN 1024

/* Raises the descriptor limit as far as this process may. Refuses one that is too low. */
static int allow_descriptors(struct reason *why)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 0;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max >= DESCRIPTORS_MIN)
		return 0;
	return reason_set(why, STATUS_FAILURE,
			  "the server needs %d descriptors for its clients, but this process may "
			  "open only %llu (ulimit -n, LimitNOFILE=)",
			  DESCRIPTORS_MIN, (unsigned long long)limit.rlim_max);
}

static int load_and_serve(struct server *server, struct reason *why)
{
	int err =
		engine_open(&server->engine, PROCSIEVE_LISTENERS, server->options->hook_mode, why);

	if (err)
		return err;
	err = engine_load(server->engine, PROCSIEVE_ALL_EVENTS, ALL_SECTIONS, why);
	if (!err)
		err = serve(server, why);
	engine_close(server->engine);
	return err;
}

int cmd_serve(int argc, char **argv)
{
	struct settings options;
	struct server server = {.options = &options, .argc = argc, .argv = argv};
	struct reason why;

	if (settings_read(&options, argc, argv, &why))
		return reason_print(&why);
	if (options.help) {
		settings_help(stdout);
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	if (allow_descriptors(&why) || load_and_serve(&server, &why))
		return reason_print(&why);
	return 0;
}

void cmd_serve_help(FILE *out)
{
	settings_help(out);
}
