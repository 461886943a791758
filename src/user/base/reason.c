// SPDX-License-Identifier: GPL-2.0-or-later
/* Error messages and exit statuses; see reason.h. */
#include "base/reason.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

int reason_set(struct reason *why, enum status status, const char *format, ...)
{
	va_list args;

	why->status = status;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	switch (status) {
	case STATUS_USAGE:
		return -EINVAL;
	case STATUS_PRIVILEGE:
		return -EPERM;
	case STATUS_KERNEL:
		return -ENOTSUP;
	default:
		return -EIO;
	}
}

int reason_print(const struct reason *why)
{
	fprintf(stderr, "procsieve: %s\n", why->text);
	return why->status;
}
