// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys for the cgroups of a filter; see sieve_cgroups.h. */
#include "engine/sieve_cgroups.h"

#include <errno.h>
#include <string.h>

/*
 * Writes a pattern as src/bpf/core/cgroup_filter.h compares it: each '*' is followed by the length
 * of the rest of its component, plus 1. Returns 0, or -E2BIG if it does not fit.
 */
static int write_pattern(struct sieve_path *key, const char *path)
{
	size_t used = 0;

	for (; *path; path++) {
		if (used + 1 + (*path == '*') >= sizeof(key->text))
			return -E2BIG;
		key->text[used++] = *path;
		key->depth += *path == '/';
		if (*path == '*')
			key->text[used++] = (char)(strcspn(path + 1, "/") + 1);
	}
	return 0;
}

static int add_path(const struct procsieve_cgroup_path *path, sieve_add_value *add_value,
		    void *context)
{
	struct sieve_path key = {.below = path->below ? path->below : SIEVE_ROOT_CGROUP};
	int err;

	if (!strchr(path->path, '*')) {
		/* "/" is the cgroup itself. */
		if (path->path[1])
			memcpy(key.text, path->path, sizeof(path->path));
		return add_value(context, SIEVE_PATH, &key);
	}
	err = write_pattern(&key, path->path);
	return err ? err : add_value(context, SIEVE_GLOB, &key);
}

int sieve_add_cgroups(const struct procsieve_filter *filter, sieve_add_value *add_value,
		      void *context)
{
	int err = 0;

	for (size_t i = 0; i < filter->cgroups.count && !err; i++) {
		const struct sieve_path key = {.below = filter->cgroups.values[i]};

		err = add_value(context, SIEVE_PATH, &key);
	}
	for (size_t i = 0; i < filter->cgroup_path_count && !err; i++)
		err = add_path(&filter->cgroup_paths[i], add_value, context);
	return err;
}

bool sieve_has_globs(const struct procsieve_filter *filter)
{
	for (size_t i = 0; i < filter->cgroup_path_count; i++)
		if (strchr(filter->cgroup_paths[i].path, '*'))
			return true;
	return false;
}
