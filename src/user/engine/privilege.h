/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this process load BPF programs? */
#ifndef USER_ENGINE_PRIVILEGE_H
#define USER_ENGINE_PRIVILEGE_H

#include "base/reason.h"

/*
 * Returns 0, or -EPERM with *why filled: CAP_BPF and CAP_PERFMON are needed, or CAP_SYS_ADMIN,
 * which holds both.
 */
int privilege_check(struct reason *why);

/*
 * Gives up, for good, what a loaded engine does not need: all capabilities but CAP_BPF, CAP_PERFMON
 * and CAP_SYS_PTRACE (programs of living processes, before Linux 6.16). Returns 0, or what
 * reason_set() returns.
 */
int privilege_keep_needed(struct reason *why);

#endif
