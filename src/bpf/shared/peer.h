/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's question to control/peer.bpf.h about a connection, and the answer. Shared by both
 * sides of the engine.
 */
#ifndef BPF_SHARED_PEER_H
#define BPF_SHARED_PEER_H

#include "bpf/shared/sieve.h"

struct peer {
	__u32 fd;    /* a connected Unix socket of the process that asks */
	__u32 found; /* 1: the other members are set */
	/* of the process that connected, even if it is not restricted */
	struct sieve_ns_view view;
	__u64 server_pid_ns; /* of the process that asks */
	/* creator of its outermost user namespace below the initial one, if it is in one */
	__u32 ns_creator;
	__u32 pid; /* of the process that connected, in its own pid namespace */
};

#endif
