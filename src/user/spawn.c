// SPDX-License-Identifier: GPL-2.0-or-later
/* watch -- COMMAND; see spawn.h. */
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: waits at the gate, then becomes COMMAND. A gate that closes without a word means that nobody watches. */
static void run(int gate, char *const argv[])
{
	char word;

	if (read(gate, &word, 1) != 1)
		_exit(STATUS_OWN);
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "procsieve: cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int spawn_prepare(struct spawn *spawn, char *const argv[], struct reason *why)
{
	int gate[2];

	if (pipe2(gate, O_CLOEXEC))
		return reason_set(why, STATUS_FAILURE, "cannot make a pipe: %s", strerror(errno));
	spawn->pid = fork();
	if (spawn->pid < 0)
		return reason_set(why, STATUS_FAILURE, "cannot fork: %s", strerror(errno));
	if (!spawn->pid) {
		close(gate[1]);
		run(gate[0], argv);
	}
	close(gate[0]);
	spawn->gate = gate[1];
	return 0;
}

void spawn_release(struct spawn *spawn)
{
	ssize_t done = write(spawn->gate, "", 1);

	/* Fails only where the child was killed meanwhile, and spawn_wait() will tell that. */
	(void)done;
	close(spawn->gate);
	spawn->gate = -1;
}

bool spawn_abandoned(struct spawn *spawn)
{
	if (spawn->gate < 0)
		return false;
	close(spawn->gate);
	spawn_wait(spawn, true);
	return true;
}

int spawn_wait(const struct spawn *spawn, bool block)
{
	int status;
	pid_t got;

	do {
		got = waitpid(spawn->pid, &status, block ? 0 : WNOHANG);
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		return got ? STATUS_OWN : 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
