// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The translation of filters into the sieve: random filters in random slots, applied to random
 * events. One result comes from the bit sets, with the AND that the BPF side computes; the other
 * from the filter itself, by plain comparison.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/sieve_compile.h"

#define ROUNDS	      300
#define EVENTS	      300
#define TABLE_MAX     4000
#define VALUES	      6 /* few, so that events and filters match often */
#define CGROUP_LEVELS 3

/*
 * Numbers that differ only in their high bits, and names that differ only in their last byte, to
 * detect truncation.
 */
static const uint32_t ids[VALUES] = {0, 1, 1000, 66536, 0x80000001, 0xfffffffe};
static const uint64_t cgroup_ids[VALUES] = {
	1, 2, 1ull << 32 | 1, 1ull << 32 | 2, 1ull << 63 | 1, UINT64_MAX};
static const uint64_t auids[VALUES] = {
	0, 1, 1000, 0xfffffffe, PROCSIEVE_AUID_UNSET, PROCSIEVE_AUID_SET};
static const char comms[VALUES][PROCSIEVE_COMM_SIZE] = {
	"a", "ab", "b", "kworker/u8:12-x", "kworker/u8:12-y", "a b,\xff",
};

static struct sieve sieve;

/* The tables of the dimensions, which the engine keeps in maps. */
static struct entry {
	enum sieve_table dimension;
	unsigned char key[sizeof(struct sieve_comm)];
	uint64_t set;
} table[TABLE_MAX];
static size_t table_size;

static size_t key_size(enum sieve_table dimension)
{
	static const size_t sizes[SIEVE_DIMENSION_COUNT] = {
#define X(NAME, map, key, text) sizeof(key),
		SIEVE_DIMENSIONS(X)
#undef X
	};

	return sizes[dimension];
}

static struct entry *find_entry(enum sieve_table dimension, const void *key)
{
	for (size_t i = 0; i < table_size; i++)
		if (table[i].dimension == dimension &&
		    !memcmp(table[i].key, key, key_size(dimension)))
			return &table[i];
	return NULL;
}

static int add_value(void *context, enum sieve_table dimension, const void *key)
{
	const struct sieve_path *path = key;
	struct entry *entry;

	/* The kernel side enters the ids of the cgroups that a filter names. */
	if (dimension == SIEVE_PATH)
		return add_value(context, SIEVE_CGROUP, &path->below);
	entry = find_entry(dimension, key);

	if (!entry) {
		assert_true(table_size < TABLE_MAX);
		entry = &table[table_size++];
		*entry = (struct entry){.dimension = dimension};
		memcpy(entry->key, key, key_size(dimension));
	}
	entry->set |= *(uint64_t *)context;
	return 0;
}

static uint64_t lookup_table(enum sieve_table dimension, const void *key)
{
	const struct entry *entry = find_entry(dimension, key);

	return sieve.unused[dimension] | (entry ? entry->set : 0);
}

struct event {
	enum procsieve_type type;
	bool thread;
	uint32_t status, pid, uid, euid, gid, cpu;
	uint64_t auid;
	uint64_t cgroups[CGROUP_LEVELS]; /* its own cgroup and its ancestors */
	char comm[PROCSIEVE_COMM_SIZE], thread_comm[PROCSIEVE_COMM_SIZE];
};

/* A login uid that is set is in the set of its own value, and in that of all. */
static uint64_t lookup_auid(uint64_t auid)
{
	const uint64_t any = PROCSIEVE_AUID_SET;
	uint64_t accept = lookup_table(SIEVE_AUID, &auid);

	return auid == PROCSIEVE_AUID_UNSET ? accept : accept | lookup_table(SIEVE_AUID, &any);
}

/* The listeners that the bit sets select. */
static uint64_t sieve_accepts(const struct event *event)
{
	uint64_t want = sieve.active & sieve.by_event[event->type][event->thread];
	uint64_t in_cgroup = 0, before;

	if (event->type == PROCSIEVE_EXIT)
		want &= sieve.by_status[sieve_status_index(event->status)] |
			(event->status & 0x80 ? sieve.by_core : 0);
	before = want;
	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		in_cgroup |= lookup_table(SIEVE_CGROUP, &event->cgroups[level]);
	want &= lookup_table(SIEVE_PID, &event->pid) & lookup_table(SIEVE_UID, &event->uid) &
		lookup_table(SIEVE_GID, &event->gid) & lookup_table(SIEVE_CPU, &event->cpu) &
		lookup_table(SIEVE_COMM, event->comm) & in_cgroup &
		lookup_table(SIEVE_THREAD_COMM, event->thread_comm) &
		lookup_table(SIEVE_EUID, &event->euid) & lookup_auid(event->auid);
	/*
	 * A listener that does not use a dimension passes all its values: the BPF side does not
	 * look them up.
	 */
	assert_int_equal(want & ~sieve.has_filter, before & ~sieve.has_filter);
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

static bool comms_accept(char (*names)[PROCSIEVE_COMM_SIZE], size_t count, const char *comm)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(names[i], comm))
			return true;
	return !count;
}

static bool auids_accept(const struct procsieve_list *list, uint64_t auid)
{
	return list_has(list, auid) ||
	       (auid != PROCSIEVE_AUID_UNSET && list_has(list, PROCSIEVE_AUID_SET));
}

/* Returns whether the filter itself selects the event. */
static bool filter_accepts(const struct procsieve_filter *filter, const struct event *event)
{
	bool in_cgroup = !filter->cgroups.count;

	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		in_cgroup |= list_has(&filter->cgroups, event->cgroups[level]);
	return filter->events & PROCSIEVE_MASK(event->type) &&
	       (filter->threads || !event->thread) &&
	       (event->type != PROCSIEVE_EXIT || statuses_accept(filter, event->status)) &&
	       list_has(&filter->pids, event->pid) && list_has(&filter->uids, event->uid) &&
	       list_has(&filter->gids, event->gid) && list_has(&filter->cpus, event->cpu) &&
	       list_has(&filter->euids, event->euid) && auids_accept(&filter->auids, event->auid) &&
	       in_cgroup && comms_accept(filter->comms, filter->comm_count, event->comm) &&
	       comms_accept(filter->thread_comms, filter->thread_comm_count, event->thread_comm);
}

/* A filter with the memory of its lists. */
struct listener {
	struct procsieve_filter filter;
	__u64 pids[VALUES], uids[VALUES], gids[VALUES], cpus[VALUES], cgroups[VALUES];
	__u64 euids[VALUES], auids[VALUES];
	char comms[VALUES][PROCSIEVE_COMM_SIZE], thread_comms[VALUES][PROCSIEVE_COMM_SIZE];
	bool on;
};

static uint64_t random_bits(void)
{
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

static uint32_t random_id(void)
{
	return ids[random() % VALUES];
}

static void random_list(struct procsieve_list *list, __u64 *values)
{
	*list = (struct procsieve_list){.values = values};
	while (random() % 3 == 0 && list->count < VALUES)
		values[list->count++] = random_id();
}

static void random_list_of(struct procsieve_list *list, __u64 *values, const uint64_t *from)
{
	*list = (struct procsieve_list){.values = values};
	while (random() % 3 == 0 && list->count < VALUES)
		values[list->count++] = from[random() % VALUES];
}

static size_t random_comms(char (*names)[PROCSIEVE_COMM_SIZE])
{
	size_t count = 0;

	while (random() % 3 == 0 && count < VALUES)
		memcpy(names[count++], comms[random() % VALUES], PROCSIEVE_COMM_SIZE);
	return count;
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
			     .codes = {random_bits(), random_bits(), random_bits(), random_bits()},
			     .signals = {random_bits(), random_bits()}},
		.comms = listener->comms,
		.comm_count = random_comms(listener->comms),
		.thread_comms = listener->thread_comms,
		.thread_comm_count = random_comms(listener->thread_comms),
	};
	random_list(&filter->pids, listener->pids);
	random_list(&filter->uids, listener->uids);
	random_list(&filter->euids, listener->euids);
	random_list(&filter->gids, listener->gids);
	random_list(&filter->cpus, listener->cpus);
	random_list_of(&filter->cgroups, listener->cgroups, cgroup_ids);
	random_list_of(&filter->auids, listener->auids, auids);
}

/* As from wait(2): a code, or a signal from 1 to 127 with or without a core dump. */
static uint32_t random_status(void)
{
	if (random() % 2)
		return random() % 256 << 8;
	return (1 + random() % 127) | (random() % 2 ? 0x80 : 0);
}

static struct event random_event(void)
{
	struct event event = {
		.type = random() % PROCSIEVE_EVENT_COUNT,
		.thread = random() % 2,
		.status = random_status(),
		.pid = random_id(),
		.uid = random_id(),
		.euid = random_id(),
		.gid = random_id(),
		/* Without the value that only filters have, which is the last. */
		.auid = auids[random() % (VALUES - 1)],
		.cpu = random_id(),
	};

	memcpy(event.comm, comms[random() % VALUES], sizeof(event.comm));
	memcpy(event.thread_comm, comms[random() % VALUES], sizeof(event.thread_comm));
	for (size_t level = 0; level < CGROUP_LEVELS; level++)
		event.cgroups[level] = cgroup_ids[random() % VALUES];
	return event;
}

static struct listener listeners[PROCSIEVE_LISTENERS];

/* The kernel side enters process IDs into their table. */
static void seed_pids(const struct procsieve_list *pids, uint64_t bit)
{
	for (size_t i = 0; i < pids->count; i++) {
		uint32_t pid = pids->values[i];

		add_value(&bit, SIEVE_PID, &pid);
	}
}

static void put_listener(unsigned int slot)
{
	uint64_t bit = 1ull << slot, others = sieve.active & ~bit;

	/* The engine removes the slot's previous listener from the tables. */
	sieve_set_active(&sieve, slot, false);
	for (size_t i = 0; i < table_size; i++)
		table[i].set &= ~bit;
	random_listener(&listeners[slot]);
	assert_int_equal(sieve_write(&sieve, slot, &listeners[slot].filter, NULL, add_value, &bit),
			 0);
	seed_pids(&listeners[slot].filter.pids, bit);
	assert_int_equal(sieve.active, others);
	sieve_set_active(&sieve, slot, true);
	assert_int_equal(sieve.active, others | bit);
}

static void switch_off(unsigned int slot)
{
	sieve_set_active(&sieve, slot, false);
	listeners[slot].on = false;
}

/* Compares both results for an event, for every slot; counts the answers. */
static void compare_answers(unsigned int round, unsigned int answers[2])
{
	struct event event = random_event();
	uint64_t want = sieve_accepts(&event);

	for (unsigned int slot = 0; slot < PROCSIEVE_LISTENERS; slot++) {
		bool expected =
			listeners[slot].on && filter_accepts(&listeners[slot].filter, &event);

		if ((want >> slot & 1) != expected)
			fail_msg(
				"round %u, slot %u, event %d of %s, status %#x: the filter says %d",
				round, slot, event.type, event.thread ? "a thread" : "a process",
				event.status, expected);
		answers[expected]++;
	}
}

/* Listeners are put into free and used slots, and some are removed. */
static void the_bit_sets_agree_with_the_filters(void **state)
{
	unsigned int answers[2] = {0};

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		if (random() % 8 == 0)
			switch_off(random() % PROCSIEVE_LISTENERS);
		else
			put_listener(random() % PROCSIEVE_LISTENERS);
		for (unsigned int i = 0; i < EVENTS; i++)
			compare_answers(round, answers);
	}
	assert_true(answers[true] > 10000 && answers[false] > 10000);
}

/*
 * A set with one status only, or with all others. For a signal with a core dump, the signal counts.
 */
static struct procsieve_filter filter_of_status(unsigned int index, bool others)
{
	struct procsieve_filter filter = {.events = PROCSIEVE_MASK(PROCSIEVE_EXIT),
					  .statuses_set = true};

	if (others)
		memset(&filter.statuses, 0xff, offsetof(struct procsieve_statuses, core));
	if (index < 256)
		filter.statuses.codes[index / 64] ^= 1ull << index % 64;
	else
		filter.statuses.signals[(index - 256) / 64] ^= 1ull << index % 64;
	return filter;
}

static void assert_accepted(unsigned int index, uint32_t status, uint64_t bit, bool expected)
{
	bool accepted = sieve.by_status[sieve_status_index(status)] & bit;

	if (accepted != expected)
		fail_msg("set %u: %s status %#x", index, accepted ? "takes" : "refuses", status);
}

static void every_status_has_a_place_of_its_own(void **state)
{
	uint64_t bit = 1ull << 63;

	(void)state;
	for (unsigned int i = 0; i < 2 * SIEVE_STATUS_COUNT; i++) {
		unsigned int index = i / 2;
		bool others = i % 2;
		const struct procsieve_filter filter = filter_of_status(index, others);

		assert_int_equal(sieve_write(&sieve, 63, &filter, NULL, add_value, &bit), 0);
		assert_int_equal(sieve.by_core & bit, 0);
		for (uint32_t code = 0; code < 256; code++)
			assert_accepted(index, code << 8, bit, (code == index) != others);
		for (uint32_t signal = 1; signal < 128; signal++) {
			bool expected = (256 + signal == index) != others;

			assert_accepted(index, signal, bit, expected);
			assert_accepted(index, signal | 0x80, bit, expected);
		}
	}
}

/* A listener's bits are independent of all others, in every set. */
static void no_other_slot_is_touched(void **state)
{
	static struct sieve before, after;

	(void)state;
	for (unsigned int slot = 0; slot < PROCSIEVE_LISTENERS; slot++) {
		const uint64_t *old = (const uint64_t *)&before, *new = (const uint64_t *)&after;

		memset(&before, slot % 2 ? 0xff : 0, sizeof(before));
		before.active &= ~(1ull << slot);
		after = before;
		random_listener(&listeners[slot]);
		assert_int_equal(sieve_write(&after, slot, &listeners[slot].filter, NULL, add_value,
					     &(uint64_t){1ull << slot}),
				 0);
		sieve_set_active(&after, slot, true);
		for (size_t i = 0; i < sizeof(after) / sizeof(*new); i++)
			assert_int_equal((old[i] ^ new[i]) & ~(1ull << slot), 0);
		assert_int_equal(after.active, before.active | 1ull << slot);
		assert_int_equal(after.lossy, before.lossy);
		sieve_set_active(&after, slot, false);
		assert_int_equal(after.active, before.active);
	}
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

/* The kernel side enters the processes, but the dimension is used. */
static void a_pid_filter_alone_passes_no_process(void **state)
{
	__u64 pid = 4242;
	uint64_t bit = 1;
	struct procsieve_filter filter = {.events = 1, .pids = {&pid, 1}};

	(void)state;
	assert_int_equal(sieve_write(&sieve, 0, &filter, NULL, add_value, &bit), 0);
	assert_int_equal(sieve.unused[SIEVE_PID] & bit, 0);
	assert_int_equal(sieve.has_filter & bit, bit);
	assert_null(find_entry(SIEVE_PID, &(uint32_t){4242}));
}

/* A table with space for some keys. */
struct room {
	unsigned int left, asked;
};

static int add_value_while_room(void *context, enum sieve_table dimension, const void *key)
{
	struct room *room = context;

	(void)dimension;
	(void)key;
	room->asked++;
	return room->left-- ? 0 : -E2BIG;
}

/* The first error is passed on, whichever key it is for, and no further key is tried. */
static void a_full_table_is_an_error(void **state)
{
	__u64 values[] = {1, 2};
	char names[2][PROCSIEVE_COMM_SIZE] = {"a", "b"};
	const struct procsieve_filter filter = {
		.events = 1,
		.uids = {values, 2},
		.euids = {values, 2},
		.gids = {values, 2},
		.auids = {values, 2},
		.cpus = {values, 2},
		.cgroups = {values, 2},
		.comms = names,
		.comm_count = 2,
		.thread_comms = names,
		.thread_comm_count = 2,
	};

	(void)state;
	for (unsigned int keys = 0; keys < 16; keys++) {
		struct room room = {.left = keys};

		assert_int_equal(sieve_write(&sieve, 0, &filter, NULL, add_value_while_room, &room),
				 -E2BIG);
		assert_int_equal(room.asked, keys + 1);
	}
	assert_int_equal(sieve_write(&sieve, 0, &filter, NULL, add_value_while_room,
				     &(struct room){.left = 16}),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bit_sets_agree_with_the_filters),
		cmocka_unit_test(every_status_has_a_place_of_its_own),
		cmocka_unit_test(no_other_slot_is_touched),
		cmocka_unit_test(arguments_and_descendants_are_the_listeners_choice),
		cmocka_unit_test(a_pid_filter_alone_passes_no_process),
		cmocka_unit_test(a_full_table_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
