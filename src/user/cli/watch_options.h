/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `procsieve watch`. Parser and help text use one table of options. */
#ifndef USER_CLI_WATCH_OPTIONS_H
#define USER_CLI_WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <procsieve/snapshot.h>

#include "cli/common_options.h"
#include "engine/engine.h"
#include "base/reason.h"

struct watch_options {
	struct common_options common; /* must be first: common_options.h */
	enum hook_mode hook_mode;
	uint64_t count;	      /* 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t latency_ns;
	uint64_t ring_size; /* in bytes; 0: the default of the server or engine */
	bool failed;
	bool accounting;
	bool existing;
	struct procsieve_selection selection;			 /* of the existing processes */
	const char *missing_cgroups[PROCSIEVE_CGROUP_PATHS_MAX]; /* do not exist yet */
	unsigned int missing_count;
	bool strict;
	bool reconnect;
	char **command; /* after "--", NULL-terminated; NULL: none */
};

/*
 * Parses the command line; argv[0] is the subcommand. Returns 0, or a negative value with *why
 * filled. Strings point into argv. In both cases watch_options_clear() frees the rest.
 */
int watch_options_parse(struct watch_options *options, int argc, char **argv, struct reason *why);
void watch_options_clear(struct watch_options *options);

/* Prints the help text. */
void watch_options_help(FILE *out);

#endif
