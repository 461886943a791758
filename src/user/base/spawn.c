// SPDX-License-Identifier: GPL-2.0-or-later
/* Children that do not start before they are watched; see spawn.h. */
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/inherited.h"
#include "base/quote.h"
#include "base/signals.h"

/* Runs in the child. If the pipe is closed without a byte, the parent gave up or exited. */
static void wait_for_release(int release_fd)
{
	char word;

	if (read(release_fd, &word, 1) != 1)
		_exit(STATUS_OWN);
}

/* Forks. In the child, *gate is the pipe end to wait on, and spawn->pid is 0. */
static int fork_with_pipe(struct spawn *spawn, int *release_fd, struct reason *why)
{
	int ends[2];

	spawn->exec_ns = mmap(NULL, sizeof(*spawn->exec_ns), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (spawn->exec_ns == MAP_FAILED)
		return reason_set(why, STATUS_FAILURE, "cannot map memory: %s", strerror(errno));
	if (pipe2(ends, O_CLOEXEC))
		return reason_set(why, STATUS_FAILURE, "cannot create a pipe: %s", strerror(errno));
	spawn->pid = fork();
	if (spawn->pid < 0) {
		close(ends[0]);
		close(ends[1]);
		return reason_set(why, STATUS_FAILURE, "cannot fork: %s", strerror(errno));
	}
	*release_fd = ends[0];
	spawn->release_fd = ends[1];
	close(spawn->pid ? ends[0] : ends[1]);
	return 0;
}

int spawn_prepare_body(struct spawn *spawn, void (*body)(void), struct reason *why)
{
	int release_fd = -1, err = fork_with_pipe(spawn, &release_fd, why);

	if (err || spawn->pid)
		return err;
	wait_for_release(release_fd);
	body();
	_exit(0);
}

int spawn_prepare(struct spawn *spawn, char *const argv[], struct reason *why)
{
	int release_fd = -1, err = fork_with_pipe(spawn, &release_fd, why);

	if (err || spawn->pid)
		return err;
	/* The first call reads files. */
	clock_boot_ns();
	wait_for_release(release_fd);
	inherited_restore();
	*spawn->exec_ns = clock_boot_ns();
	execvp(argv[0], argv);
	err = errno;
	*spawn->exec_ns = 0;
	dprintf(STDERR_FILENO, "procsieve: cannot run %s: %s\n", quote(argv[0]),
		err == ENOENT && strchr(argv[0], '/') && !access(argv[0], F_OK)
			? "its interpreter was not found"
			: strerror(err));
	_exit(err == ENOENT ? 127 : 126);
}

uint64_t spawn_exec_ns(const struct spawn *spawn)
{
	return *spawn->exec_ns;
}

void spawn_release(struct spawn *spawn)
{
	ssize_t done = write(spawn->release_fd, "", 1);

	/* Fails only if the child was killed already; spawn_wait() reports that. */
	(void)done;
	close(spawn->release_fd);
	spawn->release_fd = -1;
}

bool spawn_cancel(struct spawn *spawn)
{
	if (spawn->release_fd < 0)
		return false;
	close(spawn->release_fd);
	spawn_wait(spawn);
	return true;
}

int spawn_wait(const struct spawn *spawn)
{
	int status;
	pid_t got;

	do {
		got = waitpid(spawn->pid, &status, signals_count() ? WNOHANG : 0);
	} while (got < 0 && errno == EINTR);
	if (!got)
		return 128 + signals_last();
	if (got < 0)
		return STATUS_OWN;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
