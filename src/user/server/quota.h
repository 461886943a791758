/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quotas: the number of connections, listeners, rings and snapshots of each user, and what is
 * reserved for root. What a client keeps after its connection has ended counts until it no longer
 * exists. Each quota is checked before an object is created. A refusal states the limit.
 */
#ifndef USER_SERVER_QUOTA_H
#define USER_SERVER_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory_bound.h"
#include "base/reason.h"
#include "server/subordinate_ids.h"
#include "lib/wire.h"

/* Maximum number of open snapshots of one user, and of all users together. */
#define QUOTA_SNAPSHOTS	    32
#define QUOTA_SNAPSHOTS_ALL 256

struct client;
struct clients;
struct peer; /* src/bpf/shared/peer.h */

/* An object that was handed to a client. It exists as long as one of its maps. */
struct quota_object {
	uint32_t account;
	uint32_t maps[2];   /* ids; 0: none */
	uint64_t ring_size; /* of a listener that has ended; 0: a snapshot */
	bool seen;	    /* found in the list of maps */
};

#define QUOTA_OBJECTS_MAX (QUOTA_SNAPSHOTS_ALL + PROCSIEVE_LISTENERS)

struct quota {
	struct quota_object objects[QUOTA_OBJECTS_MAX];
	size_t count;
	struct memory_bound bound;
	struct subordinate subordinate;
};

/*
 * Returns the user that a client with this id counts as. That is normally the id itself. In a user
 * namespace it is the unprivileged user that made the outermost one, however many ids that user has
 * there. If /etc/subuid gives the id to another user, it is that user.
 */
uint32_t quota_account(const struct clients *clients, uint32_t uid, const struct peer *peer);

/* Returns why this user may not have another connection, or NULL if it may. */
const char *quota_check_connection(const struct clients *clients, uint32_t account);

/*
 * Returns the ring size for a listener that does not request one: an equal share of its user's
 * quota.
 */
uint64_t quota_default_ring(const struct clients *clients, const struct client *client);

/*
 * Check whether this client may have a listener with a ring of this size, or a snapshot. Return
 * WIRE_DONE, or WIRE_QUOTA with *why filled. The client's own new object must not be counted yet.
 */
enum wire_answer quota_check_listener(struct clients *clients, const struct client *client,
				      uint64_t ring_size, struct reason *why);
enum wire_answer quota_check_snapshot(struct clients *clients, const struct client *client,
				      struct reason *why);

/*
 * Call when the client's listener has ended or its snapshot has been sent: counts what the client
 * may still hold.
 */
void quota_add_object(struct clients *clients, const struct client *client, const uint32_t maps[2],
		      uint64_t ring_size);

#endif
