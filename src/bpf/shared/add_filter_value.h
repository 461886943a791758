/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The value that control/add_filter_value.bpf.h adds to a filter table. Shared by both sides of the
 * engine.
 */
#ifndef BPF_SHARED_ADD_FILTER_VALUE_H
#define BPF_SHARED_ADD_FILTER_VALUE_H

#include "bpf/shared/sieve.h"

/* After the tables of the sieve: the set of processes that a pid filter names. */
#define SIEVE_PID_ROOTS SIEVE_TABLE_COUNT

struct add_filter_value_args {
	__u64 listener; /* bit of the listener */
	__u32 table;	/* enum sieve_table, or SIEVE_PID_ROOTS */
	__u32 padding;
	union {
		__u64 aligned;
		struct sieve_path longest;
	} key;
};

#endif
