/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the server asks of peer.bpf.h about a connection, and the answer. Shared by both sides of
 * the engine.
 */
#ifndef BPF_SHARED_PEER_H
#define BPF_SHARED_PEER_H

#include "bpf/shared/sieve.h"

struct peer {
	__u32 fd;		  /* of a connected Unix socket, in the process that asks */
	__u32 known;		  /* 1: the answer is there */
	struct sieve_space space; /* of the process that has connected, restricted or not */
	__u64 own_pid_ns;	  /* of the process that asks */
	/* user that made its outermost user namespace below the initial one, if it is in one */
	__u32 maker;
	__u32 padding;
};

#endif
