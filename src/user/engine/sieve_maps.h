/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes keys to the sieve's maps on behalf of sieve_write(), through a BPF program
 * (src/bpf/control/add_filter_value.bpf.h).
 */
#ifndef USER_ENGINE_SIEVE_MAPS_H
#define USER_ENGINE_SIEVE_MAPS_H

#include "bpf/shared/add_filter_value.h"
#include "engine/sieve_compile.h"

struct sieve_writer {
	struct add_filter_value_args *args; /* in the loaded object */
	int program_fd;
	__u64 bit; /* of the listener */
};

/*
 * Adds the listener's bit to the value at the key. `context` is a struct tables. Returns 0 or
 * -errno.
 */
sieve_add_value sieve_maps_add;

/* Does the same for any table in src/bpf/shared/add_filter_value.h, with a key of `size` bytes. */
int sieve_maps_write(const struct sieve_writer *writer, __u32 table, const void *key, size_t size);

#endif
