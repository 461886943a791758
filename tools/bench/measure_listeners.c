// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures the load that creates processes with many listeners of one server, whose filters match
 * none of these processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "rows.h"

/* The server's socket, an absolute path. */
static const char *socket_path;

const char *bench_socket(void)
{
	static char path[4200];
	char directory[4096];

	if (!realpath(BUILD "/bench", directory))
		return NULL;
	snprintf(path, sizeof(path), "%s/socket", directory);
	return path;
}

/* Creates a process that the filters of all listeners match. */
static void cause_matching_exit(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_NAME, "bench-wanted");
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Waits until the listeners are active. Returns false if they have ended. */
static bool wait_ready(struct process *listeners, int out)
{
	char text[16];

	return read(out, text, sizeof(text)) > 0 && !process_ended(listeners);
}

/*
 * Sets *turn to the cost of the load with `count` listeners. Returns false if not all of them were
 * active.
 */
static bool run_with_listeners(const char *count, uint64_t storm, struct turn *turn)
{
	struct process server, listeners;
	uint64_t events = 0, lost = 0;
	bool ready;
	int out[2];

	*turn = (struct turn){0};
	process_start(&server,
		      ARGV(TOOL, "serve", "--socket", socket_path, "--config", "/dev/null"), -1,
		      ANY_CPU);
	if (pipe(out))
		return false;
	process_start(&listeners, ARGV(BUILD "/bench/client_idle", socket_path, count), out[1],
		      ANY_CPU);
	close(out[1]);
	ready = wait_ready(&listeners, out[0]);
	close(out[0]);
	*turn = load_run("storm", storm);
	cause_matching_exit();
	process_stop(&listeners);
	process_stop(&server);
	return ready && process_read_counts(&listeners, &events, &lost) &&
	       events >= strtoul(count, NULL, 10);
}

static void listeners_row(const char *work, const char *count, double budget, unsigned int rounds,
			  uint64_t storm)
{
	struct row row = {.work = work,
			  .unit = "x",
			  .kind = budget > 0 ? AT_MOST : NO_BUDGET,
			  .budget = budget};

	for (unsigned int i = 0; i < rounds; i++) {
		struct turn bare, with;

		round_begin(&row);
		bare = load_run("storm", storm);
		if (!run_with_listeners(count, storm, &with))
			row.blind++;
		sample_add(&row.bare, bare.wall_ns);
		sample_add(&row.with, with.wall_ns);
		sample_add(&row.figure, with.wall_ns / bare.wall_ns);
	}
	table_print_row(&row);
}

void rows_listeners(const struct effort *effort)
{
	socket_path = bench_socket();
	if (!socket_path) {
		table_print_skipped("storm, 60 listeners, filters match nothing",
				    "no path for a socket");
		return;
	}
	listeners_row("storm, 60 listeners, filters match nothing", "60", 1.03, effort->peer_rounds,
		      effort->storm);
	listeners_row("  the same with one", "1", 0, effort->peer_rounds, effort->storm);
}
