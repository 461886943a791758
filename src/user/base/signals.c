// SPDX-License-Identifier: GPL-2.0-or-later
/* Handles SIGINT and SIGTERM; see signals.h. */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/time.h>
#include <sys/wait.h>

static volatile sig_atomic_t signal_count;
static volatile sig_atomic_t last_signal;
static volatile sig_atomic_t forwarded;
static volatile pid_t command_pid;

/*
 * Interrupts blocking calls repeatedly. A single signal would be missed by a call that starts to
 * block just after signals_count() was checked.
 */
static void start_interrupting(void)
{
	const struct itimerval often = {
		.it_interval = {.tv_usec = 50000},
		.it_value = {.tv_usec = 50000},
	};

	setitimer(ITIMER_REAL, &often, NULL);
}

/*
 * Returns whether the command is still running. It may exit long before its descendants. After that
 * a signal has no effect on it, and once it was reaped, its pid may belong to another process.
 */
static bool command_is_running(void)
{
	siginfo_t ended = {0};

	return command_pid && !waitid(P_PID, command_pid, &ended, WEXITED | WNOHANG | WNOWAIT) &&
	       !ended.si_pid;
}

static void on_stop(int number, siginfo_t *info, void *context)
{
	const int interrupted = errno;

	(void)context;
	if (!forwarded && command_is_running()) {
		forwarded = true;
		if (info->si_code <= 0)
			kill(command_pid, number);
	} else {
		last_signal = number;
		signal_count++;
		start_interrupting();
	}
	errno = interrupted;
}

static void on_alarm(int number)
{
	(void)number;
}

void signals_install(pid_t command)
{
	struct sigaction stop = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO};
	struct sigaction alarm = {.sa_handler = on_alarm};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	command_pid = command;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	/* write(2) reports a closed pipe. */
	sigaction(SIGPIPE, &ignore, NULL);
}

int signals_count(void)
{
	return signal_count;
}

int signals_last(void)
{
	return last_signal;
}
