// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's types as libbpf loads them for every object, to find the ids of what programs are attached to: linked in the
 * place of its own function (see the Makefile), which reads several megabytes. Here all types are without content but those
 * that are looked for (kernel_types.h); what programs are relocated against is another file.
 */
#include <bpf/btf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_types.h"

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);

/* Behind the numbered types: the signature of bpf_rdonly_cast(), which libbpf compares. The verifier has the true one. */
struct signature {
	struct btf_type pointer; /* to void */
	struct btf_type number;
	__u32 number_bits;
	struct btf_type function;
	struct btf_param params[2];
};

enum { POINTER = 1, NUMBER, FUNCTION }; /* behind the last numbered id */

/* In the order in which BTF has it. */
struct index {
	struct btf_header header;
	struct btf_type types[]; /* from id 1 on; then the signature, then the strings */
};

static size_t name_size(const struct kernel_hook *hook)
{
	return strlen(hook->name) + 1;
}

static void put_signature(struct signature *signature, __u32 last)
{
	*signature = (struct signature){
		.pointer.info = BTF_KIND_PTR << 24,
		.number = {.info = BTF_KIND_INT << 24, .size = sizeof(__u32)},
		.number_bits = 32,
		.function = {.info = BTF_KIND_FUNC_PROTO << 24 | 2, .type = last + POINTER},
		.params = {{.type = last + POINTER}, {.type = last + NUMBER}},
	};
}

/* A type without content; void in all but name. */
static const struct btf_type nothing = {.info = BTF_KIND_FWD << 24};

static void fill(struct index *index, const struct kernel_hook *hooks, size_t count, __u32 last)
{
	struct signature *signature = (struct signature *)(index->types + last);
	char *strings = (char *)(signature + 1), *end = strings + 1;

	*strings = '\0';
	for (__u32 id = 0; id < last; id++)
		index->types[id] = nothing;
	for (size_t i = 0; i < count; i++) {
		struct btf_type *type;

		if (!hooks[i].id)
			continue;
		type = &index->types[hooks[i].id - 1];
		type->name_off = end - strings;
		type->info = hooks[i].kind << 24;
		type->type = hooks[i].kind == BTF_KIND_FUNC ? last + FUNCTION : 0;
		end = stpcpy(end, hooks[i].name) + 1;
	}
	put_signature(signature, last);
	index->header = (struct btf_header){
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(index->header),
		.type_len = strings - (char *)index->types,
		.str_off = strings - (char *)index->types,
		.str_len = end - strings,
	};
}

struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	const struct kernel_hook *hooks;
	size_t count = kernel_types_hooks(&hooks), names = 1;
	struct index *index;
	struct btf *types;
	__u32 last = 0;

	for (size_t i = 0; i < count; i++) {
		if (!hooks[i].id)
			continue;
		last = hooks[i].id > last ? hooks[i].id : last;
		names += name_size(&hooks[i]);
	}
	index = last ? malloc(sizeof(*index) + last * sizeof(struct btf_type) +
			      sizeof(struct signature) + names)
		     : NULL;
	if (!index)
		return __real_btf__load_vmlinux_btf();
	fill(index, hooks, count, last);
	types = btf__new(index,
			 sizeof(index->header) + index->header.str_off + index->header.str_len);
	free(index);
	return types;
}
