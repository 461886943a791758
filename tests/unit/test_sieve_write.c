// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The translation of filters into the sieve: random filters in random slots, asked about random events. One answer comes
 * from the sets, by the AND that the kernel side makes of them; the other from the filter itself, by plain comparison.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sieve_write.h"

#define ROUNDS	      300
#define EVENTS	      300
#define TABLE_MAX     4000
#define VALUES	      6 /* small, so that events and filters meet */
#define CGROUP_LEVELS 3

static struct sieve sieve;

/* The tables of the dimensions: what the engine keeps in maps. */
static struct entry {
	enum sieve_dimension dimension;
	unsigned char key[sizeof(struct sieve_comm)];
	uint64_t set;
} table[TABLE_MAX];
static size_t table_size;

static size_t key_size(enum sieve_dimension dimension)
{
	static const size_t sizes[SIEVE_DIMENSION_COUNT] = {
#define X(NAME, map, key, text) sizeof(key),
		SIEVE_DIMENSIONS(X)
#undef X
	};

	return sizes[dimension];
}

static struct entry *find_entry(enum sieve_dimension dimension, const void *key)
{
	for (size_t i = 0; i < table_size; i++)
		if (table[i].dimension == dimension &&
		    !memcmp(table[i].key, key, key_size(dimension)))
			return &table[i];
	return NULL;
}

static int enter(void *context, enum sieve_dimension dimension, const void *key)
{
	struct entry *entry = find_entry(dimension, key);

	if (!entry) {
		assert_true(table_size < TABLE_MAX);
		entry = &table[table_size++];
		*entry = (struct entry){.dimension = dimension};
		memcpy(entry->key, key, key_size(dimension));
	}
	entry->set |= *(uint64_t *)context;
	return 0;
}

static uint64_t look_up(enum sieve_dimension dimension, const void *key)
{
	const struct entry *entry = find_entry(dimension, key);

	return sieve.any[dimension] | (entry ? entry->set : 0);
}

struct event {
	enum procsieve_type type;
	bool thread;
	uint32_t status, uid, gid, cpu;
	uint64_t cgroups[CGROUP_LEVELS]; /* its own, and those above */
	char comm[PROCSIEVE_COMM_SIZE];
};

/* Which listeners want it, by the sets. */
static uint64_t ask_sieve(const struct event *event)
{
	uint64_t want = sieve.active & sieve.by_event[event->thread][event->type];
	uint64_t in_cgroup = 0, before;

	if (event->type == PROCSIEVE_EXIT)
		want &= sieve.by_status[sieve_status_index(event->status)] |
			(event->status & 0x80 ? sieve.by_core : 0);
	before = want;
	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		in_cgroup |= look_up(SIEVE_CGROUP, &event->cgroups[level]);
	want &= look_up(SIEVE_UID, &event->uid) & look_up(SIEVE_GID, &event->gid) &
		look_up(SIEVE_CPU, &event->cpu) & look_up(SIEVE_COMM, event->comm) & in_cgroup;
	/* Who uses no dimension is let through by all of them: the kernel side does not ask. */
	assert_int_equal(want & ~sieve.narrow, before & ~sieve.narrow);
	return want;
}

static bool list_has(const struct procsieve_list *list, uint64_t value)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->values[i] == value)
			return true;
	return !list->count;
}

static bool statuses_accept(const struct procsieve_filter *filter, uint32_t status)
{
	unsigned int signal = status & 0x7f, code = status >> 8 & 0xff;

	if (!filter->statuses_set || (filter->statuses.core && status & 0x80))
		return true;
	if (signal)
		return filter->statuses.signals[signal / 64] & 1ull << signal % 64;
	return filter->statuses.codes[code / 64] & 1ull << code % 64;
}

static bool comms_accept(const struct procsieve_filter *filter, const char *comm)
{
	for (size_t i = 0; i < filter->comm_count; i++)
		if (!strcmp(filter->comms[i], comm))
			return true;
	return !filter->comm_count;
}

/* Does this filter want it, by its own words? */
static bool ask_filter(const struct procsieve_filter *filter, const struct event *event)
{
	bool in_cgroup = !filter->cgroups.count;

	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		in_cgroup |= list_has(&filter->cgroups, event->cgroups[level]);
	return filter->events & 1u << event->type && (filter->threads || !event->thread) &&
	       (event->type != PROCSIEVE_EXIT || statuses_accept(filter, event->status)) &&
	       list_has(&filter->uids, event->uid) && list_has(&filter->gids, event->gid) &&
	       list_has(&filter->cpus, event->cpu) && in_cgroup &&
	       comms_accept(filter, event->comm);
}

/* A filter with the memory of its lists. */
struct listener {
	struct procsieve_filter filter;
	__u64 uids[VALUES], gids[VALUES], cpus[VALUES], cgroups[VALUES];
	char comms[VALUES][PROCSIEVE_COMM_SIZE];
	bool on;
};

static void random_list(struct procsieve_list *list, __u64 *values)
{
	*list = (struct procsieve_list){.values = values};
	while (random() % 3 == 0 && list->count < VALUES)
		values[list->count++] = random() % VALUES;
}

static void random_listener(struct listener *listener)
{
	struct procsieve_filter *filter = &listener->filter;

	*listener = (struct listener){.on = true};
	*filter = (struct procsieve_filter){
		.events = 1 + random() % PROCSIEVE_ALL_EVENTS,
		.threads = random() % 2,
		.no_args = random() % 2,
		.follow = random() % 2,
		.statuses_set = random() % 2,
		.statuses = {.core = random() % 2,
			     .codes = {random(), 0, 0, (uint64_t)random() << 33},
			     .signals = {random(), random()}},
		.comms = listener->comms,
	};
	random_list(&filter->uids, listener->uids);
	random_list(&filter->gids, listener->gids);
	random_list(&filter->cpus, listener->cpus);
	random_list(&filter->cgroups, listener->cgroups);
	while (random() % 3 == 0 && filter->comm_count < VALUES)
		listener->comms[filter->comm_count++][0] = (char)('a' + random() % VALUES);
}

static struct event random_event(void)
{
	static const uint32_t statuses[] = {0,	1 << 8,	   5 << 8, 255 << 8, 9,
					    11, 11 | 0x80, 64,	   6 | 0x80};
	struct event event = {
		.type = random() % PROCSIEVE_EVENT_COUNT,
		.thread = random() % 2,
		.status = statuses[random() % (sizeof(statuses) / sizeof(statuses[0]))],
		.uid = random() % VALUES,
		.gid = random() % VALUES,
		.cpu = random() % VALUES,
		.comm = {(char)('a' + random() % VALUES)},
	};

	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		event.cgroups[level] = random() % VALUES;
	return event;
}

static struct listener listeners[PROCSIEVE_LISTENERS];

static void put_listener(unsigned int slot)
{
	uint64_t bit = 1ull << slot;

	/* Who had the slot before leaves the tables; that is the engine's part. */
	sieve_switch(&sieve, slot, false);
	for (size_t i = 0; i < table_size; i++)
		table[i].set &= ~bit;
	random_listener(&listeners[slot]);
	assert_int_equal(sieve_write(&sieve, slot, &listeners[slot].filter, enter, &bit), 0);
	assert_int_equal(sieve.active & bit, 0);
	sieve_switch(&sieve, slot, true);
}

static void the_sets_say_what_the_filters_say(void **state)
{
	unsigned int wanted = 0, unwanted = 0;

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		put_listener(random() % PROCSIEVE_LISTENERS);
		for (unsigned int i = 0; i < EVENTS; i++) {
			struct event event = random_event();
			uint64_t want = ask_sieve(&event);

			for (unsigned int slot = 0; slot < PROCSIEVE_LISTENERS; slot++) {
				bool expected = listeners[slot].on &&
						ask_filter(&listeners[slot].filter, &event);

				if ((want >> slot & 1) != expected)
					fail_msg("round %u, slot %u: the filter says %d", round,
						 slot, expected);
				wanted += expected;
				unwanted += !expected;
			}
		}
	}
	assert_true(wanted > 10000 && unwanted > 10000);
}

static void arguments_and_descendants_are_the_listeners_choice(void **state)
{
	(void)state;
	for (unsigned int slot = 0; slot < PROCSIEVE_LISTENERS; slot++) {
		put_listener(slot);
		assert_int_equal(sieve.args >> slot & 1, !listeners[slot].filter.no_args);
		assert_int_equal(sieve.follow >> slot & 1, listeners[slot].filter.follow);
	}
}

/* Processes are entered from inside the kernel, but the dimension is used. */
static void a_pid_filter_lets_nobody_through_by_itself(void **state)
{
	__u64 pid = 1;
	uint64_t bit = 1;
	struct procsieve_filter filter = {.events = 1, .pids = {&pid, 1}};

	(void)state;
	assert_int_equal(sieve_write(&sieve, 0, &filter, enter, &bit), 0);
	assert_int_equal(sieve.any[SIEVE_PID] & bit, 0);
	assert_int_equal(sieve.narrow & bit, bit);
	assert_null(find_entry(SIEVE_PID, &(uint32_t){1}));
}

static int refuse(void *context, enum sieve_dimension dimension, const void *key)
{
	(void)context;
	(void)dimension;
	(void)key;
	return -E2BIG;
}

static void a_table_that_is_full_is_told(void **state)
{
	__u64 value = 1;
	const struct procsieve_filter filters[] = {
		{.events = 1, .uids = {&value, 1}},
		{.events = 1, .gids = {&value, 1}},
		{.events = 1, .cpus = {&value, 1}},
		{.events = 1, .cgroups = {&value, 1}},
		{.events = 1, .comms = &(char[16]){"a"}, .comm_count = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		assert_int_equal(sieve_write(&sieve, 0, &filters[i], refuse, NULL), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sets_say_what_the_filters_say),
		cmocka_unit_test(arguments_and_descendants_are_the_listeners_choice),
		cmocka_unit_test(a_pid_filter_lets_nobody_through_by_itself),
		cmocka_unit_test(a_table_that_is_full_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
