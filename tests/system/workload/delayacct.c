// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The switch for delay accounting; see delayacct.h. A child process in its own session keeps the
 * former value and waits for the end of a pipe. It restores the value when the test closes the
 * pipe, or when the test is gone for any reason.
 */
#include "workload/delayacct.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWITCH "/proc/sys/kernel/task_delayacct"

static pid_t keeper;
static int hold = -1;

static bool put(char value)
{
	int fd = open(SWITCH, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, &value, 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

static bool get(char *value)
{
	int fd = open(SWITCH, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && read(fd, value, 1) == 1;

	if (fd >= 0)
		close(fd);
	return done;
}

static _Noreturn void keep(int end, char before)
{
	char byte;

	setsid();
	while (read(end, &byte, 1) > 0)
		;
	put(before);
	_exit(0);
}

static bool start_keeper(char before)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	keeper = fork();
	if (!keeper) {
		close(ends[1]);
		keep(ends[0], before);
	}
	close(ends[0]);
	hold = ends[1];
	return keeper > 0;
}

bool delayacct_switch(bool on)
{
	char before;

	if (!get(&before))
		return false;
	if (hold < 0 && !start_keeper(before))
		return false;
	return put(on ? '1' : '0');
}

void delayacct_restore(void)
{
	if (hold < 0)
		return;
	close(hold);
	waitpid(keeper, NULL, 0);
	hold = -1;
}
