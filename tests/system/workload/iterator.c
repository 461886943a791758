// SPDX-License-Identifier: GPL-2.0-or-later
/* A minimal BPF iterator; see iterator.h. */
#include "workload/iterator.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/records.h"

#define ENTRY "bpf_iter_task" /* the function that represents iterators over tasks */

/* The size of the data after a type, which depends on the type's kind. */
static size_t tail_of(const struct btf_type *type)
{
	const size_t count = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case BTF_KIND_ENUM64:
		return count * 12;
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return count * 8;
	default:
		return 0;
	}
}

/* The BTF ID of a kernel function; 0 if there is none. */
static uint32_t find_function(const char *types, const char *name)
{
	const struct btf_header *header = (const void *)types;
	const char *at = types + header->hdr_len + header->type_off, *end = at + header->type_len;
	const char *strings = types + header->hdr_len + header->str_off;

	for (uint32_t id = 1; at < end; id++) {
		const struct btf_type *type = (const void *)at;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(strings + type->name_off, name))
			return id;
		at += sizeof(*type) + tail_of(type);
	}
	return 0;
}

static uint32_t entry_id(void)
{
	int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat facts;
	size_t got = 0;
	uint32_t id;
	char *types;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &facts), 0);
	types = malloc(facts.st_size);
	assert_non_null(types);
	while (got < (size_t)facts.st_size) {
		ssize_t more = read(fd, types + got, facts.st_size - got);

		assert_true(more > 0);
		got += more;
	}
	close(fd);
	id = find_function(types, ENTRY);
	free(types);
	return id;
}

/* Loads a program that writes one byte for each task that it is called with. */
static int load(void)
{
	/* Its context: the metadata, which begins with the seq_file that is read, and the task. */
	static const struct bpf_insn code[] = {
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 2, .src_reg = 1, .off = 8},
		{.code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = 2, .off = 7},
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1},
		{.code = BPF_LDX | BPF_MEM | BPF_DW, .dst_reg = 1, .src_reg = 1},
		{.code = BPF_ST | BPF_MEM | BPF_B, .dst_reg = 10, .off = -1, .imm = '.'},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 2, .src_reg = 10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = 2, .imm = -1},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 3, .imm = 1},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_seq_write},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K},
		{.code = BPF_JMP | BPF_EXIT},
	};
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = BPF_TRACE_ITER,
		.attach_btf_id = entry_id(),
		.insns = (uintptr_t)code,
		.insn_cnt = sizeof(code) / sizeof(*code),
		.license = (uintptr_t) "GPL",
	};
	int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	assert_true(fd >= 0);
	return fd;
}

bool iterator_shows(pid_t tid)
{
	union bpf_iter_link_info info = {.task.tid = tid};
	union bpf_attr link = {.link_create = {.prog_fd = load(),
					       .attach_type = BPF_TRACE_ITER,
					       .iter_info = (uintptr_t)&info,
					       .iter_info_len = sizeof(info)}};
	int link_fd = syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link));
	union bpf_attr iterator = {.iter_create.link_fd = link_fd};
	int fd = link_fd < 0 ? -1 : syscall(SYS_bpf, BPF_ITER_CREATE, &iterator, sizeof(iterator));
	bool shown;
	char byte;

	shown = fd >= 0 && read(fd, &byte, 1) == 1;
	close(fd);
	close(link_fd);
	close(link.link_create.prog_fd);
	return shown;
}
