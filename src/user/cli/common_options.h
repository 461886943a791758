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
#include "format/layout.h"
#include "parse/option_table.h"
#include "stream/output.h"

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct common_options {
	struct procsieve_filter filter;
	const struct format *format;
	const char *format_option; /* the option that set it */
	struct output_target target;
	bool has_umask;	    /* --umask was given */
	const char *socket; /* NULL: the default */
	enum color color;
	enum time_style time;
	struct layout layout; /* columns of the text format */
	bool wide;
	bool no_header;
	bool quiet;
	uint32_t with;	   /* words of --with */
	uint64_t max_line; /* bytes */
	bool standalone;
	bool help; /* print the help text only */
};

/* Each parses the value of one option; see option_table.h. */
option_setter common_set_pids, common_set_users, common_set_euids, common_set_groups,
	common_set_auids, common_set_cgroup, common_set_comms, common_set_thread_comms,
	common_set_json, common_set_format, common_set_color, common_set_max_line,
	common_set_output, common_set_umask, common_set_rotate_size, common_set_keep,
	common_set_socket, common_set_time;

/* Sets what applies where no option says otherwise. */
void common_options_init(struct common_options *options);

/*
 * Sets the format, if no option did, and checks the options about the output, once all are known.
 * Returns 0, or a negative value with *why filled.
 */
int common_check_output(struct common_options *options, struct reason *why);

/* Returns whether the output is a file, not a standard descriptor or a command. */
bool common_writes_file(const struct common_options *options);

#endif
