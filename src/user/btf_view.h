/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BTF as it lies in a file, for whoever reads it once from front to back: libbpf would index and keep all of it. */
#ifndef BTF_VIEW_H
#define BTF_VIEW_H

#include <linux/btf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct btf_view {
	const __u8 *types;   /* the first has id 1 */
	const char *strings; /* ends with a zero byte */
	__u32 types_size, strings_size;

	/* The view's own. */
	void *map;
	size_t map_size;
};

/* Opens a file. Returns false where it cannot be had, or is no BTF; btf_view_close() frees it in either case. */
bool btf_view_open(struct btf_view *view, const char *path);
void btf_view_close(struct btf_view *view);

/* A name; "" where there is none. */
const char *btf_view_name(const struct btf_view *view, __u32 offset);

/* Bytes that follow a type's head, or -1 for a kind that is not known. */
int btf_view_tail(const struct btf_type *type);

#endif
