/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of `procsieve serve`: one table for the command line and the configuration file. */
#ifndef USER_SERVER_SETTINGS_H
#define USER_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "engine/engine.h"
#include "base/reason.h"

#define SERVE_CONFIG "/etc/procsieve/procsieve.conf"

/* No user, no group. */
#define SERVE_NOBODY ((uint32_t)-1)

struct settings {
	char socket[108];
	uint64_t mode;	/* permissions of the socket */
	uint32_t owner; /* of the socket; SERVE_NOBODY: as it comes */
	uint32_t
		/* whose members are told of everybody's processes; SERVE_NOBODY: none */
		allow_group;
	uint64_t listeners_per_user;
	uint64_t ring_per_user; /* bytes */
	enum hook_mode way;	/* when it starts */
	const char *config;	/* path of the configuration file */
	bool help;
};

/*
 * Reads the configuration, then the command line, which wins; argv[0] is the subcommand. Returns 0,
 * or what reason_set() returned.
 */
int settings_read(struct settings *options, int argc, char **argv, struct reason *why);

void settings_help(FILE *out);

#endif
