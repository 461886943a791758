/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may have what: connections, listeners, rings and snapshots of each user, and what users
 * together leave to root. What a client keeps after its connection has ended counts until it is
 * gone. Every quota is checked before something is made, and says what is allowed where it refuses.
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

/* Snapshots that a user may have open at a time, and all users together. */
#define QUOTA_SNAPSHOTS	    32
#define QUOTA_SNAPSHOTS_ALL 256

struct client;
struct clients;
struct peer; /* engine.h */

/* What has been handed to a client. It is there as long as one of its maps is. */
struct quota_kept {
	uint32_t account;
	uint32_t maps[2];   /* numbers; 0: none */
	uint64_t ring_size; /* of a listener that has ended; 0: a snapshot */
	bool seen;	    /* in the list of maps */
};

#define QUOTA_KEPT_MAX (QUOTA_SNAPSHOTS_ALL + PROCSIEVE_LISTENERS)

struct quota {
	struct quota_kept kept[QUOTA_KEPT_MAX];
	size_t count;
	struct memory_bound bound;
	struct subordinate subordinate;
};

/*
 * The user that a client of this id counts as: its own, or, where it is in a user namespace that an
 * ordinary user made, that user, however many ids that has there and however many namespaces are
 * inside; or, where its own id is another user's by /etc/subuid, that user.
 */
uint32_t quota_account(const struct clients *clients, uint32_t uid, const struct peer *peer);

/* Why this user may not have one more connection; NULL: it may. */
const char *quota_check_connection(const struct clients *clients, uint32_t account);

/*
 * The size of a ring for a listener that does not ask for one: an equal share of what its user may
 * have.
 */
uint64_t quota_default_ring(const struct clients *clients, const struct client *client);

/*
 * May this client have a listener with a ring of this size; a snapshot? Returns WIRE_DONE, or
 * WIRE_QUOTA with *why filled. The client itself does not count as having one yet.
 */
enum wire_answer quota_check_listener(struct clients *clients, const struct client *client,
				      uint64_t ring_size, struct reason *why);
enum wire_answer quota_check_snapshot(struct clients *clients, const struct client *client,
				      struct reason *why);

/*
 * The client's listener has ended, or its snapshot has been handed over: from now on what it keeps
 * of it counts.
 */
void quota_keep(struct clients *clients, const struct client *client, const uint32_t maps[2],
		uint64_t ring_size);

#endif
