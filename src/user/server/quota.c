// SPDX-License-Identifier: GPL-2.0-or-later
/* Quotas of users; see quota.h. */
#include "server/quota.h"

#include "engine/engine.h"
#include "server/client.h"

/* Connections allowed to a user besides its listeners. */
#define SPARE_CONNECTIONS 8

/* Reserved for root, however many users there are. */
#define KEPT_CONNECTIONS 16
#define KEPT_LISTENERS	 8

#define ANY_USER	 ((uint32_t)-1)

/*
 * Memory that loading a snapshot needs for a short time, including what the server itself may need
 * at that time; and memory reserved for root.
 */
#define MEMORY_RESERVE (16ull << 20)
#define MEMORY_ROOT    (16ull << 20)

/* Size of a hash table entry, including the kernel's overhead. */
#define TABLE_ENTRY_BYTES 128

uint32_t quota_account(const struct clients *clients, uint32_t uid, const struct peer *peer)
{
	if (!uid)
		return 0;
	if (!peer->view.user_level)
		return subordinate_user(&clients->quota.subordinate, uid);
	/* The ids that root has given to a container are not root. */
	return peer->ns_creator ? peer->ns_creator : uid;
}

static bool is_of(uint32_t account, uint32_t wanted)
{
	/* Root has no quota and does not use up that of others. */
	return account && (wanted == ANY_USER || account == wanted);
}

static unsigned int connections_of(const struct clients *clients, uint32_t account)
{
	unsigned int count = 0;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		if (clients->all[i].state != CLIENT_FREE && is_of(clients->all[i].account, account))
			count++;
	return count;
}

const char *quota_check_connection(const struct clients *clients, uint32_t account)
{
	const uint64_t most = clients->options->listeners_per_user + SPARE_CONNECTIONS;

	if (!account)
		return NULL;
	if (connections_of(clients, account) >= most)
		return "too many connections";
	if (connections_of(clients, ANY_USER) >= CLIENTS_MAX - KEPT_CONNECTIONS)
		return "too many connections of all users: what is left is root's";
	return NULL;
}

/* Returns the largest power of two that is not greater than `most`. */
static uint64_t power_below(uint64_t most)
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
	return power_below(share < ENGINE_RING_DEFAULT ? share : ENGINE_RING_DEFAULT);
}

/* What one user, or all users together, hold. */
struct held {
	unsigned int listeners, snapshots;
	uint64_t ring_bytes;
};

static struct held held_by(const struct clients *clients, uint32_t account)
{
	const struct quota *quota = &clients->quota;
	struct held held = {0};

	for (size_t i = 0; i < CLIENTS_MAX; i++) {
		const struct client *client = &clients->all[i];

		if (client->state == CLIENT_FREE || !is_of(client->account, account))
			continue;
		held.listeners += client->listens;
		held.ring_bytes += client->listens ? client->ring_size : 0;
		held.snapshots += client->snapshots;
	}
	for (size_t i = 0; i < quota->count; i++) {
		if (!is_of(quota->kept[i].account, account))
			continue;
		held.listeners += quota->kept[i].ring_size != 0;
		held.ring_bytes += quota->kept[i].ring_size;
		held.snapshots += !quota->kept[i].ring_size;
	}
	return held;
}

static void see_map(void *context, uint32_t id)
{
	struct quota *quota = context;

	for (size_t i = 0; i < quota->count; i++)
		quota->kept[i].seen |= id == quota->kept[i].maps[0] || id == quota->kept[i].maps[1];
}

/* Removes entries whose maps no longer exist. If that cannot be found out, all entries stay. */
static void drop_gone(struct clients *clients)
{
	struct quota *quota = &clients->quota;
	size_t left = 0;

	for (size_t i = 0; i < quota->count; i++)
		quota->kept[i].seen = false;
	if (!quota->count || engine_maps_visit(clients->engine, see_map, quota))
		return;
	for (size_t i = 0; i < quota->count; i++)
		if (quota->kept[i].seen)
			quota->kept[left++] = quota->kept[i];
	quota->count = left;
}

/* Returns the maximum size of a filter's lists in the sieve's tables. */
static uint64_t filter_bytes(const struct procsieve_filter *filter)
{
	__u32 counts[WIRE_LIST_COUNT];
	uint64_t values = 0;

	wire_counts(filter, counts);
	for (int i = 0; i < WIRE_LIST_COUNT; i++)
		values += counts[i];
	return values * TABLE_ENTRY_BYTES;
}

/*
 * Checks that enough memory is left below the server's limit for `bytes` and for the server's own
 * next allocations.
 */
static enum wire_answer check_memory(const struct clients *clients, const struct client *client,
				     uint64_t bytes, struct reason *why)
{
	uint64_t kept = MEMORY_RESERVE + (client->account ? MEMORY_ROOT : 0), left, limit;

	if (!memory_bound_left(&clients->quota.bound, &left, &limit) || left >= bytes + kept)
		return WIRE_DONE;
	reason_set(why, STATUS_FAILURE,
		   "the server's memory is bounded to %llu MiB (MemoryMax= of its service), of "
		   "which too little is left for %llu KiB more",
		   (unsigned long long)limit >> 20, (unsigned long long)bytes >> 10);
	return WIRE_QUOTA;
}

static enum wire_answer check_held(const struct clients *clients, uint32_t account,
				   uint64_t ring_size, struct reason *why)
{
	const struct settings *options = clients->options;
	const struct held user = held_by(clients, account), all = held_by(clients, ANY_USER);
	uint64_t wanted = user.ring_bytes + ring_size;

	if (user.listeners >= options->listeners_per_user)
		reason_set(why, STATUS_FAILURE,
			   "user %u has %llu listeners, all that it may have: one counts until "
			   "its ring is closed, too",
			   account, (unsigned long long)options->listeners_per_user);
	else if (all.listeners >= PROCSIEVE_LISTENERS - KEPT_LISTENERS)
		reason_set(why, STATUS_FAILURE,
			   "all listener slots are taken but %d, which are root's", KEPT_LISTENERS);
	else if (wanted > options->ring_per_user)
		reason_set(why, STATUS_FAILURE,
			   "user %u would have rings of %llu bytes, and may have %llu; --ring asks "
			   "for less",
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
		answer = check_held(clients, client->account, ring_size, why);
	if (answer && clients->quota.count) {
		drop_gone(clients);
		answer = check_held(clients, client->account, ring_size, why);
	}
	return answer ? answer
		      : check_memory(clients, client,
				     ring_size + filter_bytes(&client->request.filter), why);
}

static enum wire_answer check_snapshots(const struct clients *clients, uint32_t account,
					struct reason *why)
{
	if (held_by(clients, account).snapshots >= QUOTA_SNAPSHOTS)
		reason_set(why, STATUS_FAILURE,
			   "user %u has %d snapshots open, all that it may have", account,
			   QUOTA_SNAPSHOTS);
	else if (held_by(clients, ANY_USER).snapshots >= QUOTA_SNAPSHOTS_ALL)
		reason_set(why, STATUS_FAILURE,
			   "users have %d snapshots open, all that they may have together",
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
		drop_gone(clients);
		answer = check_snapshots(clients, client->account, why);
	}
	return answer ? answer : check_memory(clients, client, 0, why);
}

void quota_keep(struct clients *clients, const struct client *client, const uint32_t maps[2],
		uint64_t ring_size)
{
	struct quota *quota = &clients->quota;

	if (!client->account || quota->count == QUOTA_KEPT_MAX)
		return;
	quota->kept[quota->count++] = (struct quota_kept){
		.account = client->account, .maps = {maps[0], maps[1]}, .ring_size = ring_size};
}
