// SPDX-License-Identifier: GPL-2.0-or-later
/* Translates a filter into the sieve's sets; see sieve_compile.h. */
#include "engine/sieve_compile.h"

#include <string.h>

#include "engine/sieve_cgroups.h"

static void bit_assign(__u64 *set, __u64 bit, bool on)
{
	if (on)
		*set |= bit;
	else
		*set &= ~bit;
}

static void write_events(struct sieve *sieve, __u64 bit, const struct procsieve_filter *filter)
{
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		bool wanted = filter->events & PROCSIEVE_MASK(type);

		bit_assign(&sieve->by_event[type][0], bit, wanted);
		bit_assign(&sieve->by_event[type][1], bit, wanted && filter->threads);
	}
}

static bool statuses_have(const struct procsieve_statuses *statuses, unsigned int index)
{
	if (index < SIEVE_STATUS_SIGNAL)
		return statuses->codes[index / 64] >> index % 64 & 1;
	index -= SIEVE_STATUS_SIGNAL;
	return statuses->signals[index / 64] >> index % 64 & 1;
}

static void write_statuses(struct sieve *sieve, __u64 bit, const struct procsieve_filter *filter)
{
	for (unsigned int index = 0; index < SIEVE_STATUS_COUNT; index++)
		bit_assign(&sieve->by_status[index], bit,
			   !filter->statuses_set || statuses_have(&filter->statuses, index));
	bit_assign(&sieve->by_core, bit, filter->statuses_set && filter->statuses.core);
}

__u32 sieve_dimensions(const struct procsieve_filter *filter)
{
	const bool used[SIEVE_DIMENSION_COUNT] = {
		[SIEVE_PID] = filter->pids.count,
		[SIEVE_UID] = filter->uids.count,
		[SIEVE_EUID] = filter->euids.count,
		[SIEVE_AUID] = filter->auids.count,
		[SIEVE_GID] = filter->gids.count,
		[SIEVE_CPU] = filter->cpus.count,
		[SIEVE_CGROUP] = filter->cgroups.count || filter->cgroup_path_count,
		[SIEVE_COMM] = filter->comm_count,
		[SIEVE_THREAD_COMM] = filter->thread_comm_count,
	};
	__u32 dimensions = 0;

	for (unsigned int i = 0; i < SIEVE_DIMENSION_COUNT; i++)
		dimensions |= used[i] ? 1u << i : 0;
	return dimensions;
}

/* Writes which dimensions the filter uses. */
static void write_dimensions(struct sieve *sieve, __u64 bit, const struct procsieve_filter *filter,
			     const __u64 *owner)
{
	const __u32 used = sieve_dimensions(filter) | (owner ? 1u << SIEVE_OWNER : 0);

	for (unsigned int i = 0; i < SIEVE_DIMENSION_COUNT; i++)
		bit_assign(&sieve->unused[i], bit, !(used >> i & 1));
	bit_assign(&sieve->has_filter, bit, used);
	bit_assign(&sieve->confined, bit, false);
}

/* Atomic: sieve_set_active() may change the same sets in another thread. */
static void bit_assign_atomic(__u64 *set, __u64 bit, bool on)
{
	if (on)
		__atomic_fetch_or(set, bit, __ATOMIC_RELEASE);
	else
		__atomic_fetch_and(set, ~bit, __ATOMIC_RELEASE);
}

static void write_sections(struct sieve *sieve, __u64 bit, const struct procsieve_filter *filter)
{
	for (unsigned int kind = 0; kind < PROCSIEVE_SECTION_COUNT; kind++)
		bit_assign(&sieve->with[kind], bit, filter->sections >> kind & 1);
	bit_assign(&sieve->sections, bit, filter->sections);
}

/* Enters a list of numbers as 32-bit keys. */
static int add_numbers(enum sieve_table table, const struct procsieve_list *list,
		       sieve_add_value *add_value, void *context)
{
	int err = 0;

	for (size_t i = 0; i < list->count && !err; i++) {
		__u32 key = list->values[i];

		err = add_value(context, table, &key);
	}
	return err;
}

static int add_values(const struct procsieve_filter *filter, sieve_add_value *add_value,
		      void *context)
{
	int err = add_numbers(SIEVE_UID, &filter->uids, add_value, context);

	if (!err)
		err = add_numbers(SIEVE_EUID, &filter->euids, add_value, context);
	if (!err)
		err = add_numbers(SIEVE_GID, &filter->gids, add_value, context);
	if (!err)
		err = add_numbers(SIEVE_CPU, &filter->cpus, add_value, context);
	if (!err)
		err = sieve_add_cgroups(filter, add_value, context);
	for (size_t i = 0; i < filter->auids.count && !err; i++)
		err = add_value(context, SIEVE_AUID, &filter->auids.values[i]);
	for (size_t i = 0; i < filter->comm_count && !err; i++)
		err = add_value(context, SIEVE_COMM, filter->comms[i]);
	for (size_t i = 0; i < filter->thread_comm_count && !err; i++)
		err = add_value(context, SIEVE_THREAD_COMM, filter->thread_comms[i]);
	for (size_t i = 0; i < filter->env_count && !err; i++)
		err = add_value(context, SIEVE_ENV, filter->envs[i]);
	return err;
}

int sieve_write(struct sieve *sieve, unsigned int slot, const struct procsieve_filter *filter,
		const __u64 *owner, sieve_add_value *add_value, void *context)
{
	__u64 bit = 1ull << slot;
	int err;

	write_events(sieve, bit, filter);
	write_statuses(sieve, bit, filter);
	write_dimensions(sieve, bit, filter, owner);
	write_sections(sieve, bit, filter);
	bit_assign(&sieve->args, bit, !filter->no_args);
	bit_assign(&sieve->follow, bit, filter->follow);
	err = add_values(filter, add_value, context);
	if (!err && owner)
		err = add_value(context, SIEVE_OWNER, owner);
	return err;
}

void sieve_confine(struct sieve *sieve, struct sieve_ns_view *views, unsigned int slot,
		   const struct sieve_ns_view *view)
{
	bool confined = view->user_ns || view->pid_ns;

	views[slot] = *view;
	bit_assign(&sieve->confined, 1ull << slot, confined);
	if (confined)
		sieve->has_filter |= 1ull << slot;
}

void sieve_follow_cgroups(struct sieve *sieve, unsigned int slot,
			  const struct procsieve_filter *filter)
{
	__u64 bit = 1ull << slot;

	bit_assign_atomic(&sieve->has_globs, bit, sieve_has_globs(filter));
	bit_assign_atomic(&sieve->names_cgroups, bit,
			  filter->cgroups.count || filter->cgroup_path_count);
}

void sieve_set_active(struct sieve *sieve, unsigned int slot, bool on)
{
	/*
	 * Release: a hook that sees the bit also sees the filter written before it. Pairs with the
	 * load in match_event().
	 */
	bit_assign_atomic(&sieve->active, 1ull << slot, on);
	if (on)
		return;
	bit_assign_atomic(&sieve->names_cgroups, 1ull << slot, false);
	bit_assign_atomic(&sieve->has_globs, 1ull << slot, false);
}
