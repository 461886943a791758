// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes a smaller BTF file; see btf_copy.h. <linux/btf.h> defines the layout. */
#include "engine/btf_copy.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

bool btf_copy_open(struct btf_copy *copy, const struct btf_index *from)
{
	*copy = (struct btf_copy){.from = from};
	/* Untouched pages use no memory. */
	copy->copies = calloc(btf_index_limit(&from->file), sizeof(*copy->copies));
	return copy->copies;
}

void btf_copy_close(struct btf_copy *copy)
{
	free(copy->copies);
	free(copy->queue.data);
	free(copy->types.data);
	free(copy->names.data);
}

/* Appends `size` bytes. Returns a pointer to them, or NULL if out of memory. */
static void *append_bytes(struct bytes *bytes, __u32 size)
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

/*
 * Returns the id of a type's copy. If there is none yet, queues the type to be copied. Void (0)
 * stays void.
 */
static __u32 copied_id(struct btf_copy *copy, __u32 id)
{
	__u32 *queued;

	if (!id || id > copy->from->count) {
		copy->failed |= id != 0;
		return 0;
	}
	if (copy->copies[id])
		return copy->copies[id];
	queued = append_bytes(&copy->queue, sizeof(*queued));
	if (!queued) {
		copy->failed = true;
		return 0;
	}
	*queued = id;
	copy->copies[id] = copy->queue.size / sizeof(*queued);
	return copy->copies[id];
}

/* Appends a name to the copies' names. Returns its offset. */
static __u32 copy_name(struct btf_copy *copy, __u32 offset)
{
	const char *name = btf_file_name(&copy->from->file, offset);
	__u32 size = strlen(name) + 1;
	char *to;

	if (!*name)
		return 0;
	to = append_bytes(&copy->names, size);
	if (!to) {
		copy->failed = true;
		return 0;
	}
	memcpy(to, name, size);
	return copy->names.size - size;
}

static void copy_members(struct btf_copy *copy, struct btf_type *type)
{
	struct btf_member *members = (void *)(type + 1);

	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		members[i].name_off = copy_name(copy, members[i].name_off);
		members[i].type = copied_id(copy, members[i].type);
	}
}

/* Translates the values of an enum. Values of both sizes begin with the name. */
static void copy_values(struct btf_copy *copy, struct btf_type *type, size_t size)
{
	__u8 *values = (void *)(type + 1);

	for (__u32 i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		__u32 *name = (void *)(values + i * size);

		*name = copy_name(copy, *name);
	}
}

/* Replaces the kernel's names and ids in a copy by those of the copies. */
static void translate_type(struct btf_copy *copy, struct btf_type *type)
{
	struct btf_array *array = (void *)(type + 1);

	type->name_off = copy_name(copy, type->name_off);
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
		type->type = copied_id(copy, type->type);
		break;
	case BTF_KIND_ARRAY:
		array->type = copied_id(copy, array->type);
		array->index_type = copied_id(copy, array->index_type);
		break;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		copy_members(copy, type);
		break;
	case BTF_KIND_ENUM:
		copy_values(copy, type, sizeof(struct btf_enum));
		break;
	case BTF_KIND_ENUM64:
		copy_values(copy, type, sizeof(struct btf_enum64));
		break;
	default:
		copy->failed = true;
	}
}

static void copy_type(struct btf_copy *copy, __u32 id)
{
	const struct btf_type *type = btf_index_type(copy->from, id);
	__u32 size = sizeof(*type) + btf_file_tail(type);
	struct btf_type *to = append_bytes(&copy->types, size);

	if (!to) {
		copy->failed = true;
		return;
	}
	memcpy(to, type, size);
	translate_type(copy, to);
}

/* Copies all queued types. Copying may add to the queue. */
static void copy_queue(struct btf_copy *copy)
{
	/* The empty name. */
	char *none = append_bytes(&copy->names, 1);

	if (none)
		*none = '\0';
	else
		copy->failed = true;
	for (__u32 at = 0; at < copy->queue.size && !copy->failed; at += sizeof(__u32))
		copy_type(copy, *(const __u32 *)(copy->queue.data + at));
}

/* Writes the copies to a memfd. Returns the descriptor, or -1. */
static int write_file(const struct btf_copy *copy)
{
	struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = copy->types.size,
		.str_off = copy->types.size,
		.str_len = copy->names.size,
	};
	const struct iovec parts[] = {
		{&header, sizeof(header)},
		{copy->types.data, copy->types.size},
		{copy->names.data, copy->names.size},
	};
	size_t size = sizeof(header) + copy->types.size + copy->names.size;
	int fd = memfd_create("kernel_types", MFD_CLOEXEC);

	if (fd < 0 || writev(fd, parts, sizeof(parts) / sizeof(parts[0])) == (ssize_t)size)
		return fd;
	close(fd);
	return -1;
}

void btf_copy_add(struct btf_copy *copy, __u32 id)
{
	copied_id(copy, id);
}

int btf_copy_write(struct btf_copy *copy)
{
	copy_queue(copy);
	return copy->failed ? -1 : write_file(copy);
}
