/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sieve's tables as maps, for sieve_write(): entered by a program (src/bpf/enter.bpf.h). */
#ifndef USER_TABLES_H
#define USER_TABLES_H

#include "enter.h"
#include "sieve_write.h"

struct tables {
	struct enter *enter; /* of the loaded object */
	int program_fd;
	__u64 bit; /* the listener's */
};

/* Adds the bit to what stands at the key; the context is a struct tables. Returns 0 or -errno. */
sieve_enter tables_enter;

/* The same for any table of enter.h, with a key of `size` bytes. */
int tables_write(const struct tables *tables, __u32 table, const void *key, size_t size);

#endif
