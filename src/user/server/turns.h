/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns of users. Requests that wait for the same resource are served in rounds, one request of
 * each user per round. So a user with one request waits for at most one request of each other user.
 * This file does not see the requests: it gives each the number of its round. The lowest number is
 * served first; within a round, the request that came first.
 */
#ifndef USER_SERVER_TURNS_H
#define USER_SERVER_TURNS_H

#include <stddef.h>
#include <stdint.h>

/* Maximum number of users remembered. If there are more, the others wait one more round. */
#define TURNS_USERS 512

struct turns {
	uint64_t round; /* being served */
	size_t count;
	/* Users that had a turn in this round or have a place in a later one. */
	struct {
		uint32_t user;
		uint64_t next; /* the first round in which it has no place yet */
	} users[TURNS_USERS];
};

/* Call when a request of this user arrives. Returns the number of its round. */
uint64_t turns_enter(struct turns *turns, uint32_t user);

/* Call when a request is served: `round` is its number, the lowest of those waiting. */
void turns_serve(struct turns *turns, uint64_t round);

#endif
