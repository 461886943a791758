/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The login of a task, as the audit subsystem keeps it: the user that logged in, whichever user the
 * task has become since, and the session.
 */
#ifndef BPF_CORE_LOGIN_H
#define BPF_CORE_LOGIN_H

#include "core/compat.h"

/*
 * Of a task that is given by address. An id that is not set is ~0, as for the kernel; so are both
 * of a kernel that was built without CONFIG_AUDIT.
 */
static __always_inline struct procsieve_login login_of_task(__u64 address)
{
	const struct task_struct *task = (const struct task_struct *)address;
	struct procsieve_login login = {PROCSIEVE_AUID_UNSET, PROCSIEVE_SES_UNSET};

	if (bpf_core_field_exists(task->loginuid))
		login.auid = BPF_CORE_READ(task, loginuid.val);
	if (bpf_core_field_exists(task->sessionid))
		login.ses = BPF_CORE_READ(task, sessionid);
	return login;
}

#endif
