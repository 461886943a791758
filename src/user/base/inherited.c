// SPDX-License-Identifier: GPL-2.0-or-later
/* What was inherited at start; see inherited.h. */
#include "base/inherited.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static sigset_t mask;
static bool ignores_children;

/*
 * A map that got the number of a closed standard output would be written to. Open for reading, so
 * that writing fails; closed again by an exec.
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

void inherited_set_aside(void)
{
	struct sigaction children;
	sigset_t none;

	occupy_standard_descriptors();
	/* A process that ignores it cannot wait for its children: their statuses would be gone. */
	sigaction(SIGCHLD, NULL, &children);
	ignores_children = children.sa_handler == SIG_IGN;
	if (ignores_children)
		signal(SIGCHLD, SIG_DFL);
	/* A run ends on a signal, and writes give way to a timer's. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, &mask);
}

void inherited_give_back(void)
{
	if (ignores_children)
		signal(SIGCHLD, SIG_IGN);
	sigprocmask(SIG_SETMASK, &mask, NULL);
}
