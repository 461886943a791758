// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Builds a small BTF file with the kernel types that our programs name; see kernel_btf.h. One pass
 * over the kernel's BTF finds the types by name. Each is copied, with all types that it refers to
 * except through pointers. <linux/btf.h> defines the layout.
 */
#include "engine/kernel_btf.h"

#include <linux/btf.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/btf_copy.h"
#include "engine/btf_file.h"
#include "engine/preempt_counter.h"

/*
 * Generated from the programs: the types that they name, without the flavor suffix (mm_struct for
 * "mm_struct___bitmap").
 */
static const char *const names[] = {
#include "kernel_types.inc"
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* The types that the programs attach to, and the kernel functions that they call. */
static const char *const hook_names[] = {
#include "kernel_hooks.inc"
};

#define HOOK_COUNT (sizeof(hook_names) / sizeof(hook_names[0]))
/* A power of two, large enough for short lookups. */
#define SLOTS 1024

_Static_assert(NAME_COUNT < SLOTS / 2, "lookups stay short");

/* Large enough that few names share an entry. */
#define PREFIXES 4096

/* A hash table with linear probing: a name is in the first free slot at or after its hash. */
struct name_table {
	const char *slots[SLOTS];
};

/* The names to look for. */
struct wanted {
	struct name_table types;
	/*
	 * By hash_prefix(): whether a wanted name may begin like this. False for nearly all types.
	 */
	bool prefixes[PREFIXES];
};

/* The state of one build. */
struct build_state {
	struct btf_index kernel;
	struct btf_copy copy;
	struct btf_ids ids;
	struct kernel_hook hooks[HOOK_COUNT];
	struct counter_ids counter;
};

/* Built once. The descriptor that `path` names stays open. */
static struct {
	char path[32]; /* empty: the build failed */
	struct btf_ids ids;
	struct kernel_hook hooks[HOOK_COUNT];
	struct kernel_counter counter;
} result;

static __u32 hash_name(const char *name)
{
	__u32 hash = 0;

	while (*name)
		hash = hash * 31 + (__u8)*name++;
	return hash ^ hash >> 10;
}

/* Hashes the first three bytes. */
static __u32 hash_prefix(const char *name)
{
	__u32 hash = (__u8)name[0];

	for (int i = 1; i < 3 && name[i - 1]; i++)
		hash = hash * 113 + (__u8)name[i];
	return (hash ^ hash >> 12) % PREFIXES;
}

/* Returns the slot that holds a name, or where it would be stored. */
static const char **find_slot(struct name_table *table, const char *name)
{
	__u32 slot = hash_name(name) % SLOTS;

	while (table->slots[slot] && strcmp(table->slots[slot], name) != 0)
		slot = (slot + 1) % SLOTS;
	return &table->slots[slot];
}

static bool has_wanted_kind(const struct btf_type *type)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_ENUM64 || kind == BTF_KIND_TYPEDEF;
}

/*
 * Stores the id of a struct if it is one of those needed. The first of a name is used; the names
 * needed are unique.
 */
static void store_struct_id(struct build_state *state, __u32 id, const struct btf_type *type,
			    const char *name)
{
	const struct {
		const char *name;
		__u32 *id;
	} needed[] = {
		{"task_struct", &state->ids.task_struct},
		{"timespec64", &state->ids.timespec64},
		{"file", &state->ids.file},
		{"vm_area_struct", &state->ids.vm_area_struct},
		{"cred", &state->ids.cred},
	};

	if (BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT)
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!*needed[i].id && !strcmp(needed[i].name, name))
			*needed[i].id = id;
}

/* Stores the id of a type that a program attaches to, or of a function that it calls. */
static void store_hook_id(struct build_state *state, const struct btf_type *type, const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind != BTF_KIND_FUNC && kind != BTF_KIND_TYPEDEF)
		return;
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (!state->hooks[i].id && !strcmp(hook_names[i], name))
			state->hooks[i] =
				(struct kernel_hook){hook_names[i], state->kernel.count, kind};
}

/* Examines a type during the pass; queues a copy if its name is wanted. */
static void index_type(struct build_state *state, struct wanted *wanted,
		       const struct btf_type *type)
{
	const char *name = btf_file_name(&state->kernel.file, type->name_off);

	if (!wanted->prefixes[hash_prefix(name)])
		return;
	store_hook_id(state, type, name);
	counter_store_id(&state->counter, state->kernel.count, type, name);
	if (!has_wanted_kind(type) || !*name || !*find_slot(&wanted->types, name))
		return;
	store_struct_id(state, state->kernel.count, type, name);
	btf_copy_add(&state->copy, state->kernel.count);
}

static void list_wanted(struct wanted *wanted)
{
	for (size_t i = 0; i < NAME_COUNT; i++) {
		*find_slot(&wanted->types, names[i]) = names[i];
		wanted->prefixes[hash_prefix(names[i])] = true;
	}
	for (size_t i = 0; i < HOOK_COUNT; i++)
		wanted->prefixes[hash_prefix(hook_names[i])] = true;
	for (size_t i = 0; i < COUNTER_NAMES; i++)
		wanted->prefixes[hash_prefix(counter_names[i])] = true;
}

/* Runs the pass over all types. Returns false if they are not as BTF must be. */
static bool find_wanted(struct build_state *state)
{
	struct btf_index *kernel = &state->kernel;
	struct wanted wanted = {0};
	__u32 at = 0;

	list_wanted(&wanted);
	for (size_t i = 0; i < HOOK_COUNT; i++)
		state->hooks[i].name = hook_names[i];
	while (kernel->file.types_size - at >= sizeof(struct btf_type)) {
		const struct btf_type *type = (const void *)(kernel->file.types + at);
		int tail = btf_file_tail(type);

		kernel->offsets[++kernel->count] = at;
		at += sizeof(*type);
		if (tail < 0 || (__u32)tail > kernel->file.types_size - at)
			return false;
		at += tail;
		index_type(state, &wanted, type);
	}
	return true;
}

static void store_result(const struct build_state *state, int fd)
{
	snprintf(result.path, sizeof(result.path), "/proc/self/fd/%d", fd);
	result.ids = state->ids;
	memcpy(result.hooks, state->hooks, sizeof(result.hooks));
	result.counter = counter_find(&state->kernel, &state->counter, state->ids.task_struct);
}

static void build_file(void)
{
	struct build_state state = {.ids = {0}};
	int fd = -1;

	if (btf_index_open(&state.kernel, KERNEL_BTF) &&
	    btf_copy_open(&state.copy, &state.kernel) && find_wanted(&state))
		fd = btf_copy_write(&state.copy);
	if (fd >= 0)
		store_result(&state, fd);
	btf_copy_close(&state.copy);
	btf_index_close(&state.kernel);
}

static void build_file_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, build_file);
}

const char *kernel_btf_path(void)
{
	build_file_once();
	/* The path cannot be opened if /proc is not mounted. */
	return *result.path && !access(result.path, R_OK) ? result.path : NULL;
}

struct btf_ids kernel_btf_ids(void)
{
	build_file_once();
	return result.ids;
}

size_t kernel_btf_hooks(const struct kernel_hook **hooks)
{
	*hooks = result.hooks;
	return kernel_btf_path() ? HOOK_COUNT : 0;
}

struct kernel_counter kernel_btf_counter(void)
{
	build_file_once();
	return result.counter;
}

bool kernel_btf_has_function(const char *name)
{
	build_file_once();
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (result.hooks[i].id && result.hooks[i].kind == BTF_KIND_FUNC &&
		    !strcmp(result.hooks[i].name, name))
			return true;
	return false;
}
