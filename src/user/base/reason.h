/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reason of a failure: one line for the user, and the exit status. It is filled where the cause
 * is known and printed once, by the subcommand.
 */
#ifndef USER_BASE_REASON_H
#define USER_BASE_REASON_H

/* Exit statuses of the program, besides 0 and the statuses of a command that it ran. */
enum status {
	STATUS_FAILURE = 1,   /* any other error */
	STATUS_USAGE = 2,     /* the command line is wrong */
	STATUS_PRIVILEGE = 3, /* permission is missing */
	STATUS_KERNEL = 4,    /* the kernel lacks a feature */
	STATUS_LOST = 5,      /* --strict, and events were lost */
	STATUS_OWN = 125,     /* watch -- COMMAND: any of the above, as in env(1) */
};

struct reason {
	enum status status;
	char text[2048];
};

/*
 * Fills *why with a line formatted as by printf(3). Returns -EINVAL for STATUS_USAGE, -EPERM for
 * STATUS_PRIVILEGE, -ENOTSUP for STATUS_KERNEL and -EIO otherwise; callers return this value.
 */
int reason_set(struct reason *why, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints "procsieve: TEXT" to standard error and returns the exit status. */
int reason_print(const struct reason *why);

#endif
