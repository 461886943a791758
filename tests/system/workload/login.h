/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logins, as pam_loginuid(8) makes them. */
#ifndef TESTS_SYSTEM_WORKLOAD_LOGIN_H
#define TESTS_SYSTEM_WORKLOAD_LOGIN_H

#include <stdbool.h>
#include <stdint.h>

/* As the kernel has it in /proc/PID/loginuid. */
#define LOGIN_UNSET 4294967295u

/* Returns whether the kernel keeps logins (CONFIG_AUDIT). */
bool login_is_kept(void);

/*
 * Sets the audit login uid of this process, with a session that is new; LOGIN_UNSET: neither is set
 * any more. Processes that it creates have the same. Returns false if that is not possible.
 */
bool login_set(uint32_t uid);

#endif
