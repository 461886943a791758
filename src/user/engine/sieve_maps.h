/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sieve's tables as maps, for sieve_write(): entered by a program
 * (src/bpf/control/add_filter_value.bpf.h).
 */
#ifndef USER_ENGINE_SIEVE_MAPS_H
#define USER_ENGINE_SIEVE_MAPS_H

#include "bpf/shared/add_filter_value.h"
#include "engine/sieve_compile.h"

struct tables {
	struct enter *enter; /* of the loaded object */
	int program_fd;
	__u64 bit; /* the listener's */
};

/* Adds the bit to what stands at the key; the context is a struct tables. Returns 0 or -errno. */
sieve_enter sieve_maps_enter;

/* The same for any table of enter.h, with a key of `size` bytes. */
int tables_write(const struct tables *tables, __u32 table, const void *key, size_t size);

#endif
