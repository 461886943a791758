/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sections with the path of a process's cgroup: in version 2, and in version 1 for a container. */
#ifndef BPF_SECTION_CGROUP_PATH_H
#define BPF_SECTION_CGROUP_PATH_H

#include "core/path.h"
#include "section/section.h"

/* In the scratch area, because BPF stacks are small. Pointers are stored as integers. */
struct cgroup_path {
	__u64 cgroup;
	__u64 limit;
	__u64 cut; /* 1: the path is incomplete */
};

static __always_inline struct cgroup_path *cgroup_path_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct cgroup_path) <= sizeof(scratch->work), "there is room");
	return (struct cgroup_path *)scratch->work;
}

/* From the root down: each cgroup has a list of all its ancestors. */
static long cgroup_path_step(__u32 turn, struct scratch **area)
{
	struct scratch *scratch = *area;
	struct cgroup_path *path = cgroup_path_area(scratch);
	struct cgroup *cgroup = (struct cgroup *)path->cgroup, *ancestor = NULL;
	__u64 at = scratch->cursor;
	__u32 level = turn + 1;
	long got;

	if ((int)level > BPF_CORE_READ(cgroup, level))
		return 1;
	if (at + SCRATCH_NAME_MAX + 2 > path->limit || at > SECTION_START_MAX) {
		path->cut = 1;
		return 1;
	}
	at = bounded(at, SECTION_START_MAX);
	bpf_core_read(&ancestor, sizeof(ancestor), &cgroup->ancestors[level]);
	scratch->record[at] = '/';
	got = bpf_probe_read_kernel_str(scratch->record + at + 1, SCRATCH_NAME_MAX + 1,
					BPF_CORE_READ(ancestor, kn, name));
	scratch->cursor = at + (got > 0 ? got : 1);
	return 0;
}

/* Writes a section with the path of a cgroup. */
static __always_inline __u32 cgroup_path_write(struct scratch *scratch, __u32 used, __u64 cgroup,
					       enum procsieve_section_kind kind)
{
	struct cgroup_path *path = cgroup_path_area(scratch);
	__u64 start;

	if (used > SECTION_START_MAX)
		return 0;
	used = bounded(used, SECTION_START_MAX);
	start = (__u64)used + sizeof(struct procsieve_section);
	*path = (struct cgroup_path){.cgroup = cgroup, .limit = start + PROCSIEVE_PATH_MAX};
	scratch->cursor = start;
	bpf_loop(PATH_DEPTH, cgroup_path_step, &scratch, 0);
	if (scratch->cursor == start) {
		scratch->record[start] = '/';
		scratch->cursor++;
	}
	return section_write_head(scratch, used, kind, scratch->cursor - start, !path->cut);
}

__noinline __u32 section_put_cgroup(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;

	if (!scratch)
		return 0;
	task = (const struct task_struct *)scratch->subject;
	return cgroup_path_write(scratch, used, (__u64)BPF_CORE_READ(task, cgroups, dfl_cgrp),
				 PROCSIEVE_SECTION_CGROUP);
}

/* Steps of the search: cgroups and their ancestors, in all hierarchies together. */
#define CGROUP_SEARCH_STEPS 1024

/* Hexadecimal digits of a container's id, and what systemd adds to it in the name of a cgroup. */
#define CGROUP_CONTAINER_ID 64
#define CGROUP_SCOPE	    ".scope"

/*
 * A search for a cgroup that has the name of a container, or is below one that has. In the scratch
 * area as well.
 */
struct cgroup_search {
	__u64 next, end; /* struct list_head: the next hierarchy of the task's, and the last */
	__u64 v2; /* the cgroup in version 2: if it is in a container, there is nothing to add */
	__u64 cgroup; /* the current one; 0: none */
	__u64 found;
	__s64 level; /* of the ancestor to look at */
};

static __always_inline struct cgroup_search *cgroup_search_area(struct scratch *scratch)
{
	_Static_assert(sizeof(struct cgroup_search) <= sizeof(scratch->work), "there is room");
	return (struct cgroup_search *)scratch->work;
}

static __always_inline bool cgroup_is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/*
 * Whether a name can be that of a container's cgroup: it ends with the id, or with the id and
 * ".scope". The reader of the record decides.
 */
static __always_inline bool cgroup_names_container(struct scratch *scratch,
						   const struct cgroup *cgroup)
{
	char *name = scratch->path + SCRATCH_PATH_MAX;
	const __u32 scope = sizeof(CGROUP_SCOPE) - 1;
	__u64 length = bpf_probe_read_kernel_str(name, SCRATCH_NAME_MAX + 1,
						 BPF_CORE_READ(cgroup, kn, name));

	/* With its zero. An error is a large number here. */
	if (length <= CGROUP_CONTAINER_ID || length > SCRATCH_NAME_MAX + 1)
		return false;
	length -= 1 + CGROUP_CONTAINER_ID;
	if (length >= scope &&
	    name[(length + CGROUP_CONTAINER_ID - scope) & SCRATCH_NAME_MAX] == '.')
		length -= scope;
	for (__u32 i = 0; i < CGROUP_CONTAINER_ID; i++)
		if (!cgroup_is_hex(name[(length + i) & SCRATCH_NAME_MAX]))
			return false;
	return true;
}

/* Goes on to the task's cgroup in the next hierarchy. Returns 1 at the end. */
static __always_inline long cgroup_search_next(struct cgroup_search *search)
{
	struct list_head *node = (struct list_head *)search->next;
	struct cgrp_cset_link *link;
	struct cgroup *cgroup;

	if (!node || search->next == search->end)
		return 1;
	/* Not container_of(): the running kernel's offset. */
	link = (void *)node - bpf_core_field_offset(struct cgrp_cset_link, cgrp_link);
	cgroup = BPF_CORE_READ(link, cgrp);
	search->next = (__u64)BPF_CORE_READ(node, next);
	search->cgroup = (__u64)cgroup;
	search->level = BPF_CORE_READ(cgroup, level);
	return 0;
}

/* Looks at one cgroup; a bpf_loop() callback. Returns 1 at the end. */
static long cgroup_search_step(__u32 turn, struct scratch **area)
{
	struct scratch *scratch = *area;
	struct cgroup_search *search = cgroup_search_area(scratch);
	struct cgroup *cgroup = (struct cgroup *)search->cgroup, *ancestor = NULL;
	__s64 level = search->level;

	/* The root of a hierarchy, level 0, has no name. */
	if (!cgroup || level <= 0)
		return cgroup_search_next(search);
	search->level--;
	bpf_core_read(&ancestor, sizeof(ancestor), &cgroup->ancestors[level]);
	if (!cgroup_names_container(scratch, ancestor))
		return 0;
	if (search->cgroup != search->v2)
		search->found = search->cgroup;
	return 1;
}

/*
 * The path in the first hierarchy of version 1 that names a container, if that of version 2 names
 * none. Each hierarchy has a link from the task's set of cgroups, also one without controllers, as
 * systemd's.
 */
__noinline __u32 section_put_cgroup_v1(__u32 area, __u32 used)
{
	struct scratch *scratch = scratch_of(area);
	const struct task_struct *task;
	struct cgroup_search *search;
	struct css_set *set;

	if (!scratch)
		return 0;
	task = (const struct task_struct *)scratch->subject;
	set = BPF_CORE_READ(task, cgroups);
	search = cgroup_search_area(scratch);
	search->v2 = search->cgroup = (__u64)BPF_CORE_READ(set, dfl_cgrp);
	search->level = BPF_CORE_READ(set, dfl_cgrp, level);
	search->end = (__u64)set + bpf_core_field_offset(struct css_set, cgrp_links);
	search->next = (__u64)BPF_CORE_READ(set, cgrp_links.next);
	search->found = 0;
	bpf_loop(CGROUP_SEARCH_STEPS, cgroup_search_step, &scratch, 0);
	if (!search->found)
		return 0;
	return cgroup_path_write(scratch, used, search->found, PROCSIEVE_SECTION_CGROUP_V1);
}

#endif
