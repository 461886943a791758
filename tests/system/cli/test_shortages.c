// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Too little memory and too few descriptors, in small steps up to enough, so that each allocation
 * and each open fails once: procsieve ends with status 1 and one line that names the cause. It
 * never takes a shortage for a missing kernel feature (status 4).
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/run_tool.h"

#define MEGABYTE (1ul << 20)

/* The directory of the server's socket, and the socket. */
static char directory[64] = "/tmp/procsieve-shortages-XXXXXX", socket_path[80];

static int set_up(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(socket_path, sizeof(socket_path), "%s/socket", directory);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(socket_path);
	return rmdir(directory);
}

/* A resource, the limits to try, one that is enough, and what a message about its lack contains. */
struct resource {
	int resource;
	rlim_t first, last, step, enough;
	const char *words[2];
};

static const struct resource memory = {
	RLIMIT_AS, 4 * MEGABYTE, 40 * MEGABYTE, MEGABYTE, 64 * MEGABYTE, {"memory", "memory"},
};
static const struct resource descriptors = {
	RLIMIT_NOFILE, 4, 128, 5, 1024, {"descriptors", "open files"}};

struct limit {
	const struct resource *of;
	rlim_t value;
};

static void set_limit(const void *context)
{
	const struct limit *limit = context;
	const struct rlimit both = {limit->value, limit->value};

	if (setrlimit(limit->of->resource, &both))
		_exit(99);
}

static bool has_ended(const struct tool *tool)
{
	siginfo_t info = {0};

	return !waitid(P_PID, tool->pid, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid;
}

static bool is_serving(const struct tool *tool)
{
	char text[256] = "";

	return pread(tool->err, text, sizeof(text) - 1, 0) > 0 && strstr(text, "serving at");
}

/* Runs the tool under the limit. A server is ended as soon as it serves. */
static void run_limited(struct tool *tool, const char *const *words, const struct limit *limit)
{
	tool_start_after(tool, words, set_limit, limit);
	WAIT_UNTIL(has_ended(tool) || is_serving(tool));
	if (is_serving(tool))
		kill(tool->pid, SIGTERM);
	tool_wait(tool);
}

/* Returns the last line of standard error. A server has printed a line before. */
static const char *last_line(struct tool *tool)
{
	size_t length = strlen(tool->err_text);
	const char *newline;

	if (!length || tool->err_text[length - 1] != '\n')
		return "";
	tool->err_text[length - 1] = '\0';
	newline = strrchr(tool->err_text, '\n');
	return newline ? newline + 1 : tool->err_text;
}

/*
 * Returns the status of a run that has enough. For check it may be 4: some kernels lack an event
 * type.
 */
static int usual_status(const char *const *words, const struct resource *of)
{
	struct tool tool;
	int status;

	run_limited(&tool, words, &(struct limit){of, of->enough});
	status = tool_status(&tool);
	tool_clear(&tool);
	if (strcmp(words[0], "check") != 0 || status != 4)
		assert_int_equal(status, 0);
	return status;
}

/* Returns whether the limit was enough: the run ended as usual. */
static bool is_enough(const char *const *words, const struct limit *limit, int usual)
{
	bool enough = true;
	struct tool tool;
	const char *line;

	run_limited(&tool, words, limit);
	/* The program itself does not fit into the memory. */
	if (WIFSIGNALED(tool.status) && limit->of == &memory) {
		enough = false;
	} else if (tool_status(&tool) != usual || (usual && *tool.err_text)) {
		enough = false;
		line = last_line(&tool);
		if (tool_status(&tool) != 1 || strncmp(line, "procsieve: ", 11) != 0 ||
		    (!strstr(line, limit->of->words[0]) && !strstr(line, limit->of->words[1])))
			fail_msg("%s with a limit of %llu: status %d, %s", words[0],
				 (unsigned long long)limit->value, tool_status(&tool), line);
	}
	tool_clear(&tool);
	return enough;
}

/* Tries one limit after the other. The first is too small. */
static void try_limits(const struct resource *of)
{
	const char *const *const runs[] = {
		WORDS("watch", "--standalone", "-e", "all", "--duration", "0.01"),
		WORDS("ps", "--standalone"),
		WORDS("check"),
		WORDS("serve", "--socket", socket_path, "--config", "/dev/null"),
	};

	for (unsigned int i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		int usual = usual_status(runs[i], of);

		assert_false(is_enough(runs[i], &(struct limit){of, of->first}, usual));
		for (rlim_t value = of->first; value < of->last; value += tool_longer(of->step))
			is_enough(runs[i], &(struct limit){of, value}, usual);
	}
}

static void too_little_memory_is_not_the_kernels_fault(void **state)
{
	(void)state;
	try_limits(&memory);
}

static void few_descriptors_are_not_the_kernels_fault(void **state)
{
	(void)state;
	try_limits(&descriptors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_little_memory_is_not_the_kernels_fault),
		cmocka_unit_test(few_descriptors_are_not_the_kernels_fault),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
