/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs procsieve as a user does: arguments, both outputs, exit status. Errors in the test itself
 * end the test (cmocka's fail()). $PROCSIEVE_TEST_SLOWNESS says by which factor this machine (for
 * example an emulated one) is slower than usual: timeouts are multiplied by it, and repeat counts
 * are divided by it.
 */
#ifndef TESTS_SYSTEM_HARNESS_RUN_TOOL_H
#define TESTS_SYSTEM_HARNESS_RUN_TOOL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

/*
 * A run of the tool. Its outputs go to unnamed files, so that the tool never blocks on a full pipe.
 */
struct tool {
	pid_t pid;
	int out, err;	/* unnamed files */
	int status;	/* wait status, valid after the tool has ended */
	char *out_text; /* its output, valid after the tool has ended; zero-terminated */
	char *err_text;
};

/* The path of the tool: $PROCSIEVE, or build/procsieve. */
const char *tool_path(void);

/*
 * Starts the tool with these words (NULL-terminated, the subcommand first). `out` is a descriptor
 * for its standard output, or -1 for an unnamed file. If $PROCSIEVE_TEST_HOOKS is set, it is passed
 * as --hooks to check, serve, and watch without a server.
 */
void tool_start(struct tool *tool, const char *const *words, int out);

/*
 * Like tool_start(), with unnamed files for both outputs, but first calls `prepare` in the child,
 * for example to change the user or to drop a privilege.
 */
typedef void tool_prepare(const void *context);
void tool_start_after(struct tool *tool, const char *const *words, tool_prepare *prepare,
		      const void *context);

/* A tool_prepare: leaves the tool only the capabilities that systemd/procsieve.service gives it. */
void tool_limit_to_service(const void *context);

/*
 * Waits until the output has this many lines. Fails after ten seconds, or if the tool ends earlier.
 */
void tool_wait_lines(struct tool *tool, unsigned int lines);

/* Waits until standard error contains this text. */
void tool_wait_error(struct tool *tool, const char *text);

/* Waits until the tool ends, and reads its outputs. After a minute, kills it and fails. */
void tool_wait(struct tool *tool);

/* Sends SIGINT and waits. */
void tool_stop(struct tool *tool);

/* tool_start(), then tool_wait(). */
void tool_run(struct tool *tool, const char *const *words);

/* Frees the resources; kills the tool if it is still running. */
void tool_clear(struct tool *tool);

/* The exit status. Fails if a signal killed the tool. */
int tool_status(const struct tool *tool);

/*
 * From now on, tools use the code paths for older kernels even where this kernel supports newer
 * ones. tool_stop_emulation() ends that; it is the teardown of every test that calls
 * tool_emulate_old_kernel().
 */
void tool_emulate_old_kernel(void);
int tool_stop_emulation(void **state);

/* Scales a repeat count down for a slow machine; at least 1. */
unsigned int tool_fewer(unsigned int count);

/* Scales a time up for a slow machine. */
unsigned int tool_longer(unsigned int time);

/* Polls until the condition is true; fails if that takes longer than ten seconds. */
#define WAIT_UNTIL(condition)                                        \
	do {                                                         \
		for (unsigned int turn = 0; !(condition); turn++) {  \
			if (turn == tool_longer(1000))               \
				fail_msg("timeout: %s", #condition); \
			usleep(10000);                               \
		}                                                    \
	} while (0)

/* A NULL-terminated array of words, in place. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
