// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procsieve ps: prints a snapshot, directly or, if it is to be sorted or shown as a tree, from
 * memory.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <procsieve/snapshot.h>

#include "base/clock.h"
#include "table/table.h"
#include "stream/output.h"
#include "cli/own_only.h"
#include "cli/ps_options.h"
#include "cli/run_info.h"
#include "source/snapshot_source.h"
#include "cli/subcommand.h"

/* The state of the printing. */
struct print {
	const struct ps_options *options;
	struct output output;
	struct run run;
	struct printer printer;
	uint64_t count; /* processes and threads printed */
};

static int print_record(struct print *print, const struct procsieve_record *record, size_t size,
			const char *branch)
{
	const struct format *format = print->options->common.format;
	int err = 0;

	if (!output_has_room(&print->output, printer_room(&print->printer)))
		err = output_flush(&print->output);
	if (err)
		return err;
	print->count += record->type == PROCSIEVE_PROCESS;
	format->list(&print->printer, record, size, branch);
	return 0;
}

/* Prints the records as they arrive. Returns 0 or -errno. */
static int print_directly(struct print *print, struct procsieve_snapshot *snapshot)
{
	const struct procsieve_record *record;
	size_t size;
	int more, err = 0;

	while (!err && (more = procsieve_snapshot_next(snapshot, &record, &size)) > 0)
		err = print_record(print, record, size, NULL);
	return err ? err : more;
}

static int read_into_table(struct table *table, struct procsieve_snapshot *snapshot)
{
	const struct procsieve_record *record;
	size_t size;
	int more, err = 0;

	while (!err && (more = procsieve_snapshot_next(snapshot, &record, &size)) > 0)
		err = table_add(table, record, size);
	return err ? err : more;
}

static int print_from_table(struct print *print, struct procsieve_snapshot *snapshot)
{
	struct table *table = table_new();
	const struct procsieve_record *record;
	const char *branch;
	size_t size;
	int err = table ? read_into_table(table, snapshot) : -ENOMEM;

	if (!err && print->options->order.count)
		table_sort(table, &print->options->order);
	if (!err && print->options->tree)
		err = table_tree(table);
	while (!err && (record = table_next(table, &size, &branch)))
		err = print_record(print, record, size, branch);
	table_free(table);
	return err;
}

static int print_all(struct print *print, struct procsieve_snapshot *snapshot)
{
	const struct format *format = print->options->common.format;
	bool use_table = print->options->order.count || print->options->tree;
	int err;

	format->list_begin(&print->printer, clock_boot_ns());
	err = use_table ? print_from_table(print, snapshot) : print_directly(print, snapshot);
	if (!err && !output_has_room(&print->output, printer_room(&print->printer)))
		err = output_flush(&print->output);
	if (err)
		return err;
	format->list_end(&print->printer, clock_boot_ns(), print->count);
	return output_flush(&print->output);
}

static int print_snapshot(const struct ps_options *options, const struct run_info *info,
			  struct procsieve_snapshot *snapshot, struct reason *why)
{
	struct print print = {.options = options};
	int err;

	if (output_open(&print.output, &options->common.target,
			format_room(options->common.format, options->common.max_line), why))
		return reason_print(why);
	print.run = run_from_info(info, &options->common, print.output.fd);
	err = printer_open(&print.printer, options->common.format, &print.run,
			   &print.output.buffer);
	if (!err)
		err = print_all(&print, snapshot);
	printer_close(&print.printer);
	if (output_close(&print.output, why))
		return reason_print(why);
	if (!err || err == -EPIPE)
		return 0;
	reason_set(why, STATUS_FAILURE, "the snapshot is incomplete: %s",
		   strerror(print.output.full ? ENOSPC : -err));
	return reason_print(why);
}

static int run(const struct ps_options *options, const struct run_info *info)
{
	const struct listener_source source = {
		.socket = options->common.socket,
		.server_required = options->common.socket,
		.standalone = options->common.standalone,
	};
	struct procsieve_snapshot *snapshot;
	struct reason why;
	int status;

	if (snapshot_source_open(&snapshot, &options->common.filter, &options->selection, &source,
				 &why))
		return reason_print(&why);
	own_only_explain(&options->common);
	status = print_snapshot(options, info, snapshot, &why);
	procsieve_snapshot_close(snapshot);
	return status;
}

int cmd_ps(int argc, char **argv)
{
	struct ps_options options;
	struct run_info info;
	struct reason why;
	int status = 0;

	if (ps_options_parse(&options, argc, argv, &why)) {
		status = reason_print(&why);
	} else if (options.common.help) {
		ps_options_help(stdout);
	} else {
		/* A reader that closes the pipe early is not an error. */
		signal(SIGPIPE, SIG_IGN);
		run_info_get(&info, argc, argv);
		status = run(&options, &info);
		run_info_clear(&info);
	}
	ps_options_clear(&options);
	return status;
}

void cmd_ps_help(FILE *out)
{
	ps_options_help(out);
}
