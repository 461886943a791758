// SPDX-License-Identifier: GPL-2.0-or-later
/* Logins; see login.h. */
#include "workload/login.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define LOGIN_FILE "/proc/self/loginuid"

bool login_is_kept(void)
{
	return !access(LOGIN_FILE, F_OK);
}

bool login_set(uint32_t uid)
{
	int fd = open(LOGIN_FILE, O_WRONLY | O_CLOEXEC);
	bool set = fd >= 0 && dprintf(fd, "%u", uid) > 0;

	if (fd >= 0)
		close(fd);
	return set;
}
