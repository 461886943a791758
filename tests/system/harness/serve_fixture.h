/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A private `procsieve serve` for a test, with its socket in a directory that all users may enter.
 */
#ifndef TESTS_SYSTEM_HARNESS_SERVE_FIXTURE_H
#define TESTS_SYSTEM_HARNESS_SERVE_FIXTURE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/run_tool.h"

struct server {
	struct tool tool;
	char directory[64], socket[80];
	unsigned int idle_descriptors; /* number of open descriptors right after the start */
};

/*
 * server_prepare() makes the directory. server_start() starts the server with these options
 * (NULL-terminated) and waits until it answers.
 */
void server_prepare(struct server *server);
void server_start(struct server *server, const char *const *options);

/* Like server_start(), but first calls `prepare` in the server's process. */
void server_start_after(struct server *server, const char *const *options, tool_prepare *prepare,
			const void *context);

/* Waits until the server has closed all connections. */
void server_wait_idle(const struct server *server);

/*
 * Ends the server with a signal. Checks that it exits with 0 after SIGTERM. It can be started
 * again.
 */
void server_end(struct server *server, int signal);

/* Ends the server if it is still running, and removes the directory. */
void server_clear(struct server *server);

/*
 * cmocka_run_group_tests() with a server, which is started without options before the first test
 * and ended with SIGTERM after the last one. A test may end it and start it again.
 */
#define server_run_group_tests(tests, server) \
	(server_group_use(server),            \
	 cmocka_run_group_tests(tests, server_group_set_up, server_group_tear_down))
void server_group_use(struct server *server);
int server_group_set_up(void **state);
int server_group_tear_down(void **state);

/* Starts the tool as another user, with that group as its only group. */
void tool_start_as(struct tool *tool, const char *const *words, uid_t uid, gid_t gid);

/*
 * Runs a function in a child process of that user. Returns the function's value, which is passed as
 * the child's exit code.
 */
int run_as_user(uid_t uid, int (*function)(void));

/* The number of descriptors that the server has open. */
unsigned int server_descriptors(const struct server *server);

/* The number of BPF maps and programs in the kernel, of all users. */
unsigned int kernel_map_count(void);
unsigned int kernel_program_count(void);

#endif
