// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's types that our programs name, in a BTF of their own; see kernel_types.h. One pass
 * over the kernel's BTF finds them by name; then they are copied, and so is each type that a copy
 * names, but through a pointer. The layout of BTF is that of <linux/btf.h>.
 */
#include "engine/kernel_btf.h"

#include <linux/btf.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/btf_file.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/*
 * Generated from the programs: what they name, without suffixes ("mm_struct___bitmap" is a
 * mm_struct).
 */
static const char *const names[] = {
#include "kernel_types.inc"
};

#define NAME_COUNT (sizeof(names) / sizeof(names[0]))

/* What they are attached to, and which functions they call. */
static const char *const hook_names[] = {
#include "kernel_hooks.inc"
};

#define HOOK_COUNT (sizeof(hook_names) / sizeof(hook_names[0]))
/* A power of two with room to spare. */
#define SLOTS 1024

_Static_assert(NAME_COUNT < SLOTS / 2, "lookups stay short");

/* So many that few names share a place by how they begin. */
#define BEGINNINGS 4096

/* By the hash of a name; a name is in the first free slot from there on. */
struct name_table {
	const char *slots[SLOTS];
};

/* What is looked for. */
struct wanted {
	struct name_table types;
	/* By beginning_of(): may a name that begins so be wanted? Nearly all are not. */
	bool beginnings[BEGINNINGS];
};

/* Bytes that grow at their end. */
struct bytes {
	__u8 *data;
	__u32 size, capacity;
};

/* Those of each CPU, and the ones of them that count. */
#define PERCPU_SECTION ".data..percpu"

enum variable {
	RUNQUEUES,
	PREEMPT_COUNT, /* x86: up to 6.1, and from 6.15 on */
	PCPU_HOT,      /* between: a structure with the count in it */
	VARIABLE_COUNT
};

static const char *const variable_names[VARIABLE_COUNT] = {"runqueues", "__preempt_count",
							   "pcpu_hot"};

/* What is being read, and what is made of it. */
struct work {
	struct btf_file kernel;
	__u32 count;			   /* types read; the ids are 1 to count */
	__u32 *offsets;			   /* in `types`, by id */
	__u32 *copies;			   /* by id: the id of the copy, or 0 */
	struct bytes queue;		   /* ids that have a copy, in the order of the copies' */
	struct bytes out_types, out_names; /* the copies */
	struct kernel_ids ids;
	struct kernel_hook hooks[HOOK_COUNT];
	__u32 variables[VARIABLE_COUNT], percpu; /* ids */
	struct kernel_counter counter;
	bool failed;
};

/* Made once. The descriptor stays open. */
static struct {
	char path[32]; /* empty: there is none */
	struct kernel_ids ids;
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

/* Of its first three bytes. */
static __u32 beginning_of(const char *name)
{
	__u32 hash = (__u8)name[0];

	for (int i = 1; i < 3 && name[i - 1]; i++)
		hash = hash * 113 + (__u8)name[i];
	return (hash ^ hash >> 12) % BEGINNINGS;
}

/* The slot where a name is, or would be. */
static const char **find_slot(struct name_table *table, const char *name)
{
	__u32 slot = hash_name(name) % SLOTS;

	while (table->slots[slot] && strcmp(table->slots[slot], name) != 0)
		slot = (slot + 1) % SLOTS;
	return &table->slots[slot];
}

/* Room for `size` bytes more at the end, or NULL. */
static void *extend(struct bytes *bytes, __u32 size)
{
	while (bytes->capacity - bytes->size < size) {
		__u32 capacity = bytes->capacity ? bytes->capacity * 2 : 1u << 16;
		__u8 *data = realloc(bytes->data, capacity);

		if (!data)
			return NULL;
		bytes->data = data;
		bytes->capacity = capacity;
	}
	bytes->size += size;
	return bytes->data + bytes->size - size;
}

static bool has_wanted_kind(const struct btf_type *type)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
	       kind == BTF_KIND_ENUM64 || kind == BTF_KIND_TYPEDEF;
}

/* The id of the copy of a type, which is made later where there is none yet. Void stays void. */
static __u32 copy_of(struct work *work, __u32 id)
{
	__u32 *queued;

	if (!id || id > work->count) {
		work->failed |= id != 0;
		return 0;
	}
	if (work->copies[id])
		return work->copies[id];
	queued = extend(&work->queue, sizeof(*queued));
	if (!queued) {
		work->failed = true;
		return 0;
	}
	*queued = id;
	work->copies[id] = work->queue.size / sizeof(*queued);
	return work->copies[id];
}

/* Where a name is among the copies' names. */
static __u32 copy_name(struct work *work, __u32 offset)
{
	const char *name = btf_file_name(&work->kernel, offset);
	__u32 size = strlen(name) + 1;
	char *copy;

	if (!*name)
		return 0;
	copy = extend(&work->out_names, size);
	if (!copy) {
		work->failed = true;
		return 0;
	}
	memcpy(copy, name, size);
	return work->out_names.size - size;
}

/* The id of a struct of this name. The first counts: there is but one of those that we ask for. */
static void note_id(struct work *work, __u32 id, const struct btf_type *type, const char *name)
{
	const struct {
		const char *name;
		__u32 *id;
	} noted[] = {
		{"task_struct", &work->ids.task_struct},
		{"timespec64", &work->ids.timespec64},
		{"file", &work->ids.file},
		{"vm_area_struct", &work->ids.vm_area_struct},
		{"cred", &work->ids.cred},
	};

	if (BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT)
		return;
	for (size_t i = 0; i < sizeof(noted) / sizeof(noted[0]); i++)
		if (!*noted[i].id && !strcmp(noted[i].name, name))
			*noted[i].id = id;
}

/* A type that a program is attached to, or a function that it calls. */
static void note_hook(struct work *work, const struct btf_type *type, const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind != BTF_KIND_FUNC && kind != BTF_KIND_TYPEDEF)
		return;
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (!work->hooks[i].id && !strcmp(hook_names[i], name))
			work->hooks[i] = (struct kernel_hook){hook_names[i], work->count, kind};
}

/* Variables that each CPU has one of, and the section that says where each lies. */
static void note_variable(struct work *work, const struct btf_type *type, const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind == BTF_KIND_DATASEC && !strcmp(name, PERCPU_SECTION))
		work->percpu = work->count;
	for (size_t i = 0; i < VARIABLE_COUNT && kind == BTF_KIND_VAR; i++)
		if (!strcmp(variable_names[i], name))
			work->variables[i] = work->count;
}

/* A type of the pass: gets a copy if its name is wanted. */
static void consider(struct work *work, struct wanted *wanted, const struct btf_type *type)
{
	const char *name = btf_file_name(&work->kernel, type->name_off);

	if (!wanted->beginnings[beginning_of(name)])
		return;
	note_hook(work, type, name);
	note_variable(work, type, name);
	if (!has_wanted_kind(type) || !*name || !*find_slot(&wanted->types, name))
		return;
	note_id(work, work->count, type, name);
	copy_of(work, work->count);
}

/* The pass. */
static void find_wanted(struct work *work)
{
	struct wanted wanted = {0};
	__u32 at = 0;

	for (size_t i = 0; i < NAME_COUNT; i++) {
		*find_slot(&wanted.types, names[i]) = names[i];
		wanted.beginnings[beginning_of(names[i])] = true;
	}
	for (size_t i = 0; i < HOOK_COUNT; i++) {
		wanted.beginnings[beginning_of(hook_names[i])] = true;
		work->hooks[i].name = hook_names[i];
	}
	for (size_t i = 0; i < VARIABLE_COUNT; i++)
		wanted.beginnings[beginning_of(variable_names[i])] = true;
	wanted.beginnings[beginning_of(PERCPU_SECTION)] = true;
	while (work->kernel.types_size - at >= sizeof(struct btf_type) && !work->failed) {
		const struct btf_type *type = (const void *)(work->kernel.types + at);
		int tail = btf_file_tail(type);

		work->offsets[++work->count] = at;
		at += sizeof(*type);
		if (tail < 0 || (__u32)tail > work->kernel.types_size - at) {
			work->failed = true;
			return;
		}
		at += tail;
		consider(work, &wanted, type);
	}
}

static const struct btf_type *type_of(const struct work *work, __u32 id)
{
	return (const void *)(work->kernel.types + work->offsets[id <= work->count ? id : 0]);
}

/*
 * The member of this name in a struct or union; those that have none are entered. Fills in where it
 * begins, in bytes.
 */
static const struct btf_member *find_member(const struct work *work, __u32 id, const char *wanted,
					    __s32 *offset, int depth)
{
	const struct btf_type *type = type_of(work, id);
	const struct btf_member *members = (const void *)(type + 1);
	__u32 kind = BTF_INFO_KIND(type->info);

	if (!id || depth > 4 || (kind != BTF_KIND_STRUCT && kind != BTF_KIND_UNION))
		return NULL;
	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		const char *name = btf_file_name(&work->kernel, members[i].name_off);
		const struct btf_member *found = &members[i];
		__s32 inside = 0;

		if (strcmp(name, wanted) != 0)
			found = *name ? NULL
				      : find_member(work, members[i].type, wanted, &inside,
						    depth + 1);
		if (!found)
			continue;
		*offset = (__s32)((members[i].offset & 0xffffff) / 8) + inside;
		return found;
	}
	return NULL;
}

/*
 * One step of the way to the count: a member, from which it goes on into what it is, or points to.
 * Returns that one's id.
 */
static __u32 go_to(struct work *work, __u32 id, const char *member, __s32 *offset)
{
	__s32 at = 0;
	const struct btf_member *found = find_member(work, id, member, &at, 0);

	*offset += at;
	if (!found)
		return 0;
	id = found->type;
	return BTF_INFO_KIND(type_of(work, id)->info) == BTF_KIND_PTR ? type_of(work, id)->type
								      : id;
}

/* Where a variable lies in the section; -1: it is not there. */
static __s64 place_of(const struct work *work, enum variable variable)
{
	const struct btf_type *section = type_of(work, work->percpu);
	const struct btf_var_secinfo *places = (const void *)(section + 1);

	for (__u32 i = 0; work->percpu && i < BTF_INFO_VLEN(section->info); i++)
		if (places[i].type == work->variables[variable] && work->variables[variable])
			return places[i].offset;
	return -1;
}

/*
 * x86 has the count in a variable of the CPU. Its address is no secret, but not every kernel tells
 * its own programs; so go from the task to the CPU's run queue, which is another variable, and on
 * by what lies between the two.
 */
static void find_counter_of_cpu(struct work *work)
{
	struct kernel_counter *counter = &work->counter;
	__s64 queues = place_of(work, RUNQUEUES), count = place_of(work, PREEMPT_COUNT);
	__s32 inside = 0;
	__u32 id;

	if (count < 0) {
		count = place_of(work, PCPU_HOT);
		id = type_of(work, work->variables[PCPU_HOT])->type;
		if (count < 0 || !find_member(work, id, "preempt_count", &inside, 0))
			return;
	}
	id = go_to(work, work->ids.task_struct, "se", &counter->offsets[0]);
	id = go_to(work, id, "cfs_rq", &counter->offsets[0]);
	id = go_to(work, id, "rq", &counter->offsets[1]);
	counter->offsets[2] = (__s32)(count + inside - queues);
	counter->steps = queues >= 0 && id ? 3 : 0;
}

/* Other machines have it with the task. */
static void find_counter(struct work *work)
{
	struct kernel_counter *counter = &work->counter;
	__u32 id = go_to(work, work->ids.task_struct, "thread_info", &counter->offsets[0]);
	__s32 inside = 0;

	if (id && find_member(work, id, "preempt_count", &inside, 0)) {
		counter->offsets[0] += inside;
		counter->steps = 1;
		return;
	}
	counter->offsets[0] = 0;
	find_counter_of_cpu(work);
}

static void copy_members(struct work *work, struct btf_type *type)
{
	struct btf_member *members = (void *)(type + 1);

	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		members[i].name_off = copy_name(work, members[i].name_off);
		members[i].type = copy_of(work, members[i].type);
	}
}

/* The values of an enum, which begin with their names whatever their size. */
static void copy_values(struct work *work, struct btf_type *type, size_t size)
{
	__u8 *values = (void *)(type + 1);

	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		__u32 *name = (void *)(values + i * size);

		*name = copy_name(work, *name);
	}
}

/* Names and ids in a copy, which are still the kernel's, become those of the copies. */
static void translate(struct work *work, struct btf_type *type)
{
	struct btf_array *array = (void *)(type + 1);

	type->name_off = copy_name(work, type->name_off);
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_FLOAT:
	case BTF_KIND_FWD:
		break;
	case BTF_KIND_PTR:
		/* All pointers are the same to libbpf. */
		type->type = 0;
		break;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		type->type = copy_of(work, type->type);
		break;
	case BTF_KIND_ARRAY:
		array->type = copy_of(work, array->type);
		array->index_type = copy_of(work, array->index_type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		copy_members(work, type);
		break;
	case BTF_KIND_ENUM:
		copy_values(work, type, sizeof(struct btf_enum));
		break;
	case BTF_KIND_ENUM64:
		copy_values(work, type, sizeof(struct btf_enum64));
		break;
	default:
		work->failed = true;
	}
}

static void copy_type(struct work *work, __u32 id)
{
	const struct btf_type *type = (const void *)(work->kernel.types + work->offsets[id]);
	__u32 size = sizeof(*type) + btf_file_tail(type);
	struct btf_type *copy = extend(&work->out_types, size);

	if (!copy) {
		work->failed = true;
		return;
	}
	memcpy(copy, type, size);
	translate(work, copy);
}

/* All that is in the queue, which grows meanwhile. */
static void copy_queue(struct work *work)
{
	/* The empty name. */
	char *none = extend(&work->out_names, 1);

	if (none)
		*none = '\0';
	else
		work->failed = true;
	for (__u32 at = 0; at < work->queue.size && !work->failed; at += sizeof(__u32))
		copy_type(work, *(const __u32 *)(work->queue.data + at));
}

static bool open_kernel(struct work *work)
{
	size_t most;

	if (!btf_file_open(&work->kernel, KERNEL_BTF))
		return false;
	/* Untouched, they take no memory. */
	most = work->kernel.types_size / sizeof(struct btf_type) + 1;
	work->offsets = calloc(most, sizeof(*work->offsets));
	work->copies = calloc(most, sizeof(*work->copies));
	return work->offsets && work->copies;
}

static void close_work(struct work *work)
{
	btf_file_close(&work->kernel);
	free(work->offsets);
	free(work->copies);
	free(work->queue.data);
	free(work->out_types.data);
	free(work->out_names.data);
}

/* The copies as a file without a name. Returns its descriptor, or -1. */
static int write_file(const struct work *work)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = work->out_types.size,
		.str_off = work->out_types.size,
		.str_len = work->out_names.size,
	};
	const struct iovec parts[] = {
		{&header, sizeof(header)},
		{work->out_types.data, work->out_types.size},
		{work->out_names.data, work->out_names.size},
	};
	size_t size = sizeof(header) + work->out_types.size + work->out_names.size;
	int fd = memfd_create("kernel_types", MFD_CLOEXEC);

	if (fd < 0 || writev(fd, parts, sizeof(parts) / sizeof(parts[0])) == (ssize_t)size)
		return fd;
	close(fd);
	return -1;
}

static void keep_result(const struct work *work)
{
	int fd = write_file(work);

	if (fd < 0)
		return;
	snprintf(result.path, sizeof(result.path), "/proc/self/fd/%d", fd);
	result.ids = work->ids;
	memcpy(result.hooks, work->hooks, sizeof(result.hooks));
	result.counter = work->counter;
}

static void make(void)
{
	struct work work = {.failed = false};

	if (open_kernel(&work)) {
		find_wanted(&work);
		if (!work.failed)
			find_counter(&work);
		copy_queue(&work);
		if (!work.failed)
			keep_result(&work);
	}
	close_work(&work);
}

static void make_once(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make);
}

const char *kernel_btf_path(void)
{
	make_once();
	/* Without /proc it cannot be opened. */
	return *result.path && !access(result.path, R_OK) ? result.path : NULL;
}

struct kernel_ids kernel_btf_ids(void)
{
	make_once();
	return result.ids;
}

size_t kernel_btf_hooks(const struct kernel_hook **hooks)
{
	*hooks = result.hooks;
	return kernel_btf_path() ? HOOK_COUNT : 0;
}

struct kernel_counter kernel_types_counter(void)
{
	make_once();
	return result.counter;
}

bool kernel_types_have_function(const char *name)
{
	make_once();
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (result.hooks[i].id && result.hooks[i].kind == BTF_KIND_FUNC &&
		    !strcmp(result.hooks[i].name, name))
			return true;
	return false;
}
