// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Generates one event of each type; see check_events.h. No process outlives the child, and no core
 * file is written.
 */
#include "cli/check_events.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t fork_child(void)
{
	pid_t pid = fork();

	if (pid < 0)
		_exit(errno);
	return pid;
}

static void cause_fork_and_exec(void)
{
	pid_t pid = fork_child();

	if (!pid) {
		/* Our own program, because the machine may have few others. */
		execl("/proc/self/exe", "procsieve", "--version", (char *)NULL);
		_exit(STATUS_OWN);
	}
	waitpid(pid, NULL, 0);
}

static void cause_ptrace(void)
{
	pid_t pid = fork_child();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void cause_coredump(void)
{
	/* A limit of 1 byte prevents a dump, both to a file and to a program. */
	const struct rlimit none = {1, 1};
	pid_t pid = fork_child();

	if (!pid) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		raise(SIGABRT);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static _Noreturn void cause_every_event(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	dup2(null, STDOUT_FILENO);
	prctl(PR_SET_NAME, "procsieve-check");
	setsid();
	setfsgid(65534);
	setfsuid(65534);
	setfsuid(0);
	cause_fork_and_exec();
	cause_ptrace();
	cause_coredump();
	_exit(0);
}

int check_events_prepare(struct spawn *spawn, struct reason *why)
{
	return spawn_prepare_body(spawn, cause_every_event, why);
}

int check_events_wait(const struct spawn *spawn, struct reason *why)
{
	int status = spawn_wait(spawn);

	return status ? reason_set(why, STATUS_FAILURE, "the child that causes the events %s: %s",
				   status < 128 ? "cannot fork" : "was killed",
				   status < 128 ? strerror(status) : strsignal(status - 128))
		      : 0;
}
