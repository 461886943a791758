/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A view of the raw bytes of a BTF file, for callers that read it once from start to end. libbpf
 * would index the whole file and keep it in memory.
 */
#ifndef USER_ENGINE_BTF_FILE_H
#define USER_ENGINE_BTF_FILE_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct btf_file {
	const __u8 *types;   /* the first type has id 1 */
	const char *strings; /* ends with a zero byte */
	__u32 types_size, strings_size;

	/* Internal: the mapping. */
	void *map;
	size_t map_size;
};

/*
 * Opens a BTF file. Returns false if it cannot be read or is not BTF. Call btf_file_close() in both
 * cases.
 */
bool btf_file_open(struct btf_file *view, const char *path);
void btf_file_close(struct btf_file *view);

/* Finds the types of a file by id. The one that reads the file fills it. */
struct btf_index {
	struct btf_file file;
	__u32 count;	/* types read so far; their ids are 1 to count */
	__u32 *offsets; /* by id: offset in file.types */
};

/* As btf_file_open() and btf_file_close(); the index is empty. */
bool btf_index_open(struct btf_index *index, const char *path);
void btf_index_close(struct btf_index *index);

/* Returns more than the highest id that the file can have. */
static inline size_t btf_index_limit(const struct btf_file *view)
{
	return view->types_size / sizeof(struct btf_type) + 1;
}

/* Returns the type with this id, which must be at least 1; for one not read, the first type. */
static inline const struct btf_type *btf_index_type(const struct btf_index *index, __u32 id)
{
	return (const void *)(index->file.types + index->offsets[id <= index->count ? id : 0]);
}

/* Returns the name at an offset in the string section, or "" if the offset is out of range. */
const char *btf_file_name(const struct btf_file *view, __u32 offset);

/*
 * Size of the data after struct btf_type, by kind: `once` bytes, plus `each` bytes for each of the
 * vlen elements.
 */
static const struct {
	__u8 known, once, each;
} btf_file_tails[] = {
	[BTF_KIND_INT] = {1, sizeof(__u32), 0},
	[BTF_KIND_PTR] = {1, 0, 0},
	[BTF_KIND_ARRAY] = {1, sizeof(struct btf_array), 0},
	[BTF_KIND_STRUCT] = {1, 0, sizeof(struct btf_member)},
	[BTF_KIND_UNION] = {1, 0, sizeof(struct btf_member)},
	[BTF_KIND_ENUM] = {1, 0, sizeof(struct btf_enum)},
	[BTF_KIND_FWD] = {1, 0, 0},
	[BTF_KIND_TYPEDEF] = {1, 0, 0},
	[BTF_KIND_VOLATILE] = {1, 0, 0},
	[BTF_KIND_CONST] = {1, 0, 0},
	[BTF_KIND_RESTRICT] = {1, 0, 0},
	[BTF_KIND_FUNC] = {1, 0, 0},
	[BTF_KIND_FUNC_PROTO] = {1, 0, sizeof(struct btf_param)},
	[BTF_KIND_VAR] = {1, sizeof(struct btf_var), 0},
	[BTF_KIND_DATASEC] = {1, 0, sizeof(struct btf_var_secinfo)},
	[BTF_KIND_FLOAT] = {1, 0, 0},
	[BTF_KIND_DECL_TAG] = {1, sizeof(struct btf_decl_tag), 0},
	[BTF_KIND_TYPE_TAG] = {1, 0, 0},
	[BTF_KIND_ENUM64] = {1, 0, sizeof(struct btf_enum64)},
};

/*
 * Returns the number of bytes after a type's header, or -1 if the kind is unknown. Inline because a
 * kernel's BTF has more than 100,000 types.
 */
static inline int btf_file_tail(const struct btf_type *type)
{
	__u32 kind = BTF_INFO_KIND(type->info);

	if (kind >= sizeof(btf_file_tails) / sizeof(btf_file_tails[0]) ||
	    !btf_file_tails[kind].known)
		return -1;
	return btf_file_tails[kind].once +
	       (int)BTF_INFO_VLEN(type->info) * btf_file_tails[kind].each;
}

#endif
