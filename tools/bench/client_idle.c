// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many listeners of a server in one process: `client_idle SOCKET COUNT`. They subscribe to the
 * forks and exits of processes with a name that no process of the load has. Ends on SIGINT and
 * prints the number of events that all listeners together have received. A caller that creates one
 * process with that name before can check that every listener was active.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <procsieve/procsieve.h>

static volatile sig_atomic_t ended;

static void on_sigint(int number)
{
	(void)number;
	ended = true;
}

static struct procsieve *open_one(const char *socket)
{
	static char comms[1][PROCSIEVE_COMM_SIZE] = {"bench-wanted"};
	const struct procsieve_filter filter = {
		.events = PROCSIEVE_MASK(PROCSIEVE_FORK) | PROCSIEVE_MASK(PROCSIEVE_EXIT),
		.comms = comms,
		.comm_count = 1,
	};
	const struct procsieve_options options = {.socket = socket, .ring_size = 65536};
	struct procsieve *listener;
	char reason[512];
	int err, tries = 0;

	/* The server may have been started just before. */
	do {
		err = procsieve_open(&listener, &filter, &options, reason, sizeof(reason));
		if (!err)
			return listener;
		poll(NULL, 0, 100);
	} while ((err == -ENOENT || err == -ECONNREFUSED) && ++tries < 200);
	fprintf(stderr, "client_idle: %s\n", reason);
	exit(1);
}

int main(int argc, char **argv)
{
	struct procsieve *listeners[PROCSIEVE_LISTENERS];
	unsigned int count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned long events = 0;
	__u64 lost = 0;
	size_t size;

	if (!count || count > PROCSIEVE_LISTENERS) {
		fprintf(stderr, "client_idle: SOCKET and a number from 1 to 64\n");
		return 2;
	}
	signal(SIGINT, on_sigint);
	for (unsigned int i = 0; i < count; i++)
		listeners[i] = open_one(argv[1]);
	puts("ready");
	fflush(stdout);
	while (!ended)
		poll(NULL, 0, -1);
	/* The last events may not have arrived yet. */
	poll(NULL, 0, 100);
	for (unsigned int i = 0; i < count; i++) {
		while (procsieve_next(listeners[i], &size))
			events++;
		lost += procsieve_lost(listeners[i], NULL);
		procsieve_close(listeners[i]);
	}
	fprintf(stderr, "client_idle: %lu events, %llu lost\n", events, (unsigned long long)lost);
	return 0;
}
