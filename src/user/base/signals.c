// SPDX-License-Identifier: GPL-2.0-or-later
/* Handles SIGINT, SIGTERM and SIGHUP; see signals.h. */
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
static volatile sig_atomic_t hangup;
static volatile sig_atomic_t installed;
static bool ignores_hangup; /* as nohup(1) leaves it */

/*
 * Interrupts blocking calls repeatedly. A single signal would be missed by a call that starts to
 * block just after signals_count() was checked.
 */
static void set_interrupting(bool on)
{
	const suseconds_t interval = on ? 50000 : 0;
	const struct itimerval often = {
		.it_interval = {.tv_usec = interval},
		.it_value = {.tv_usec = interval},
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
		set_interrupting(true);
	}
	errno = interrupted;
}

/* The kernel sends it when the terminal is gone; a log rotation sends it with kill(2). */
static void on_hangup(int number, siginfo_t *info, void *context)
{
	if (info->si_code <= 0) {
		hangup = true;
		/* Before, nothing waits: the flag is read once the output is open. */
		if (installed)
			set_interrupting(true);
	} else if (!ignores_hangup && installed) {
		on_stop(number, info, context);
	} else if (!ignores_hangup) {
		signal(number, SIG_DFL);
		raise(number);
	}
}

static void on_alarm(int number)
{
	(void)number;
}

void signals_install(void)
{
	struct sigaction stop = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO};
	struct sigaction alarm = {.sa_handler = on_alarm};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction before;

	installed = true;
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, NULL, &before);
	if (before.sa_handler == SIG_DFL)
		sigaction(SIGHUP, &stop, NULL);
	sigaction(SIGALRM, &alarm, NULL);
	/* write(2) reports a closed pipe. */
	sigaction(SIGPIPE, &ignore, NULL);
}

void signals_forward_to(pid_t command)
{
	command_pid = command;
}

void signals_catch_hangup(void)
{
	struct sigaction action = {.sa_sigaction = on_hangup, .sa_flags = SA_SIGINFO}, before;

	sigaction(SIGHUP, &action, &before);
	ignores_hangup = before.sa_handler == SIG_IGN;
}

void signals_hangup_ends(void)
{
	struct sigaction stop = {.sa_sigaction = on_stop, .sa_flags = SA_SIGINFO};

	if (ignores_hangup)
		signal(SIGHUP, SIG_IGN);
	else
		sigaction(SIGHUP, &stop, NULL);
}

bool signals_consume_hangup(void)
{
	if (!hangup)
		return false;
	hangup = false;
	if (!signal_count)
		set_interrupting(false);
	return true;
}

int signals_count(void)
{
	return signal_count;
}

int signals_last(void)
{
	return last_signal;
}
