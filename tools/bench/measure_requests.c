// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Measures how long root waits for a server while users request listeners, snapshots and the status
 * without pause: from connecting to the end of the reply, in milliseconds, compared with a server
 * that has no other clients.
 */
#include <stdio.h>
#include <stdlib.h>

#include "rows.h"

#define CLIENTS BUILD "/bench/client_requests"

/*
 * Makes requests as root. Adds the time of each to `times` in nanoseconds, and to `figure`, if not
 * NULL, in milliseconds. Returns the number of replies.
 */
static unsigned int measure_requests(const char *socket, const char *what, const char *count,
				     struct sample *times, struct sample *figure)
{
	unsigned int answers = 0;
	struct process client;
	char line[64];
	FILE *lines;
	int out[2];

	if (pipe(out))
		return 0;
	process_start(&client, ARGV(CLIENTS, socket, what, count), out[1], ANY_CPU);
	close(out[1]);
	lines = fdopen(out[0], "r");
	while (lines && fgets(line, sizeof(line), lines)) {
		double ns = strtod(line, NULL);

		sample_add(times, ns);
		if (figure)
			sample_add(figure, ns / 1e6);
		answers++;
	}
	if (lines)
		fclose(lines);
	process_wait(&client);
	return answers;
}

/* Starts the clients of the users, and waits until all run. */
static void start_users(struct process *storm, const char *socket, const char *users)
{
	char text[16];
	int out[2];

	if (pipe(out))
		return;
	process_start(storm, ARGV(CLIENTS, socket, "storm", users, "8"), out[1], ANY_CPU);
	close(out[1]);
	/*
	 * End of file means that they do not run. The row is measured all the same.
	 */
	if (read(out[0], text, sizeof(text)) < 0)
		perror("bench: client_requests");
	close(out[0]);
	pause_ms(SETTLE_MS);
}

static void requests_row(const char *socket, const char *work, const char *what, const char *users,
			 double budget, const char *count)
{
	struct row row = {.work = work,
			  .unit = "ms",
			  .kind = budget > 0 ? AT_MOST : NO_BUDGET,
			  .budget = budget};
	struct process server, storm;

	round_begin(&row);
	process_start(&server, ARGV(TOOL, "serve", "--socket", socket, "--config", "/dev/null"), -1,
		      ANY_CPU);
	pause_ms(4 * SETTLE_MS);
	if (!measure_requests(socket, what, count, &row.bare, NULL))
		row.blind++;
	start_users(&storm, socket, users);
	if (!measure_requests(socket, what, count, &row.with, &row.figure))
		row.blind++;
	process_stop(&storm);
	process_stop(&server);
	table_print_row(&row);
}

void rows_clients(const struct effort *effort)
{
	const char *count = effort->rounds > 5 ? "60" : "20", *socket = bench_socket();

	if (!socket) {
		table_print_skipped("root's status, users send requests", "no path for a socket");
		return;
	}
	requests_row(socket, "root's status, one user sends requests", "status", "1", 10, count);
	requests_row(socket, "  four users", "status", "4", 10, count);
	requests_row(socket, "root's ps, one user sends requests", "ps", "1", 50, count);
	requests_row(socket, "  four users", "ps", "4", 50, count);
	requests_row(socket, "root's listener, one user sends requests", "listen", "1", 0, count);
	requests_row(socket, "  four users", "listen", "4", 0, count);
}
