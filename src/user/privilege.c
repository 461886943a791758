// SPDX-License-Identifier: GPL-2.0-or-later
/* May this process load BPF programs? See privilege.h. */
#include "privilege.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has(const struct __user_cap_data_struct *data, unsigned int capability)
{
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

int privilege_check(struct reason *why)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data))
		return reason_set(why, STATUS_PRIVILEGE, "cannot read this process's capabilities");
	if (has(data, CAP_SYS_ADMIN) || (has(data, CAP_BPF) && has(data, CAP_PERFMON)))
		return 0;
	return reason_set(why, STATUS_PRIVILEGE,
			  "watch needs root (or CAP_BPF and CAP_PERFMON): run it with sudo");
}
