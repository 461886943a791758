// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs procsieve; see run_tool.h. */
#include "harness/run_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAIT_LINES_MS 10000
#define WAIT_END_MS   60000

static unsigned int slowness(void)
{
	const char *factor = getenv("PROCSIEVE_TEST_SLOWNESS");

	return factor && atoi(factor) > 0 ? atoi(factor) : 1;
}

unsigned int tool_fewer(unsigned int count)
{
	return (count + slowness() - 1) / slowness();
}

unsigned int tool_longer(unsigned int time)
{
	return time * slowness();
}

const char *tool_path(void)
{
	const char *path = getenv("PROCSIEVE");

	return path ? path : "build/procsieve";
}

/*
 * After a failed assertion, cmocka continues with the next test. A child that did so would run the
 * parent's tests a second time; it aborts instead, which its parent sees in its status.
 */
static void abort_on_failure(void)
{
	setenv("CMOCKA_TEST_ABORT", "1", 1);
}

static __attribute__((constructor)) void prepare_children(void)
{
	pthread_atfork(NULL, NULL, abort_on_failure);
}

static int open_file(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	if (fd < 0)
		fail_msg("no file for the tool's output: %s", strerror(errno));
	return fd;
}

static bool is_among(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words;
}

/* Returns whether a run with these words attaches hooks itself. */
static bool accepts_hooks(const char *const *words)
{
	if (!strcmp(words[0], "watch"))
		return !is_among(words, "--socket");
	return !strcmp(words[0], "check") || !strcmp(words[0], "serve");
}

void tool_limit_to_service(const void *context)
{
	(void)context;
	/* For root, exec restores all capabilities that are in the bounding set. */
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (capability != CAP_BPF && capability != CAP_PERFMON &&
		    capability != CAP_SYS_PTRACE && prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
			_exit(99);
}

/*
 * Adds --hooks after the subcommand if the environment asks for a hook mode. Returns the number of
 * added words.
 */
static unsigned int add_hooks(const char **argv, const char *const *words)
{
	const char *hooks = getenv("PROCSIEVE_TEST_HOOKS");

	if (!hooks || !accepts_hooks(words))
		return 0;
	argv[0] = "--hooks";
	argv[1] = hooks;
	return 2;
}

static _Noreturn void become_tool(const struct tool *tool, const char *const *words)
{
	const char *argv[66] = {tool_path()};
	unsigned int count = 1;

	for (unsigned int i = 0; i < 62 && words[i]; i++) {
		argv[count++] = words[i];
		if (!i)
			count += add_hooks(argv + count, words);
	}
	/* The tool is killed if the test dies. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(tool->out, STDOUT_FILENO);
	dup2(tool->err, STDERR_FILENO);
	execv(argv[0], (char **)argv);
	_exit(126);
}

void tool_start(struct tool *tool, const char *const *words, int out)
{
	*tool = (struct tool){.out = out >= 0 ? dup(out) : open_file("out"),
			      .err = open_file("err")};
	tool->pid = fork();
	if (tool->pid < 0)
		fail_msg("cannot fork: %s", strerror(errno));
	if (!tool->pid)
		become_tool(tool, words);
}

void tool_start_after(struct tool *tool, const char *const *words, tool_prepare *prepare,
		      const void *context)
{
	const char *argv[64] = {"procsieve"};
	/* Opened before prepare(): the path may be unreachable afterwards. */
	int program = open(tool_path(), O_RDONLY | O_CLOEXEC);

	assert_true(program >= 0);
	for (unsigned int i = 0; i < 62 && words[i]; i++)
		argv[i + 1] = words[i];
	*tool = (struct tool){.out = open_file("out"), .err = open_file("err")};
	tool->pid = fork();
	assert_true(tool->pid >= 0);
	if (!tool->pid) {
		prepare(context);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(tool->out, STDOUT_FILENO);
		dup2(tool->err, STDERR_FILENO);
		fexecve(program, (char **)argv, environ);
		_exit(126);
	}
	close(program);
}

/* Reads a whole file from its start and adds a terminating zero. */
static char *read_file(int fd)
{
	struct stat stat;
	char *text;
	off_t at = 0;
	ssize_t got = 1;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode))
		return strdup("");
	text = malloc(stat.st_size + 1);
	while (at < stat.st_size && got > 0) {
		got = pread(fd, text + at, stat.st_size - at, at);
		at += got > 0 ? got : 0;
	}
	text[at] = '\0';
	return text;
}

static unsigned int count_lines(const char *text)
{
	unsigned int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

static void finish(struct tool *tool)
{
	tool->pid = 0;
	tool->out_text = read_file(tool->out);
	tool->err_text = read_file(tool->err);
}

void tool_wait_lines(struct tool *tool, unsigned int lines)
{
	for (int waited = 0; waited < (int)tool_longer(WAIT_LINES_MS); waited += 2) {
		char *text = read_file(tool->out);
		bool there = count_lines(text) >= lines;

		free(text);
		if (there)
			return;
		if (waitpid(tool->pid, &tool->status, WNOHANG) == tool->pid) {
			finish(tool);
			fail_msg("the tool ended with status %#x: %s", tool->status,
				 tool->err_text);
		}
		poll(NULL, 0, 2);
	}
	fail_msg("the tool did not write %u lines", lines);
}

static bool stderr_contains(const struct tool *tool, const char *said)
{
	char *text = read_file(tool->err);
	bool has = strstr(text, said);

	free(text);
	return has;
}

void tool_wait_error(struct tool *tool, const char *text)
{
	WAIT_UNTIL(stderr_contains(tool, text));
}

void tool_wait(struct tool *tool)
{
	int pidfd = (int)syscall(SYS_pidfd_open, tool->pid, 0);
	struct pollfd ended = {.fd = pidfd, .events = POLLIN};
	int ready = poll(&ended, 1, (int)tool_longer(WAIT_END_MS));

	close(pidfd);
	if (ready <= 0)
		kill(tool->pid, SIGKILL);
	waitpid(tool->pid, &tool->status, 0);
	finish(tool);
	if (ready <= 0)
		fail_msg("the tool did not end by itself: %s", tool->err_text);
}

void tool_stop(struct tool *tool)
{
	kill(tool->pid, SIGINT);
	tool_wait(tool);
}

void tool_run(struct tool *tool, const char *const *words)
{
	tool_start(tool, words, -1);
	tool_wait(tool);
}

void tool_clear(struct tool *tool)
{
	if (tool->pid) {
		kill(tool->pid, SIGKILL);
		waitpid(tool->pid, NULL, 0);
	}
	close(tool->out);
	close(tool->err);
	free(tool->out_text);
	free(tool->err_text);
	*tool = (struct tool){.out = -1, .err = -1};
}

int tool_status(const struct tool *tool)
{
	if (!WIFEXITED(tool->status))
		fail_msg("the tool was killed: status %#x: %s", tool->status, tool->err_text);
	return WEXITSTATUS(tool->status);
}

void tool_emulate_old_kernel(void)
{
	setenv("PROCSIEVE_EMULATE_OLD_KERNEL", "1", 1);
}

int tool_stop_emulation(void **state)
{
	(void)state;
	unsetenv("PROCSIEVE_EMULATE_OLD_KERNEL");
	return 0;
}
