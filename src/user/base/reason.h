/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why something did not work: one line for the user, and the exit status that goes with it. Filled
 * where the cause is known, printed once, at the top.
 */
#ifndef USER_BASE_REASON_H
#define USER_BASE_REASON_H

/* Exit statuses of the program, beside 0 and those of a command that it ran. */
enum status {
	STATUS_FAILURE = 1,   /* anything else that went wrong */
	STATUS_USAGE = 2,     /* the command line is wrong */
	STATUS_PRIVILEGE = 3, /* the caller may not do this */
	STATUS_KERNEL = 4,    /* the kernel lacks something */
	STATUS_LOST = 5,      /* --strict, and events were lost */
	STATUS_OWN = 125,     /* watch -- COMMAND: any of the above, as env(1) has it */
};

struct reason {
	enum status status;
	char text[512];
};

/*
 * Fills *why with a line as printf(3) makes it. Returns -EINVAL for STATUS_USAGE, -EPERM for
 * STATUS_PRIVILEGE, -ENOTSUP for STATUS_KERNEL and -EIO otherwise, for the caller to hand on.
 */
int reason_set(struct reason *why, enum status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints "procsieve: TEXT" on standard error and returns the status. */
int reason_print(const struct reason *why);

#endif
