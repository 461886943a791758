// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary bytes as a request to the server. An accepted request is the same after it has been
 * encoded and decoded again. The mutator starts from valid requests and keeps the numbers in the
 * head correct, since random bytes would not get further.
 */
#include "fuzz.h"

#include <string.h>

#include <procsieve/event.h>

#include "lib/wire.h"

static void require_equal_lists(const void *a, size_t a_count, const void *b, size_t b_count,
				size_t size)
{
	require(a_count == b_count);
	require(!a_count || !memcmp(a, b, a_count * size));
}

static void require_equal_numbers(const struct procsieve_list *a, const struct procsieve_list *b)
{
	require_equal_lists(a->values, a->count, b->values, b->count, sizeof(*a->values));
}

static void require_equal_filters(const struct procsieve_filter *a,
				  const struct procsieve_filter *b)
{
	require(a->events == b->events && a->sections == b->sections);
	require(a->threads == b->threads && a->no_args == b->no_args && a->follow == b->follow);
	require(a->statuses_set == b->statuses_set);
	require(!memcmp(a->statuses.codes, b->statuses.codes, sizeof(a->statuses.codes)));
	require(!memcmp(a->statuses.signals, b->statuses.signals, sizeof(a->statuses.signals)));
	/* Unused statuses are not sent, so this is not compared. */
	require(!a->statuses_set || a->statuses.core == b->statuses.core);
	require_equal_numbers(&a->pids, &b->pids);
	require_equal_numbers(&a->uids, &b->uids);
	require_equal_numbers(&a->gids, &b->gids);
	require_equal_numbers(&a->cgroups, &b->cgroups);
	require_equal_numbers(&a->cpus, &b->cpus);
	require_equal_numbers(&a->euids, &b->euids);
	require_equal_numbers(&a->auids, &b->auids);
	require_equal_lists(a->comms, a->comm_count, b->comms, b->comm_count, sizeof(*a->comms));
	require_equal_lists(a->thread_comms, a->thread_comm_count, b->thread_comms,
			    b->thread_comm_count, sizeof(*a->thread_comms));
	require_equal_lists(a->envs, a->env_count, b->envs, b->env_count, sizeof(*a->envs));
	require_equal_lists(a->cgroup_paths, a->cgroup_path_count, b->cgroup_paths,
			    b->cgroup_path_count, sizeof(*a->cgroup_paths));
}

static void require_equal_selections(const struct procsieve_selection *a,
				     const struct procsieve_selection *b)
{
	require(a->strategy == b->strategy && a->strategy <= PROCSIEVE_DESCENDANTS);
	require(a->root == b->root && a->states == b->states && a->sections == b->sections);
	require(a->mappings == b->mappings && a->fds == b->fds);
}

/* Encodes and decodes the filter again, in an allocation of exactly the former size. */
static void check_again(const struct wire_request *request, size_t size)
{
	struct wire_request again;
	char *packet = malloc(size), reason[128];

	require(packet);
	require(wire_encode(request, packet, size - 1) < 0);
	require(wire_encode(request, packet, size) == (long)size);
	require(!wire_decode(packet, size, &again, reason, sizeof(reason)));
	require(again.operation == request->operation && again.ring_size == request->ring_size);
	require(again.existing == request->existing);
	require_equal_filters(&request->filter, &again.filter);
	require_equal_selections(&request->selection, &again.selection);
	wire_request_clear(&again);
	free(packet);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *reason = malloc(128);
	struct wire_request request;

	require(reason);
	*reason = '\0';
	if (wire_decode(data, size, &request, reason, 128)) {
		require(*reason && strnlen(reason, 128) < 128);
	} else {
		require(request.operation == WIRE_LISTEN || request.operation == WIRE_STATUS ||
			request.operation == WIRE_SNAPSHOT);
		if (request.operation != WIRE_STATUS)
			check_again(&request, size);
		wire_request_clear(&request);
	}
	free(reason);
	return 0;
}

/* The length of a list: most lists are absent, some are full. */
static size_t pick_count(struct dice *dice, size_t limit)
{
	switch (pick(dice, 16)) {
	case 0:
		return limit;
	case 1 ... 4:
		return pick(dice, 4);
	default:
		return 0;
	}
}

static void fill_numbers(struct dice *dice, struct procsieve_list *list, __u64 *values)
{
	static const __u64 edges[] = {0, 1, 0xfffffffe, 0xffffffff, 1ull << 32, ~0ull};

	list->values = values;
	list->count = pick_count(dice, PROCSIEVE_LIST_MAX);
	for (size_t i = 0; i < list->count; i++)
		values[i] = pick(dice, 64) ? 1 + pick(dice, 100000)
					   : edges[pick(dice, sizeof(edges) / sizeof(edges[0]))];
}

static size_t fill_names(struct dice *dice, char *names, size_t size, size_t limit)
{
	size_t count = pick_count(dice, limit);

	memset(names, 0, limit * size);
	for (size_t i = 0; i < count; i++)
		memset(names + i * size, 'a' + (int)pick(dice, 26), 1 + pick(dice, size - 1));
	return count;
}

static size_t fill_paths(struct dice *dice, struct procsieve_cgroup_path *paths, size_t limit)
{
	static const char *const components[] = {"/a", "/*", "/a b*.service", "/x"};
	size_t count = pick_count(dice, limit);

	memset(paths, 0, limit * sizeof(*paths));
	for (size_t i = 0; i < count; i++) {
		paths[i].below = pick(dice, 3);
		strcpy(paths[i].path, components[pick(dice, 4)]);
		strcat(paths[i].path, components[pick(dice, 4)]);
	}
	return count;
}

/* Encodes a request with a random filter. Returns its size. */
static size_t make_request(struct dice *dice, void *packet, size_t room)
{
	static __u64 values[7][PROCSIEVE_LIST_MAX];
	static char comms[32][PROCSIEVE_COMM_SIZE], thread_comms[32][PROCSIEVE_COMM_SIZE],
		envs[32][PROCSIEVE_ENV_NAME_SIZE];
	static struct procsieve_cgroup_path paths[PROCSIEVE_CGROUP_GLOBS_MAX];
	struct procsieve_filter filter = {
		.events = 1 + pick(dice, PROCSIEVE_ALL_EVENTS),
		.sections = pick(dice, 1u << PROCSIEVE_SECTION_COUNT),
		.threads = pick(dice, 2),
		.no_args = pick(dice, 2),
		.statuses_set = pick(dice, 2),
		.statuses = {.codes = {roll(dice)}, .signals = {roll(dice)}, .core = pick(dice, 2)},
		.comms = comms,
		.thread_comms = thread_comms,
		.envs = envs,
		.cgroup_paths = paths,
	};
	struct wire_request request = {.operation = pick(dice, 2) ? WIRE_LISTEN : WIRE_SNAPSHOT,
				       .ring_size = pick(dice, 2) ? roll(dice) : 0,
				       .existing = pick(dice, 2)};
	long size;

	if (room < sizeof(struct wire_listen) || !pick(dice, 32)) {
		struct wire_head head;

		wire_head_set(&head, WIRE_STATUS, sizeof(head));
		memcpy(packet, &head, room < sizeof(head) ? room : sizeof(head));
		return room < sizeof(head) ? room : sizeof(head);
	}
	fill_numbers(dice, &filter.pids, values[0]);
	fill_numbers(dice, &filter.uids, values[1]);
	fill_numbers(dice, &filter.gids, values[2]);
	fill_numbers(dice, &filter.cgroups, values[3]);
	fill_numbers(dice, &filter.cpus, values[4]);
	fill_numbers(dice, &filter.euids, values[5]);
	fill_numbers(dice, &filter.auids, values[6]);
	filter.comm_count = fill_names(dice, *comms, sizeof(*comms), 32);
	filter.thread_comm_count = fill_names(dice, *thread_comms, sizeof(*thread_comms), 32);
	filter.env_count = fill_names(dice, *envs, sizeof(*envs), 32);
	if (request.operation == WIRE_LISTEN)
		filter.cgroup_path_count = fill_paths(dice, paths, PROCSIEVE_CGROUP_GLOBS_MAX);
	filter.follow = filter.pids.count && pick(dice, 2);
	request.filter = filter;
	request.selection = (struct procsieve_selection){
		.strategy = pick(dice, 4),
		.root = roll(dice),
		.states = pick(dice, 2u << PROCSIEVE_STATE_COUNT),
		.sections = pick(dice, 1u << PROCSIEVE_SECTION_COUNT),
		.mappings = pick(dice, 2),
		.fds = pick(dice, 2),
	};
	size = wire_encode(&request, packet, room);
	if (size >= 0)
		return size;
	request.filter = (struct procsieve_filter){.events = filter.events};
	return wire_encode(&request, packet, room);
}

/*
 * Corrects the fixed part's numbers to match the packet, and removes bytes that belong to no list.
 * Returns the size.
 */
static size_t correct_listen(uint8_t *packet, size_t size)
{
	static const size_t sizes[WIRE_LIST_COUNT] = {
#define X(member, size, most) size,
		WIRE_LISTS(X)
#undef X
	};
	struct wire_listen listen;
	size_t left = size - sizeof(listen);

	memcpy(&listen, packet, sizeof(listen));
	listen.events &= PROCSIEVE_ALL_EVENTS;
	listen.events |= !listen.events;
	listen.sections &= (1u << PROCSIEVE_SECTION_COUNT) - 1;
	listen.process_sections &= (1u << PROCSIEVE_SECTION_COUNT) - 1;
	listen.strategy %= PROCSIEVE_DESCENDANTS + 1;
	listen.states &= (1u << PROCSIEVE_STATE_COUNT) - 1;
	listen.flags &= WIRE_THREADS | WIRE_NO_ARGS | WIRE_FOLLOW | WIRE_STATUSES | WIRE_CORE |
			WIRE_EXISTING | WIRE_MAPPINGS | WIRE_FDS;
	for (unsigned int i = 0; i < WIRE_LIST_COUNT; i++) {
		if (listen.counts[i] > left / sizes[i])
			listen.counts[i] = left / sizes[i];
		left -= listen.counts[i] * sizes[i];
	}
	if (!listen.counts[WIRE_pids])
		listen.flags &= ~WIRE_FOLLOW;
	wire_head_set(&listen.head,
		      listen.head.operation == WIRE_SNAPSHOT ? WIRE_SNAPSHOT : WIRE_LISTEN,
		      size - left);
	memcpy(packet, &listen, sizeof(listen));
	return size - left;
}

static void correct_head(uint8_t *packet, size_t size)
{
	struct wire_head head;

	memcpy(&head, packet, sizeof(head));
	head.magic = WIRE_MAGIC;
	head.version = WIRE_VERSION;
	head.size = size;
	memcpy(packet, &head, sizeof(head));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	struct dice dice = {seed};

	if (!pick(&dice, 8) || size < sizeof(struct wire_head))
		size = make_request(&dice, data, max_size);
	if (pick(&dice, 8))
		size = LLVMFuzzerMutate(data, size, max_size);
	if (!pick(&dice, 16))
		return size;
	if (size >= sizeof(struct wire_listen) && pick(&dice, 4))
		return correct_listen(data, size);
	if (size >= sizeof(struct wire_head))
		correct_head(data, size);
	return size;
}
