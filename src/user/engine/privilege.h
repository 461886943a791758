/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities needed to load BPF programs. */
#ifndef USER_ENGINE_PRIVILEGE_H
#define USER_ENGINE_PRIVILEGE_H

#include "base/reason.h"

/*
 * Returns 0 if this process has CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN, which includes both;
 * otherwise -EPERM with *why filled.
 */
int privilege_check(struct reason *why);

/*
 * Drops, permanently, the capabilities that a loaded engine does not need. Keeps CAP_BPF,
 * CAP_PERFMON and CAP_SYS_PTRACE; the last is for reading the programs of running processes before
 * Linux 6.16. Returns 0, or the result of reason_set().
 */
int privilege_drop_unneeded(struct reason *why);

#endif
