/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server asks about a connection. Shared by both sides of the engine. */
#ifndef PEER_H
#define PEER_H

#include <linux/types.h>

struct peer {
	__u32 fd; /* in: a connected socket of the caller */
	__u32 level; /* out: user namespaces between the peer and the initial one; 0: it is in that one */
	__u32 maker; /* out, where level is not 0: the user that made the outermost of them */
	__u32 found; /* out: 1 where the two above are known */
};

#endif
