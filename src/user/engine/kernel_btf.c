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
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "engine/btf_file.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

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
#define BEGINNINGS 4096

/* A hash table with linear probing: a name is in the first free slot at or after its hash. */
struct name_table {
	const char *slots[SLOTS];
};

/* The names to look for. */
struct wanted {
	struct name_table types;
	/*
	 * By beginning_of(): whether a wanted name may begin like this. False for nearly all types.
	 */
	bool beginnings[BEGINNINGS];
};

/* A buffer that grows at its end. */
struct bytes {
	__u8 *data;
	__u32 size, capacity;
};

/* The section of per-CPU variables, and the variables needed from it. */
#define PERCPU_SECTION ".data..percpu"

enum variable {
	RUNQUEUES,
	PREEMPT_COUNT, /* x86: up to 6.1, and since 6.15 */
	PCPU_HOT,      /* x86 between these: a structure that contains the count */
	VARIABLE_COUNT
};

static const char *const variable_names[VARIABLE_COUNT] = {"runqueues", "__preempt_count",
							   "pcpu_hot"};

/* The state of one build: the BTF being read and the copies being made. */
struct work {
	struct btf_file kernel;
	__u32 count;	    /* types read; the ids are 1 to count */
	__u32 *offsets;	    /* by id: offset in kernel.types */
	__u32 *copies;	    /* by id: id of the copy, or 0 */
	struct bytes queue; /* original ids of the copies, in the order of the copies */
	struct bytes out_types, out_names; /* the copies */
	struct kernel_ids ids;
	struct kernel_hook hooks[HOOK_COUNT];
	__u32 variables[VARIABLE_COUNT], percpu; /* ids */
	struct kernel_counter counter;
	bool failed;
};

/* Built once. The descriptor behind `path` stays open. */
static struct {
	char path[32]; /* empty: the build failed */
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

/* Hashes the first three bytes. */
static __u32 beginning_of(const char *name)
{
	__u32 hash = (__u8)name[0];

	for (int i = 1; i < 3 && name[i - 1]; i++)
		hash = hash * 113 + (__u8)name[i];
	return (hash ^ hash >> 12) % BEGINNINGS;
}

/* Returns the slot that holds a name, or where it would be stored. */
static const char **find_slot(struct name_table *table, const char *name)
{
	__u32 slot = hash_name(name) % SLOTS;

	while (table->slots[slot] && strcmp(table->slots[slot], name) != 0)
		slot = (slot + 1) % SLOTS;
	return &table->slots[slot];
}

/* Appends `size` bytes. Returns a pointer to them, or NULL if out of memory. */
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

/*
 * Returns the id of a type's copy. If there is none yet, queues the type to be copied. Void (0)
 * stays void.
 */
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

/* Appends a name to the copies' names. Returns its offset. */
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

/*
 * Stores the id of a struct if it is one of those needed. The first of a name is used; the names
 * needed are unique.
 */
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

/* Stores the id of a type that a program attaches to, or of a function that it calls. */
static void note_hook(struct work *work, const struct btf_type *type, const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind != BTF_KIND_FUNC && kind != BTF_KIND_TYPEDEF)
		return;
	for (size_t i = 0; i < HOOK_COUNT; i++)
		if (!work->hooks[i].id && !strcmp(hook_names[i], name))
			work->hooks[i] = (struct kernel_hook){hook_names[i], work->count, kind};
}

/* Stores the id of a per-CPU variable, or of the section that contains their offsets. */
static void note_variable(struct work *work, const struct btf_type *type, const char *name)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind == BTF_KIND_DATASEC && !strcmp(name, PERCPU_SECTION))
		work->percpu = work->count;
	for (size_t i = 0; i < VARIABLE_COUNT && kind == BTF_KIND_VAR; i++)
		if (!strcmp(variable_names[i], name))
			work->variables[i] = work->count;
}

/* Examines a type during the pass; queues a copy if its name is wanted. */
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

/* Runs the pass over all types. */
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
 * Finds a member by name in a struct or union, also inside unnamed members. Sets *offset to its
 * offset in bytes.
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
 * Adds a member's offset to *offset. Returns the id of the member's type, or of the type that it
 * points to; 0 if there is no such member.
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

/* Returns a variable's offset in the per-CPU section, or -1 if it is not there. */
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
 * On x86 the count is a per-CPU variable. Its address is not secret, but some kernels do not give
 * it to BPF programs. So follow pointers from the task to the CPU's run queue, which is another
 * per-CPU variable, and add the distance between the two.
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

/* Other architectures keep the count in the task. */
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

/* Translates the values of an enum. Values of both sizes begin with the name. */
static void copy_values(struct work *work, struct btf_type *type, size_t size)
{
	__u8 *values = (void *)(type + 1);

	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		__u32 *name = (void *)(values + i * size);

		*name = copy_name(work, *name);
	}
}

/* Replaces the kernel's names and ids in a copy by those of the copies. */
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
		/* libbpf treats all pointers alike. */
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

/* Copies all queued types. Copying may add to the queue. */
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
	/* Untouched pages use no memory. */
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

/* Writes the copies to a memfd. Returns the descriptor, or -1. */
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
	/* The path cannot be opened if /proc is not mounted. */
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
