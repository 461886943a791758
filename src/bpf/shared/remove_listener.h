/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whom to forget: shared by both sides of the engine. */
#ifndef BPF_SHARED_REMOVE_LISTENER_H
#define BPF_SHARED_REMOVE_LISTENER_H

#include <linux/types.h>

struct forget {
	__u64 listener; /* its bit */
	__u32 pids;	/* 1: nobody has a pid filter any more */
};

#endif
