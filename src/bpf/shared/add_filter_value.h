/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be entered into a table: shared by both sides of the engine. */
#ifndef BPF_SHARED_ADD_FILTER_VALUE_H
#define BPF_SHARED_ADD_FILTER_VALUE_H

#include "bpf/shared/sieve.h"

/* Behind the sieve's tables: the processes that a pid filter names. */
#define ENTER_ROOT SIEVE_TABLE_COUNT

struct enter {
	__u64 listener; /* its bit */
	__u32 table;	/* enum sieve_table, or ENTER_ROOT */
	__u32 padding;
	union {
		__u64 aligned;
		struct sieve_env longest;
	} key;
};

#endif
