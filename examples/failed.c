// SPDX-License-Identifier: BSD-2-Clause
/*
 * Prints the processes that fail, with libprocsieve. The kernel filters out those with exit status
 * 0. The optional argument is the path of the server's socket.
 *
 *	cc failed.c $(pkg-config --cflags --libs procsieve) -o failed
 */
#include <procsieve/procsieve.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void print_exit(const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit =
		procsieve_payload(record, size, offsetof(struct procsieve_exit, command));
	struct procsieve_end end;
	char comm[PROCSIEVE_COMM_SIZE];

	if (record->type != PROCSIEVE_EXIT || !exit)
		return;
	memcpy(comm, record->comm, sizeof(comm));
	for (char *c = comm; *c; c++) /* a process can choose any bytes as its name */
		if (*c < ' ' || *c > '~')
			*c = '?';
	end = procsieve_end(exit->status);
	if (end.signal > 0)
		printf("%u %s was killed by signal %d\n", record->pid, comm, end.signal);
	else
		printf("%u %s exited with %d\n", record->pid, comm, end.code);
}

int main(int argc, char **argv)
{
	const struct procsieve_options options = {.socket = argc > 1 ? argv[1] : NULL};
	const struct procsieve_filter filter = {
		.events = PROCSIEVE_MASK(PROCSIEVE_EXIT),
		.no_args = true,
		.statuses_set = true,
		.statuses = {.codes = {~1ull, ~0ull, ~0ull, ~0ull}, .signals = {~0ull, ~0ull}},
	};
	const struct procsieve_record *record;
	struct procsieve *listener;
	__u64 lost = 0;
	char reason[512];
	size_t size;
	int err;

	if (procsieve_open(&listener, &filter, &options, reason, sizeof(reason))) {
		fprintf(stderr, "failed: %s\n", reason);
		return 1;
	}
	do {
		while ((record = procsieve_next(listener, &size)))
			print_exit(record, size);
		fflush(stdout);
		if (procsieve_lost(listener, NULL) != lost) {
			lost = procsieve_lost(listener, NULL);
			fprintf(stderr, "failed: %llu events lost so far\n", lost);
		}
	} while ((err = procsieve_wait(listener, -1)) >= 0);
	fprintf(stderr, "failed: %s\n", err == -EPIPE ? "the server is gone" : strerror(-err));
	procsieve_close(listener);
	return 1;
}
