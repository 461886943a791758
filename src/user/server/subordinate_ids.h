/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subordinate ids: the ids that /etc/subuid gives to users, for user namespaces of their own. A
 * set-user-id program that was made in such a namespace runs as that id outside of it, too.
 */
#ifndef USER_SERVER_SUBORDINATE_IDS_H
#define USER_SERVER_SUBORDINATE_IDS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct subordinate {
	struct {
		uint32_t first, count, user;
	} * ranges;
	size_t count;
};

/*
 * Reads lines "USER:FIRST:COUNT" in the place of what *ids holds; what is no such line is passed
 * over. With /etc/subuid it is no error that there is none.
 */
void subordinate_read(struct subordinate *ids, FILE *file);
void subordinate_read_own(struct subordinate *ids);
void subordinate_clear(struct subordinate *ids);

/* The user that an id was given to; the id itself, where it was given to nobody, or to root. */
uint32_t subordinate_user(const struct subordinate *ids, uint32_t uid);

#endif
