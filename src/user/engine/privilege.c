// SPDX-License-Identifier: GPL-2.0-or-later
/* Capability checks; see privilege.h. */
#include "engine/privilege.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool has_capability(const struct __user_cap_data_struct *data, unsigned int capability)
{
	return data[CAP_TO_INDEX(capability)].effective & CAP_TO_MASK(capability);
}

int privilege_drop_unneeded(struct reason *why)
{
	static const unsigned int needed[] = {CAP_BPF, CAP_PERFMON, CAP_SYS_PTRACE};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct had[_LINUX_CAPABILITY_U32S_3] = {0};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, had))
		return reason_set(why, STATUS_PRIVILEGE, "cannot read this process's capabilities");
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		data[CAP_TO_INDEX(needed[i])].permitted |=
			had[CAP_TO_INDEX(needed[i])].permitted & CAP_TO_MASK(needed[i]);
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = data[i].permitted;
	/*
	 * Without CAP_BPF nothing is dropped: on older setups CAP_SYS_ADMIN alone is the privilege.
	 */
	if (!has_capability(data, CAP_BPF))
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(SYS_capset, &header, data))
		return reason_set(why, STATUS_FAILURE, "cannot give up capabilities");
	return 0;
}

int privilege_check(struct reason *why)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, data))
		return reason_set(why, STATUS_PRIVILEGE, "cannot read this process's capabilities");
	if (has_capability(data, CAP_SYS_ADMIN) ||
	    (has_capability(data, CAP_BPF) && has_capability(data, CAP_PERFMON)))
		return 0;
	return reason_set(
		why, STATUS_PRIVILEGE,
		"this needs root (or CAP_BPF and CAP_PERFMON): run it with sudo, or start "
		"`procsieve serve`, which lets every user listen");
}
