/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `procsieve watch`: one table of options, from which parser and help text follow. */
#ifndef WATCH_OPTIONS_H
#define WATCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <procsieve/filter.h>

#include "engine.h"
#include "format.h"
#include "reason.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct watch_options {
	struct procsieve_filter filter;
	const struct format *format;
	const char *format_option; /* which option has set it */
	const char *output;	   /* NULL: standard output */
	enum color color;
	enum engine_way way;
	uint32_t context;     /* words of --with */
	uint64_t max_line;    /* bytes */
	uint64_t count;	      /* 0: no limit */
	uint64_t duration_ns; /* 0: no limit */
	uint64_t latency_ns;
	uint64_t ring_size; /* 0: the default of whoever makes it */
	const char *socket; /* NULL: the usual one */
	bool failed;
	bool accounting;
	bool strict;
	bool standalone;
	bool reconnect;
	bool help;	/* only the help text is wanted */
	char **command; /* after "--", NULL-terminated; NULL: none */
};

/*
 * Reads the command line; argv[0] is the subcommand. Returns 0, or -EINVAL with *why filled. Strings stay argv's;
 * watch_options_clear() frees the rest, in either case.
 */
int watch_options_parse(struct watch_options *options, int argc, char **argv, struct reason *why);
void watch_options_clear(struct watch_options *options);

void watch_options_help(FILE *out);

#endif
