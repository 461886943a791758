/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subordinate ids: the ids that /etc/subuid gives to users for their own user namespaces. A
 * set-user-ID program made in such a namespace runs with that id outside it, too.
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
 * Replaces *ids by the lines "USER:FIRST:COUNT" of the file; other lines are ignored.
 * subordinate_read_subuid() reads /etc/subuid, and a missing file is no error.
 */
void subordinate_read(struct subordinate *ids, FILE *file);
void subordinate_read_subuid(struct subordinate *ids);
void subordinate_clear(struct subordinate *ids);

/*
 * Returns the user that an id was given to, or the id itself if it was given to root or to no user.
 */
uint32_t subordinate_user(const struct subordinate *ids, uint32_t uid);

#endif
