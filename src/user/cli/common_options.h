/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options shared by subcommands: which processes, which data, and the output. The options of a
 * subcommand start with a struct common_options, and its table lists the functions below that it
 * uses.
 */
#ifndef USER_CLI_COMMON_OPTIONS_H
#define USER_CLI_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <procsieve/filter.h>

#include "format/format.h"
#include "parse/option_table.h"
#include "stream/output.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct common_options {
	struct procsieve_filter filter;
	const struct format *format;
	const char *format_option; /* the option that set it */
	struct output_target target;
	const char *socket; /* NULL: the default */
	enum color color;
	uint32_t with;	   /* words of --with */
	uint64_t max_line; /* bytes */
	bool standalone;
	bool help; /* print the help text only */
};

/* Each parses the value of one option; see option_table.h. */
option_take common_take_pids, common_take_users, common_take_groups, common_take_cgroup,
	common_take_comms, common_take_json, common_take_format, common_take_color,
	common_take_max_line, common_take_output, common_take_umask, common_take_rotate_size,
	common_take_keep, common_take_socket;

/* Sets what applies where no option says otherwise. */
void common_options_init(struct common_options *options);

/* Checks the options about the output once all are known. Returns 0, or a negative value. */
int common_check_output(struct common_options *options, struct reason *why);

#endif
