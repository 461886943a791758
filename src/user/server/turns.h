/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns of users: requests that wait for the same thing are served in rounds, one request of each
 * user in a round, so that a user with one request waits for one of each other user, however many
 * those have. Knows no requests: it gives them numbers, and the lowest is served first, of two with
 * the same number the one that came first.
 */
#ifndef USER_SERVER_TURNS_H
#define USER_SERVER_TURNS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Users that are remembered. With more of them at a time, those that find no place wait for one
 * more round.
 */
#define TURNS_USERS 512

struct turns {
	uint64_t round; /* that is being served */
	size_t count;
	/* Those that have had a turn in this round, or have a place in a later one. */
	struct {
		uint32_t user;
		uint64_t next; /* the first round in which it has no place yet */
	} users[TURNS_USERS];
};

/* A request of this user has come. Returns the number of its round. */
uint64_t turns_enter(struct turns *turns, uint32_t user);

/* A request of that round, the lowest of those that wait, is served now. */
void turns_serve(struct turns *turns, uint64_t round);

#endif
