/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sieve's tables as maps, for sieve_write(). */
#ifndef USER_TABLES_H
#define USER_TABLES_H

#include "sieve_write.h"

struct tables {
	int fds[SIEVE_TABLE_COUNT]; /* of the maps */
	__u64 bit;		    /* the listener's */
};

/* Adds the bit to what stands at the key; the context is a struct tables. Returns 0 or -errno of bpf(2). */
sieve_enter tables_enter;

#endif
