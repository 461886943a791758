// SPDX-License-Identifier: GPL-2.0-or-later
/* Replaces inherited attributes that procsieve cannot work with; see inherited.h. */
#include "base/inherited.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static sigset_t signal_mask;
static bool sigchld_ignored;
static struct sigaction sigxfsz;

/*
 * Otherwise a BPF map could get the descriptor number of a closed standard output, and output would
 * be written to it. /dev/null is opened for reading, so that writes fail, and is closed by an exec.
 */
static void occupy_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

void inherited_replace(void)
{
	struct sigaction children;
	sigset_t none;

	occupy_standard_descriptors();
	/* A process that ignores SIGCHLD cannot wait for its children: their statuses are lost. */
	sigaction(SIGCHLD, NULL, &children);
	sigchld_ignored = children.sa_handler == SIG_IGN;
	if (sigchld_ignored)
		signal(SIGCHLD, SIG_DFL);
	/* A file that may not grow is reported by write(2), like a full disk. */
	sigaction(SIGXFSZ, NULL, &sigxfsz);
	signal(SIGXFSZ, SIG_IGN);
	/* Signals end a run, and the signal of a timer interrupts writes: none may be blocked. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &signal_mask);
}

void inherited_restore(void)
{
	if (sigchld_ignored)
		signal(SIGCHLD, SIG_IGN);
	sigaction(SIGXFSZ, &sigxfsz, NULL);
	sigprocmask(SIG_SETMASK, &signal_mask, NULL);
}
