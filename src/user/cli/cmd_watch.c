// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procsieve watch: connects a listener, a format and an output, and starts the command to watch if
 * there is one.
 */
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "source/listener.h"
#include "stream/output.h"
#include "cli/own_only.h"
#include "cli/run_info.h"
#include "base/clock.h"
#include "base/signals.h"
#include "base/spawn.h"
#include "stream/stream.h"
#include "cli/subcommand.h"
#include "cli/watch_options.h"

/* Returns how many cgroups of the filter had no room in the kernel's table. */
static __u64 count_excluded_cgroups(const struct listener *listener)
{
	return listener->reader ? procsieve_control(listener->reader)->cgroups_left_out : 0;
}

static const char *plural(__u64 count)
{
	return count == 1 ? "" : "s";
}

static void print_counts(const struct stream *stream)
{
	fprintf(stderr, "procsieve: %llu event%s, %llu lost",
		(unsigned long long)stream->totals.events, plural(stream->totals.events),
		(unsigned long long)stream->totals.lost);
	if (stream->unwritten)
		fprintf(stderr, ", %llu line%s not written", (unsigned long long)stream->unwritten,
			plural(stream->unwritten));
	fputc('\n', stderr);
}

/* With --quiet, only what says that something is missing. */
static void print_summary(const struct stream *stream, const struct listener *listener, bool quiet)
{
	__u64 not_followed =
		listener->reader ? procsieve_control(listener->reader)->not_followed : 0;
	__u64 excluded_cgroups = count_excluded_cgroups(listener);

	if (!quiet || stream->totals.lost || stream->unwritten)
		print_counts(stream);
	if (stream->gaps)
		fprintf(stderr,
			"procsieve: the server was gone %llu time%s: events may be missing\n",
			(unsigned long long)stream->gaps, plural(stream->gaps));
	if (not_followed)
		fprintf(stderr, "procsieve: %llu child process%s could not be followed: too many\n",
			(unsigned long long)not_followed, not_followed == 1 ? "" : "es");
	if (excluded_cgroups)
		fprintf(stderr, "procsieve: %llu cgroup%s could not be watched: too many\n",
			(unsigned long long)excluded_cgroups, plural(excluded_cgroups));
	if (stream->totals.missed)
		fprintf(stderr,
			"procsieve: the kernel skipped a hook %llu time%s: events may be missing\n",
			(unsigned long long)stream->totals.missed, plural(stream->totals.missed));
}

static void print_missing_cgroups(const struct watch_options *options)
{
	for (unsigned int i = 0; i < options->missing_count; i++)
		fprintf(stderr, "procsieve: the cgroup %s does not exist yet and is waited for\n",
			quote(options->missing_cgroups[i]));
}

static struct listener_source source_of(const struct watch_options *options)
{
	return (struct listener_source){
		.socket = options->common.socket,
		.server_required = options->common.socket || options->reconnect,
		.standalone = options->common.standalone || options->hook_mode != HOOK_AUTO,
		.hook_mode = options->hook_mode,
		.ring_size = options->ring_size,
		.existing = options->existing ? &options->selection : NULL,
	};
}

/* stream->context is the struct watch_options. */
static int reopen(struct stream *stream, struct reason *why)
{
	const struct watch_options *options = stream->context;
	const struct listener_source source = source_of(options);

	listener_close(stream->listener);
	return listener_open(stream->listener, &options->common.filter, &source, why);
}

/* Runs the stream. Listener and output are open. */
static int run_stream(struct watch_options *options, struct listener *listener,
		      struct output *output, struct spawn *spawn, const struct run_info *info,
		      struct reason *why)
{
	struct stream stream = {
		.listener = listener,
		.format = options->common.format,
		.output = output,
		.latency_ns = options->latency_ns,
		.duration_ns = options->duration_ns,
		.count = options->count,
		.reopen = options->reconnect ? reopen : NULL,
		.context = options,
	};
	int err;

	own_processes_init(&stream.own, spawn, output->reader);
	stream.run = run_from_info(info, &options->common, output->fd);
	stream.run.hooks = listener->hooks;
	err = stream_run(&stream, why);
	print_summary(&stream, listener, options->common.quiet);
	if (!err && options->strict &&
	    (stream.totals.lost || stream.gaps || stream.totals.missed ||
	     count_excluded_cgroups(listener)))
		return STATUS_LOST;
	return err ? reason_print(why) : 0;
}

/*
 * Opens the output. The time that it waits for a reader is part of --duration, unless a command is
 * to be started, from whose exec it counts.
 */
static int open_output(struct watch_options *options, struct output *output, struct reason *why)
{
	uint64_t start = clock_ns(CLOCK_MONOTONIC), waited;
	int err;

	options->common.target.wait_ns = options->duration_ns;
	err = output_open(output, &options->common.target,
			  format_room(options->common.format, options->common.max_line), why);
	if (!err && !output->regular)
		signals_hangup_ends();
	waited = clock_ns(CLOCK_MONOTONIC) - start;
	if (options->duration_ns && !options->command)
		options->duration_ns =
			options->duration_ns > waited ? options->duration_ns - waited : 1;
	return err;
}

static int run_with_listener(struct watch_options *options, struct spawn *spawn,
			     const struct run_info *info, struct reason *why)
{
	const struct listener_source source = source_of(options);
	struct listener listener;
	struct output output;
	int status;

	/* From here on: loading takes a while, and a log rotation may come at any time. */
	if (common_writes_file(&options->common))
		signals_catch_hangup();
	if (listener_open(&listener, &options->common.filter, &source, why))
		return reason_print(why);
	print_missing_cgroups(options);
	own_only_explain(&options->common);
	signals_install();
	if (open_output(options, &output, why)) {
		status = reason_print(why);
	} else {
		status = run_stream(options, &listener, &output, spawn, info, why);
		if (output_close(&output, why) && !status)
			status = reason_print(why);
	}
	listener_close(&listener);
	return status;
}

/*
 * Returns the exit status of a run with a command: that of the command, unless procsieve itself
 * failed.
 */
static int command_status(struct spawn *spawn, int status)
{
	int own;

	if (spawn_cancel(spawn))
		return STATUS_OWN;
	own = spawn_wait(spawn);
	if (status)
		return status == STATUS_LOST ? STATUS_LOST : STATUS_OWN;
	return own;
}

/* Starts the command, stopped just before its exec, and watches it. */
static int run_with_command(struct watch_options *options, const struct run_info *info,
			    struct reason *why)
{
	struct spawn spawn;
	__u64 pid;
	int status;

	if (spawn_prepare(&spawn, options->command, why)) {
		reason_print(why);
		return STATUS_OWN;
	}
	pid = spawn.pid;
	options->common.filter.pids = (struct procsieve_list){.values = &pid, .count = 1};
	options->common.filter.follow = true;
	status = command_status(&spawn, run_with_listener(options, &spawn, info, why));
	options->common.filter.pids = (struct procsieve_list){0};
	return status;
}

/* Returns whether a command line that could not be parsed seems to name a command. */
static bool has_command(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (!strcmp(argv[i], "--"))
			return true;
	return false;
}

/*
 * Returns how many arguments of the command line the start record contains. With --no-args, the
 * arguments of the command are omitted.
 */
static int count_recorded_arguments(const struct watch_options *options, int argc,
				    char *const *argv)
{
	if (options->command && options->common.filter.no_args)
		return (int)(options->command - argv) + 1;
	return argc;
}

int cmd_watch(int argc, char **argv)
{
	struct watch_options options;
	struct reason why;
	struct run_info info;
	int status = 0;

	if (watch_options_parse(&options, argc, argv, &why)) {
		status = reason_print(&why);
		if (has_command(argc, argv))
			status = STATUS_OWN;
	} else if (options.common.help) {
		watch_options_help(stdout);
	} else {
		run_info_get(&info, count_recorded_arguments(&options, argc, argv), argv);
		status = options.command ? run_with_command(&options, &info, &why)
					 : run_with_listener(&options, NULL, &info, &why);
		run_info_clear(&info);
	}
	watch_options_clear(&options);
	return status;
}

void cmd_watch_help(FILE *out)
{
	watch_options_help(out);
}
