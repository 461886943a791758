/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Translates a filter into the sieve's sets (src/bpf/shared/sieve.h). It does not access maps: it
 * passes each table key to a callback of the caller. Process ids are not translated here, because
 * the set of processes changes with every fork and exit. A program in the kernel enters them
 * (src/bpf/control/seed_pids.bpf.h). For the same reason, only the names of cgroups are entered
 * here; another program enters the cgroups themselves (src/bpf/control/seed_cgroups.bpf.h).
 */
#ifndef USER_ENGINE_SIEVE_COMPILE_H
#define USER_ENGINE_SIEVE_COMPILE_H

#include <procsieve/filter.h>

#include "bpf/shared/sieve.h"

/* Adds the listener to the set at `key` of a table. Returns 0 or -errno. */
typedef int sieve_add_value(void *context, enum sieve_table table, const void *key);

/* Returns the dimensions that a filter uses, as a mask of bits; never SIEVE_OWNER. */
__u32 sieve_dimensions(const struct procsieve_filter *filter);

/*
 * Writes all bits of listener `slot` except the one in `active`, which must be clear, and enters
 * its keys. `owner`: the only owner, as sieve_owner() encodes it, whose processes the listener may
 * see; NULL: all. Returns 0, or what `add_value` returned.
 */
int sieve_write(struct sieve *sieve, unsigned int slot, const struct procsieve_filter *filter,
		const __u64 *owner, sieve_add_value *add_value, void *context);

/*
 * Call after sieve_write(): confines the listener to the namespaces in `space`. An empty `space`
 * means all namespaces.
 */
void sieve_confine(struct sieve *sieve, struct sieve_ns_view *views, unsigned int slot,
		   const struct sieve_ns_view *view);

/*
 * Call after these two: from now on each cgroup that is made is compared with those of the filter.
 */
void sieve_follow_cgroups(struct sieve *sieve, unsigned int slot,
			  const struct procsieve_filter *filter);

/*
 * Enables or disables a listener with one atomic store. Disabling also ends the effect of
 * sieve_follow_cgroups().
 */
void sieve_set_active(struct sieve *sieve, unsigned int slot, bool on);

#endif
