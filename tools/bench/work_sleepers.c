// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many sleeping processes: `work_sleepers COUNT`. Prints "ready" when all exist. Ends on SIGINT or
 * SIGTERM, or when the process that started it ends. The processes are in a new pid namespace,
 * whose init is their parent: when that ends, for any reason, the kernel kills and reaps all of
 * them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "work_sleepers: %s: %s\n", what, strerror(errno));
	return 1;
}

static _Noreturn void sleep_forever(void)
{
	for (;;)
		pause();
}

/* The init of the namespace. Reads a byte from `alive`, to be sure that its parent still exists. */
static int run_init(unsigned long count, int alive)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(alive, &byte, 1) != 1)
		return 1;
	close(alive);
	for (unsigned long i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return fail("cannot fork");
		if (!pid)
			sleep_forever();
	}
	puts("ready");
	fflush(stdout);
	sleep_forever();
}

/*
 * Waits for a signal, or until the init ends by itself. Then kills the init, and waits until all
 * processes of the namespace are gone.
 */
static int wait_and_kill(pid_t init, const sigset_t *signals)
{
	int number = 0;

	do {
		sigwait(signals, &number);
	} while (number == SIGCHLD && waitpid(init, NULL, WNOHANG) == 0);
	if (number == SIGCHLD)
		return 1;
	kill(init, SIGKILL);
	waitpid(init, NULL, 0);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	sigset_t signals, old;
	int alive[2];
	pid_t init;

	if (!count) {
		fprintf(stderr, "work_sleepers: takes a number\n");
		return 2;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, &old);
	if (pipe(alive) || unshare(CLONE_NEWPID))
		return fail("cannot make a pid namespace");
	init = fork();
	if (!init) {
		sigprocmask(SIG_SETMASK, &old, NULL);
		close(alive[1]);
		return run_init(count, alive[0]);
	}
	if (init < 0 || write(alive[1], "", 1) != 1)
		return fail("cannot fork");
	return wait_and_kill(init, &signals);
}
