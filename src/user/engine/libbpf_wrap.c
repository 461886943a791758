// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Replaces btf__load_vmlinux_btf() and bpf_prog_load() inside libbpf (see src/link/link.mk). For
 * every object, libbpf loads the kernel's BTF, several megabytes, to find the ids of attach targets
 * and of called kernel functions. The replacement returns BTF with only the names in kernel_btf.h,
 * numbered from 1. When a program is loaded, these ids are translated to the kernel's own. CO-RE
 * relocation uses the other file, kernel_btf_path().
 */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "engine/kernel_btf.h"

struct btf *__wrap_btf__load_vmlinux_btf(void);
int __real_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count,
			 const struct bpf_prog_load_opts *opts);
int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count,
			 const struct bpf_prog_load_opts *opts);

/*
 * After the hooks: the signatures of the kernel functions that programs call. libbpf compares them.
 * The verifier uses the kernel's own.
 */
struct signatures {
	struct btf_type pointer; /* to void */
	struct btf_type task;	 /* stands for any structure */
	struct btf_type to_task;
	struct btf_type number;
	__u32 number_bits;
	struct btf_type cast; /* bpf_rdonly_cast() */
	struct btf_param cast_params[2];
	struct btf_type find; /* bpf_task_from_pid() */
	struct btf_param find_params[1];
	struct btf_type release; /* bpf_task_release() */
	struct btf_param release_params[1];
	struct btf_type plain; /* no parameters, no result; for all other functions */
};

enum { POINTER = 1, TASK, TO_TASK, NUMBER, CAST, FIND, RELEASE, PLAIN }; /* after the last hook */

/* Laid out as a BTF file. */
struct index {
	struct btf_header header;
	/*
	 * One type for each hook, a forward declaration if the kernel lacks it; then the
	 * signatures; then the strings.
	 */
	struct btf_type types[];
};

static void fill_signatures(struct signatures *signatures, __u32 last)
{
	*signatures = (struct signatures){
		.pointer.info = BTF_KIND_PTR << 24,
		.task.info = BTF_KIND_STRUCT << 24,
		.to_task = {.info = BTF_KIND_PTR << 24, .type = last + TASK},
		.number = {.info = BTF_KIND_INT << 24, .size = sizeof(__u32)},
		.number_bits = 32,
		.cast = {.info = BTF_KIND_FUNC_PROTO << 24 | 2, .type = last + POINTER},
		.cast_params = {{.type = last + POINTER}, {.type = last + NUMBER}},
		.find = {.info = BTF_KIND_FUNC_PROTO << 24 | 1, .type = last + TO_TASK},
		.find_params = {{.type = last + NUMBER}},
		.release = {.info = BTF_KIND_FUNC_PROTO << 24 | 1},
		.release_params = {{.type = last + TO_TASK}},
		.plain.info = BTF_KIND_FUNC_PROTO << 24,
	};
}

static __u32 signature_of(const char *function)
{
	if (!strcmp(function, "bpf_task_from_pid"))
		return FIND;
	if (!strcmp(function, "bpf_task_release"))
		return RELEASE;
	return strcmp(function, "bpf_rdonly_cast") ? PLAIN : CAST;
}

static void fill_index(struct index *index, const struct kernel_hook *hooks, size_t count)
{
	struct signatures *signatures = (struct signatures *)(index->types + count);
	char *strings = (char *)(signatures + 1), *end = strings + 1;

	*strings = '\0';
	for (size_t i = 0; i < count; i++) {
		index->types[i] = (struct btf_type){.info = BTF_KIND_FWD << 24};
		if (!hooks[i].id)
			continue;
		index->types[i] = (struct btf_type){
			.name_off = end - strings,
			.info = hooks[i].kind << 24,
			.type = hooks[i].kind == BTF_KIND_FUNC ? count + signature_of(hooks[i].name)
							       : 0,
		};
		end = stpcpy(end, hooks[i].name) + 1;
	}
	fill_signatures(signatures, count);
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
	size_t count = kernel_btf_hooks(&hooks), names = 1;
	struct index *index;
	struct btf *types;

	/* libbpf's own function returns ESRCH whatever the error is, also if memory is lacking. */
	if (!count)
		return btf__parse(KERNEL_BTF, NULL);
	for (size_t i = 0; i < count; i++)
		names += strlen(hooks[i].name) + 1;
	index = malloc(sizeof(*index) + count * sizeof(struct btf_type) +
		       sizeof(struct signatures) + names);
	if (!index) {
		errno = ENOMEM;
		return NULL;
	}
	fill_index(index, hooks, count);
	types = btf__new(index,
			 sizeof(index->header) + index->header.str_off + index->header.str_len);
	free(index);
	return types;
}

static bool calls_kernel(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_KFUNC_CALL;
}

/* Returns the kernel's id for one of our ids. Other ids are returned unchanged. */
static __u32 kernel_id(const struct kernel_hook *hooks, size_t count, __u32 id)
{
	return id && id <= count ? hooks[id - 1].id : id;
}

int __wrap_bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
			 const struct bpf_insn *insns, size_t count,
			 const struct bpf_prog_load_opts *opts)
{
	struct bpf_prog_load_opts changed;
	const struct kernel_hook *hooks;
	size_t hook_count;
	struct bpf_insn *copy;
	int fd;

	/* A program without options has no attach target. */
	if (!opts)
		return __real_bpf_prog_load(type, name, license, insns, count, opts);
	hook_count = kernel_btf_hooks(&hooks);
	copy = malloc(count * sizeof(*copy));
	if (!copy) {
		errno = ENOMEM;
		return -ENOMEM;
	}
	memcpy(copy, insns, count * sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		if (calls_kernel(&copy[i]))
			copy[i].imm = (__s32)kernel_id(hooks, hook_count, copy[i].imm);
	changed = *opts;
	changed.attach_btf_id = kernel_id(hooks, hook_count, opts->attach_btf_id);
	fd = __real_bpf_prog_load(type, name, license, copy, count, &changed);
	free(copy);
	return fd;
}
