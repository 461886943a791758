/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translation of a filter into the sieve's sets (src/bpf/shared/sieve.h). Knows no maps: what
 * belongs into a table is handed to the caller, key by key. Process ids are not: who they are
 * changes with every fork and exit, so they are entered from inside the kernel
 * (src/bpf/control/seed_pids.bpf.h).
 */
#ifndef USER_ENGINE_SIEVE_COMPILE_H
#define USER_ENGINE_SIEVE_COMPILE_H

#include <procsieve/filter.h>

#include "bpf/shared/sieve.h"

/* Adds the listener to the set at `key` of a table. Returns 0 or -errno. */
typedef int sieve_enter(void *context, enum sieve_table table, const void *key);

/*
 * Writes the bits of listener `slot`, all but the one in `active`, which must be off, and enters
 * its keys. `owner`: a sieve_owner() whose processes alone it may see; NULL: all. Returns 0, or
 * what `enter` returned.
 */
int sieve_write(struct sieve *sieve, unsigned int slot, const struct procsieve_filter *filter,
		const __u64 *owner, sieve_enter *enter, void *context);

/*
 * After sieve_write(): the listener sees of the namespaces what `space` says; all of them where
 * that is empty.
 */
void sieve_confine(struct sieve *sieve, struct sieve_space *spaces, unsigned int slot,
		   const struct sieve_space *space);

/* Puts a listener on or off, by one store. */
void sieve_switch(struct sieve *sieve, unsigned int slot, bool on);

#endif
