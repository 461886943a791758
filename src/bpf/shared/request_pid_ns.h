/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The pid namespace of the process ids in a request. Shared by both sides of the engine. */
#ifndef BPF_SHARED_REQUEST_PID_NS_H
#define BPF_SHARED_REQUEST_PID_NS_H

#include <linux/types.h>

struct request_pid_ns {
	__u64 ns;    /* its address, valid as long as the connection; 0: that of the reader */
	__u32 level; /* its depth below the initial pid namespace */
	__u32 padding;
};

#endif
