// SPDX-License-Identifier: GPL-2.0-or-later
/* Subordinate ids; see subordinate_ids.h. */
#include "server/subordinate_ids.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/names.h"

static bool parse_id(const char *text, uint32_t *id)
{
	unsigned long number;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	*id = number;
	return !*end && !errno && number <= UINT32_MAX;
}

/* Returns false if out of memory. */
static bool add_range(struct subordinate *ids, uint32_t user, uint32_t first, uint32_t count)
{
	const size_t at = ids->count;

	/* The capacity doubles at each power of two. */
	if (!(at & (at - 1))) {
		void *ranges = reallocarray(ids->ranges, at ? 2 * at : 1, sizeof(*ids->ranges));

		if (!ranges)
			return false;
		ids->ranges = ranges;
	}
	ids->ranges[at].user = user;
	ids->ranges[at].first = first;
	ids->ranges[at].count = count;
	ids->count++;
	return true;
}

/* Returns false if out of memory. */
static bool read_line(struct subordinate *ids, char *line)
{
	const char *name = strsep(&line, ":"), *first_text = strsep(&line, ":");
	uint32_t user, first, count;

	if (!parse_id(first_text, &first) || !parse_id(line, &count))
		return true;
	if (!parse_id(name, &user) && !user_find(name, &user))
		return true;
	return !user || add_range(ids, user, first, count);
}

void subordinate_read(struct subordinate *ids, FILE *file)
{
	char *line = NULL;
	size_t size = 0;

	subordinate_clear(ids);
	while (getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!read_line(ids, line))
			break;
	}
	free(line);
}

void subordinate_read_subuid(struct subordinate *ids)
{
	/* O_NONBLOCK: does not wait if this is a FIFO. */
	int fd = open("/etc/subuid", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	FILE *file;

	subordinate_clear(ids);
	if (fd < 0)
		return;
	file = !fstat(fd, &status) && S_ISREG(status.st_mode) ? fdopen(fd, "r") : NULL;
	if (!file) {
		close(fd);
		return;
	}
	subordinate_read(ids, file);
	fclose(file);
}

void subordinate_clear(struct subordinate *ids)
{
	free(ids->ranges);
	*ids = (struct subordinate){0};
}

uint32_t subordinate_user(const struct subordinate *ids, uint32_t uid)
{
	for (size_t i = 0; i < ids->count; i++)
		if (uid - ids->ranges[i].first < ids->ranges[i].count &&
		    uid >= ids->ranges[i].first)
			return ids->ranges[i].user;
	return uid;
}
