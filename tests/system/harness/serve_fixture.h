/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A `procsieve serve` of a test's own, at a socket in a directory that everybody may enter. */
#ifndef TESTS_SYSTEM_HARNESS_SERVE_FIXTURE_H
#define TESTS_SYSTEM_HARNESS_SERVE_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/run_tool.h"

struct server {
	struct tool tool;
	char directory[64], socket[80];
	unsigned int at_rest; /* descriptors that it had open when it had started */
};

/*
 * Makes the directory; then starts with these options (NULL-terminated) and waits until it answers.
 */
void server_prepare(struct server *server);
void server_start(struct server *server, const char *const *options);

/* The same, once `prepare` has been called in the server's process. */
void server_start_after(struct server *server, const char *const *options, tool_prepare *prepare,
			const void *context);

/* Waits until it has let go of all connections, which takes it a moment. */
void server_wait_rest(const struct server *server);

/*
 * Ends it by a signal, and checks that it ends with 0 where that is SIGTERM. It can be started
 * again.
 */
void server_end(struct server *server, int signal);

/* Ends it where it still runs, and removes the directory. */
void server_clear(struct server *server);

/* Starts the tool as another user, in that group alone. */
void tool_start_as(struct tool *tool, const char *const *words, uid_t uid, gid_t gid);

/*
 * Runs a function in a child of that user. Returns what it returned, as the exit code of the child.
 */
int run_as_user(uid_t uid, int (*function)(void));

/* Descriptors that the server has open. */
unsigned int server_descriptors(const struct server *server);

/* Maps and programs that there are in the kernel, whoever's. */
unsigned int kernel_maps(void);
unsigned int kernel_programs(void);

#endif
