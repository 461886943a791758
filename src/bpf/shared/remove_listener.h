/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The listener that control/remove_listener.bpf.h removes. Shared by both sides of the engine. */
#ifndef BPF_SHARED_REMOVE_LISTENER_H
#define BPF_SHARED_REMOVE_LISTENER_H

#include <linux/types.h>

struct remove_listener_args {
	__u64 listener;	  /* bit of the listener */
	__u32 clear_pids; /* 1: no listener has a pid filter any more */
};

#endif
