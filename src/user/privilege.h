/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this process load BPF programs? */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include "reason.h"

/* Returns 0, or -EPERM with *why filled: CAP_BPF and CAP_PERFMON are needed, or CAP_SYS_ADMIN, which holds both. */
int privilege_check(struct reason *why);

#endif
