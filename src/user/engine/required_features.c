// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finds out what the running kernel lacks; see required_features.h. Tests features instead of
 * versions, because vendors backport features to older kernels.
 */
#include "engine/required_features.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "engine/kernel_btf.h"

/*
 * The newest features needed. A kernel that lacks an older feature lacks at least one of these,
 * too.
 */
static const struct feature {
	const char *name, *since, *purpose;
	enum bpf_func_id helper; /* or */
	const char *type, *field;
} features[] = {
	{"bpf_loop()", "5.17", "to walk threads, paths and arguments", BPF_FUNC_loop, NULL, NULL},
	{"bpf_map_lookup_percpu_elem()", "5.19", "to add up the counts of all CPUs",
	 BPF_FUNC_map_lookup_percpu_elem, NULL, NULL},
	{"cgroup.ancestors", "6.1", "to find the cgroups that a process is in", BPF_FUNC_unspec,
	 "cgroup", "ancestors"},
};

/*
 * Loads a call without arguments. The kernel returns EINVAL if it has no such helper, and another
 * error about the arguments if it has.
 */
static bool has_helper(enum bpf_func_id helper)
{
	const struct bpf_insn call[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = helper},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "has_helper", "GPL", call,
				    sizeof(call) / sizeof(*call), NULL);

	if (program >= 0)
		close(program);
	return program != -EINVAL;
}

/* Searches unnamed members, too. They are never nested deeper than three levels. */
static bool has_member(const struct btf *types, __u32 id, const char *name, int depth)
{
	const struct btf_type *type = btf__type_by_id(types, id);

	if (!type || !btf_is_composite(type))
		return false;
	for (__u32 i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *member = btf_members(type) + i;
		const char *found = btf__name_by_offset(types, member->name_off);

		if (!strcmp(found, name) ||
		    (!*found && depth && has_member(types, member->type, name, depth - 1)))
			return true;
	}
	return false;
}

bool features_has_field(const char *type, const char *field)
{
	struct btf *types = btf__parse(KERNEL_BTF, NULL);
	int id = types ? btf__find_by_name_kind(types, type, BTF_KIND_STRUCT) : 0;
	bool has = !types || (id > 0 && has_member(types, id, field, 3));

	btf__free(types);
	return has;
}

static bool is_present(const struct feature *feature)
{
	return feature->type ? features_has_field(feature->type, feature->field)
			     : has_helper(feature->helper);
}

static int refuse_kernel(const char *missing, struct reason *why)
{
	struct utsname kernel;

	uname(&kernel);
	return reason_set(why, STATUS_KERNEL, "this kernel, Linux %s, is too old: it lacks %s",
			  kernel.release, missing);
}

static void describe_feature(char *text, size_t size, const char *what, const char *since,
			     const char *purpose)
{
	snprintf(text, size, "%s (since Linux %s), %s", what, since, purpose);
}

int features_refuse(const char *what, const char *since, const char *purpose, struct reason *why)
{
	char text[256];

	describe_feature(text, sizeof(text), what, since, purpose);
	return refuse_kernel(text, why);
}

int features_check(struct reason *why)
{
	char text[384];
	size_t used = 0;

	/* Every kernel has this helper. If it is refused, no program can be loaded at all. */
	if (!has_helper(BPF_FUNC_ktime_get_ns))
		return 0;
	for (unsigned int i = 0;
	     i < sizeof(features) / sizeof(*features) && used < sizeof(text) - 2; i++) {
		if (is_present(&features[i]))
			continue;
		if (used)
			used = stpcpy(text + used, "; ") - text;
		describe_feature(text + used, sizeof(text) - used, features[i].name,
				 features[i].since, features[i].purpose);
		used += strlen(text + used);
	}
	return used ? refuse_kernel(text, why) : 0;
}
