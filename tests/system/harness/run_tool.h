/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running procsieve as a user does: its words, its two outputs, its exit status. Failures of the
 * test's own making end the test (cmocka's fail). Where $PROCSIEVE_TEST_PATIENCE says how many
 * times slower than usual the machine is (an emulated one), waits are so many times longer, and
 * what tests repeat is so many times less.
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
 * A run of the tool. The outputs go to files without a name, so that nobody has to read while it
 * runs.
 */
struct tool {
	pid_t pid;
	int out, err;	/* files */
	int status;	/* wait status, once it has ended */
	char *out_text; /* what it wrote, once it has ended; zero-terminated */
	char *err_text;
};

/* Where the tool is: $PROCSIEVE, or build/procsieve. */
const char *tool_path(void);

/*
 * Starts it with these words (NULL-terminated, the subcommand first). `out` is a descriptor for its
 * standard output, -1 for a file of its own. $PROCSIEVE_TEST_HOOKS, where it is set, is --hooks for
 * check, serve, and watch without a server.
 */
void tool_start(struct tool *tool, const char *const *words, int out);

/*
 * The same, into files of its own, once `prepare` has been called in the child: as another user,
 * without a privilege...
 */
typedef void tool_prepare(const void *context);
void tool_start_after(struct tool *tool, const char *const *words, tool_prepare *prepare,
		      const void *context);

/* Waits until its output has this many lines. Fails after ten seconds, or when it ends before. */
void tool_wait_lines(struct tool *tool, unsigned int lines);

/* Waits until it has said that on its standard error. */
void tool_wait_error(struct tool *tool, const char *text);

/* Waits for its end, and reads what it wrote. Fails after a minute, and kills it then. */
void tool_wait(struct tool *tool);

/* SIGINT, and wait. */
void tool_stop(struct tool *tool);

/* tool_start() and tool_wait(). */
void tool_run(struct tool *tool, const char *const *words);

/* Frees what it holds; kills it where it still runs. */
void tool_clear(struct tool *tool);

/* The exit status; fails where a signal ended it. */
int tool_status(const struct tool *tool);

/*
 * Lets what is started from now on take the way of older kernels, wherever this kernel has a newer
 * one; until the second, which is the teardown of every test that uses the first.
 */
void tool_act_older(void);
int tool_act_as_is(void **state);

/* What this machine is to do of a test that repeats itself so often: a part, at least once. */
unsigned int tool_fewer(unsigned int count);

/* How long something takes on this machine that takes so long on others. */
unsigned int tool_longer(unsigned int time);

/* Waits until that is so, which nobody tells; fails where it never is. */
#define WAIT_UNTIL(condition)                                              \
	do {                                                               \
		for (unsigned int turn = 0; !(condition); turn++) {        \
			if (turn == tool_longer(1000))                     \
				fail_msg("it never came: %s", #condition); \
			usleep(10000);                                     \
		}                                                          \
	} while (0)

/* A list of words in place. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

#endif
