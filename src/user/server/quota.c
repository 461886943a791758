// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas of users; see quota.h. */
#include "server/quota.h"

#include <string.h>

#include "engine/engine.h"
#include "server/client.h"

/* Connections allowed to a user besides its listeners. */
#define EXTRA_CONNECTIONS 8

/* Reserved for root, however many users there are. */
#define ROOT_CONNECTIONS 16
#define ROOT_LISTENERS	 8

#define ANY_USER	 ((uint32_t)-1)

/*
 * Memory that loading a snapshot needs for a short time, including what the server itself may need
 * at that time; and memory reserved for root.
 */
#define MEMORY_RESERVE (16ull << 20)
#define ROOT_MEMORY    (16ull << 20)

/* Size of a hash table entry, including the kernel's overhead; and that of a path of a cgroup. */
#define TABLE_ENTRY_BYTES 128
#define TABLE_PATH_BYTES  1024

uint32_t quota_account(const struct clients *clients, uint32_t uid, const struct peer *peer)
{
	if (!uid)
		return 0;
	if (!peer->view.user_level)
		return subordinate_user(&clients->quota.subordinate, uid);
	/* The ids that root has given to a container are not root. */
	return peer->ns_creator ? peer->ns_creator : uid;
}

static bool counts_as(uint32_t account, uint32_t wanted)
{
	/* Root has no quota and does not use up that of others. */
	return account && (wanted == ANY_USER || account == wanted);
}

static unsigned int count_connections(const struct clients *clients, uint32_t account)
{
	unsigned int count = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->all[i].state != CLIENT_FREE &&
		    counts_as(clients->all[i].account, account))
			count++;
	return count;
}

const char *quota_check_connection(const struct clients *clients, uint32_t account)
{
	const uint64_t most = clients->options->listeners_per_user + EXTRA_CONNECTIONS;

	if (!account)
		return NULL;
	if (count_connections(clients, account) >= most)
		return "too many connections";
	if (count_connections(clients, ANY_USER) >= CLIENTS_MAX - ROOT_CONNECTIONS)
		return "too many connections of all users; the others are reserved for root";
	return NULL;
}

/* Returns the largest power of two that is not greater than `most`. */
static uint64_t round_down_power(uint64_t most)
{
	uint64_t power = 1;

	while (power <= most / 2)
		power *= 2;
	return power;
}

uint64_t quota_default_ring(const struct clients *clients, const struct client *client)
{
	const struct settings *options = clients->options;
	uint64_t share = options->ring_per_user;

	if (!client->account)
		return ENGINE_RING_DEFAULT;
	if (options->listeners_per_user)
		share /= options->listeners_per_user;
	if (share < ENGINE_RING_MIN)
		share = ENGINE_RING_MIN;
	return round_down_power(share < ENGINE_RING_DEFAULT ? share : ENGINE_RING_DEFAULT);
}

/* What one user, or all users together, hold. */
struct usage {
	unsigned int listeners, snapshots;
	uint64_t ring_bytes;
};

static struct usage usage_of(const struct clients *clients, uint32_t account)
{
	const struct quota *quota = &clients->quota;
	struct usage usage = {0};

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &clients->all[i];

		if (client->state == CLIENT_FREE || !counts_as(client->account, account))
			continue;
		usage.listeners += client->has_listener;
		usage.ring_bytes += client->has_listener ? client->ring_size : 0;
		usage.snapshots += client->has_snapshot;
	}
	for (size_t i = 0; i < quota->count; i++) {
		if (!counts_as(quota->objects[i].account, account))
			continue;
		usage.listeners += quota->objects[i].ring_size != 0;
		usage.ring_bytes += quota->objects[i].ring_size;
		usage.snapshots += !quota->objects[i].ring_size;
	}
	return usage;
}

static void mark_map(void *context, uint32_t id)
{
	struct quota *quota = context;

	for (size_t i = 0; i < quota->count; i++)
		quota->objects[i].seen |=
			id == quota->objects[i].maps[0] || id == quota->objects[i].maps[1];
}

/* Removes entries whose maps no longer exist. If that cannot be found out, all entries stay. */
static void remove_closed(struct clients *clients)
{
	struct quota *quota = &clients->quota;
	size_t left = 0;

	for (size_t i = 0; i < quota->count; i++)
		quota->objects[i].seen = false;
	if (!quota->count || engine_for_each_map(clients->engine, mark_map, quota))
		return;
	for (size_t i = 0; i < quota->count; i++)
		if (quota->objects[i].seen)
			quota->objects[left++] = quota->objects[i];
	quota->count = left;
}

/* Returns the size of the existing cgroups that a filter may name by patterns. */
static uint64_t cgroups_bytes(const struct procsieve_filter *filter)
{
	for (size_t i = 0; i < filter->cgroup_path_count; i++)
		if (strchr(filter->cgroup_paths[i].path, '*'))
			return PROCSIEVE_LIST_MAX * TABLE_ENTRY_BYTES;
	return 0;
}

/* Returns the maximum size of a filter's lists in the sieve's tables. */
static uint64_t filter_bytes(const struct procsieve_filter *filter)
{
	__u32 counts[WIRE_LIST_COUNT];
	uint64_t values = 0;

	wire_counts(filter, counts);
	for (int i = 0; i < WIRE_LIST_COUNT; i++)
		values += counts[i];
	return values * TABLE_ENTRY_BYTES +
	       (counts[WIRE_cgroups] + counts[WIRE_cgroup_paths]) * TABLE_PATH_BYTES +
	       cgroups_bytes(filter);
}

/*
 * Checks that enough memory is left below the server's limit for `bytes` and for the server's own
 * next allocations.
 */
static enum wire_answer check_memory(const struct clients *clients, const struct client *client,
				     uint64_t bytes, struct reason *why)
{
	uint64_t reserve = MEMORY_RESERVE + (client->account ? ROOT_MEMORY : 0), left, limit;

	if (!memory_bound_left(&clients->quota.bound, &left, &limit) || left >= bytes + reserve)
		return WIRE_DONE;
	reason_set(why, STATUS_FAILURE,
		   "the server's memory is limited to %llu MiB (MemoryMax= of its service); too "
		   "little is left for %llu KiB more",
		   (unsigned long long)limit >> 20, (unsigned long long)bytes >> 10);
	return WIRE_QUOTA;
}

static enum wire_answer check_usage(const struct clients *clients, uint32_t account,
				    uint64_t ring_size, struct reason *why)
{
	const struct settings *options = clients->options;
	const struct usage user = usage_of(clients, account), all = usage_of(clients, ANY_USER);
	uint64_t wanted = user.ring_bytes + ring_size;

	if (user.listeners >= options->listeners_per_user)
		reason_set(why, STATUS_FAILURE,
			   "user %u has as many listeners as it may: %llu (--listeners-per-user); "
			   "a listener counts until its ring is closed",
			   account, (unsigned long long)options->listeners_per_user);
	else if (all.listeners >= PROCSIEVE_LISTENERS - ROOT_LISTENERS)
		reason_set(why, STATUS_FAILURE,
			   "all listener slots are taken except %d, which are reserved for root",
			   ROOT_LISTENERS);
	else if (wanted > options->ring_per_user)
		reason_set(why, STATUS_FAILURE,
			   "user %u would have rings of %llu bytes; the maximum is %llu "
			   "(--ring-per-user); request a smaller one with --ring",
			   account, (unsigned long long)wanted,
			   (unsigned long long)options->ring_per_user);
	else
		return WIRE_DONE;
	return WIRE_QUOTA;
}

enum wire_answer quota_check_listener(struct clients *clients, const struct client *client,
				      uint64_t ring_size, struct reason *why)
{
	enum wire_answer answer = WIRE_DONE;

	if (client->account)
		answer = check_usage(clients, client->account, ring_size, why);
	if (answer && clients->quota.count) {
		remove_closed(clients);
		answer = check_usage(clients, client->account, ring_size, why);
	}
	return answer ? answer
		      : check_memory(clients, client,
				     ring_size + filter_bytes(&client->request.filter), why);
}

static enum wire_answer check_snapshots(const struct clients *clients, uint32_t account,
					struct reason *why)
{
	if (usage_of(clients, account).snapshots >= QUOTA_SNAPSHOTS)
		reason_set(why, STATUS_FAILURE,
			   "user %u has %d snapshots open, the maximum; close one", account,
			   QUOTA_SNAPSHOTS);
	else if (usage_of(clients, ANY_USER).snapshots >= QUOTA_SNAPSHOTS_ALL)
		reason_set(why, STATUS_FAILURE,
			   "all users together have %d snapshots open, the maximum; try later",
			   QUOTA_SNAPSHOTS_ALL);
	else
		return WIRE_DONE;
	return WIRE_QUOTA;
}

enum wire_answer quota_check_snapshot(struct clients *clients, const struct client *client,
				      struct reason *why)
{
	enum wire_answer answer = WIRE_DONE;

	if (client->account)
		answer = check_snapshots(clients, client->account, why);
	if (answer && clients->quota.count) {
		remove_closed(clients);
		answer = check_snapshots(clients, client->account, why);
	}
	return answer ? answer : check_memory(clients, client, 0, why);
}

void quota_add_object(struct clients *clients, const struct client *client, const uint32_t maps[2],
		      uint64_t ring_size)
{
	struct quota *quota = &clients->quota;

	if (!client->account || quota->count == QUOTA_OBJECTS_MAX)
		return;
	quota->objects[quota->count++] = (struct quota_object){
		.account = client->account, .maps = {maps[0], maps[1]}, .ring_size = ring_size};
}
