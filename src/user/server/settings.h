/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings of `procsieve serve`, from the command line and the configuration file. */
#ifndef USER_SERVER_SETTINGS_H
#define USER_SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "engine/engine.h"
#include "base/reason.h"

#define SETTINGS_FILE "/etc/procsieve/procsieve.conf"

/* Stands for no user or no group. */
#define SETTINGS_NO_ID ((uint32_t)-1)

struct settings {
	char socket[108];
	uint64_t mode;	/* permissions of the socket */
	uint32_t owner; /* of the socket; SETTINGS_NO_ID: unchanged */
	uint32_t
		/* its members receive events of all users' processes; SETTINGS_NO_ID: none */
		allow_group;
	uint64_t listeners_per_user;
	uint64_t ring_per_user;	  /* bytes */
	enum hook_mode hook_mode; /* at start */
	const char *config;	  /* path of the configuration file */
	bool help;
};

/*
 * Reads the configuration file, then the command line, which takes precedence. argv[0] is the
 * subcommand. Returns 0, or the result of reason_set().
 */
int settings_read(struct settings *options, int argc, char **argv, struct reason *why);

void settings_help(FILE *out);

#endif
