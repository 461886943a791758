// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Adds existing cgroups to the sieve with the iterator in src/bpf/control/seed_cgroups.bpf.h;
 * see engine_internal.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup_mount.h"
#include "engine/engine_internal.h"
#include "engine/load_errors.h"

/*
 * Number of existing cgroups that one listener can name at most. Of a server's listeners each has
 * its share of the table.
 */
#define CGROUPS_ALONE	16384
#define CGROUPS_SERVING PROCSIEVE_LIST_MAX

/*
 * by_cgroup takes memory as it grows. In by_path an id takes the place of a path: see
 * sieve_add_cgroups().
 */
static int set_sizes(struct procsieve_bpf *bpf, unsigned int listeners, unsigned int each)
{
	const unsigned int paths = PROCSIEVE_CGROUP_PATHS_MAX + PROCSIEVE_LIST_MAX;
	int err = bpf_map__set_map_flags(bpf->maps.by_cgroup, BPF_F_NO_PREALLOC);

	if (!err)
		err = bpf_map__set_max_entries(bpf->maps.by_cgroup, listeners * each);
	if (!err)
		err = bpf_map__set_max_entries(bpf->maps.by_path, listeners * paths);
	return err ? err
		   : bpf_map__set_max_entries(bpf->maps.by_glob,
					      listeners * PROCSIEVE_CGROUP_GLOBS_MAX);
}

int engine_cgroups_plan(struct procsieve_bpf *bpf, unsigned int listeners, bool used)
{
	unsigned int each = listeners > 1 ? CGROUPS_SERVING : CGROUPS_ALONE;
	int err = bpf_map__set_autocreate(bpf->maps.by_path, used);

	if (!err)
		err = bpf_map__set_autocreate(bpf->maps.by_glob, used);
	if (err || !used)
		return err;
	bpf->rodata->cgroups_per_listener = each;
	err = bpf_program__set_autoload(bpf->progs.seed_existing_cgroups, true);
	return err ? err : set_sizes(bpf, listeners, each);
}

/*
 * Runs the iterator over the cgroup with the directory `fd` and all below it; fd 0: over all that
 * this process's cgroup namespace has. Returns 0 or -errno.
 */
static int run_pass(const struct procsieve_bpf *bpf, int fd)
{
	union bpf_iter_link_info info = {
		.cgroup = {.order = BPF_CGROUP_ITER_DESCENDANTS_PRE, .cgroup_fd = fd}};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info, .link_info_len = sizeof(info));
	struct bpf_link *link = bpf_program__attach_iter(bpf->progs.seed_existing_cgroups, &opts);
	int iterator, err = 0;
	char nothing;

	if (!link)
		return -errno;
	iterator = bpf_iter_create(bpf_link__fd(link));
	bpf_link__destroy(link);
	if (iterator < 0)
		return iterator;
	if (read(iterator, &nothing, sizeof(nothing)) < 0)
		err = -errno;
	close(iterator);
	return err;
}

struct seeding {
	const struct procsieve_bpf *bpf;
	unsigned int mounts;
	int err;
};

/* Returns whether the mount has the whole hierarchy, so that no other need be looked at. */
static bool seed_mount(void *context, const struct cgroup_mount *mount)
{
	int fd = open(mount->point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct seeding *seeding = context;
	struct stat root;
	bool whole;

	if (fd < 0)
		return false;
	seeding->mounts++;
	seeding->err = run_pass(seeding->bpf, fd);
	whole = !fstat(fd, &root) && root.st_ino == SIEVE_ROOT_CGROUP;
	close(fd);
	return whole || seeding->err;
}

int engine_add_cgroups(struct procsieve_bpf *bpf, unsigned int slot, struct reason *why)
{
	FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	struct seeding seeding = {.bpf = bpf};

	bpf->bss->seed_cgroups_args.listener = 1ull << slot;
	if (mountinfo) {
		cgroup_mount_for_each(mountinfo, seed_mount, &seeding);
		fclose(mountinfo);
	}
	if (!seeding.mounts)
		seeding.err = run_pass(bpf, 0);
	return seeding.err
		       ? reason_set(why, load_status(seeding.err),
				    "cannot iterate over the cgroups: %s", strerror(-seeding.err))
		       : 0;
}
