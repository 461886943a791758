// SPDX-License-Identifier: GPL-2.0-or-later
/* Turns of users; see turns.h. */
#include "server/turns.h"

/*
 * Removes users that have no place in the current round or a later one. Later they count as new.
 */
static void remove_past_users(struct turns *turns)
{
	size_t kept = 0;

	for (size_t i = 0; i < turns->count; i++)
		if (turns->users[i].next > turns->round)
			turns->users[kept++] = turns->users[i];
	turns->count = kept;
}

uint64_t turns_enter(struct turns *turns, uint32_t user)
{
	size_t i = 0;

	remove_past_users(turns);
	while (i < turns->count && turns->users[i].user != user)
		i++;
	if (i < turns->count)
		return turns->users[i].next++;
	if (i == TURNS_USERS)
		return turns->round + 1;
	turns->users[i].user = user;
	turns->users[i].next = turns->round + 1;
	turns->count++;
	return turns->round;
}

void turns_serve(struct turns *turns, uint64_t round)
{
	if (round > turns->round)
		turns->round = round;
}
