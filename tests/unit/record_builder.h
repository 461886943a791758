/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds records by hand, for the tests of the formatters. */
#ifndef TESTS_UNIT_RECORD_BUILDER_H
#define TESTS_UNIT_RECORD_BUILDER_H

#include <stddef.h>
#include <string.h>

#include <procsieve/event.h>
#include <procsieve/record.h>
#include <procsieve/section.h>

/* Large enough for any record. */
struct made_record {
	union {
		struct procsieve_record header;
		char bytes[sizeof(struct procsieve_record) + 64 + 2 * PROCSIEVE_PATH_MAX +
			   PROCSIEVE_ARGV_MAX + 0x10000];
	};
	size_t size;
};

/* An executed program, as bytes with their lengths. */
struct made_program {
	const char *filename, *cwd, *argv;
	size_t filename_len, cwd_len, argv_len;
	unsigned int argc;
};

static inline void make_header(struct made_record *made, enum procsieve_type type, const char *comm)
{
	memset(made, 0, sizeof(*made));
	made->header = (struct procsieve_record){
		.boot_ns = 5000000000123,
		.cpu = 3,
		.type = type,
		.pid = 100,
		.tid = 101,
		.ppid = 1,
		.uid = 1000,
		.gid = 1001,
		.start_ns = 18446744073709551615u,
		.exec_id = 18446744073709551614u,
		.parent_exec_id = 9007199254740993u,
		.cgroup_id = 4242,
	};
	memcpy(made->header.comm, comm, strnlen(comm, PROCSIEVE_COMM_SIZE));
	made->size = sizeof(made->header);
}

static inline void *make_payload(struct made_record *made, const void *payload, size_t size)
{
	void *at = made->bytes + made->size;

	memcpy(at, payload, size);
	made->size += size;
	return at;
}

static inline void make_bytes(struct made_record *made, const char *bytes, size_t size)
{
	if (size)
		memcpy(made->bytes + made->size, bytes, size);
	made->size += size;
}

/* Appends the program to the fixed part of an exec or exit record. */
static inline void make_program(struct made_record *made, struct procsieve_command *command,
				const struct made_program *program)
{
	made->size = command->data - made->bytes;
	command->argc = program->argc;
	command->filename_len = program->filename_len;
	command->cwd_len = program->cwd_len;
	make_bytes(made, program->filename, program->filename_len);
	make_bytes(made, program->cwd, program->cwd_len);
	make_bytes(made, program->argv, program->argv_len);
}

static inline void make_exec(struct made_record *made, unsigned int old_tid,
			     const struct made_program *program)
{
	struct procsieve_exec exec = {.old_exec_id = 18446744073709551613u, .old_tid = old_tid},
			      *at;

	make_header(made, PROCSIEVE_EXEC, "program");
	at = make_payload(made, &exec, sizeof(exec));
	make_program(made, &at->command, program);
}

static inline void make_exit(struct made_record *made, unsigned int status,
			     const struct made_program *program)
{
	struct procsieve_exit exit = {.lifetime_ns = 1234567, .status = status}, *at;

	make_header(made, PROCSIEVE_EXIT, "program");
	at = make_payload(made, &exit, sizeof(exit));
	make_program(made, &at->command, program);
}

static inline void make_process(struct made_record *made, const struct procsieve_process *process,
				const struct made_program *program)
{
	struct procsieve_process *at;

	make_header(made, PROCSIEVE_PROCESS, "program");
	at = make_payload(made, process, sizeof(*process));
	make_program(made, &at->command, program);
}

/* `path_len` is the length in the record; the path has `size` bytes. */
static inline void make_mapping(struct made_record *made, const struct procsieve_mapping *mapping,
				const char *path, size_t size)
{
	struct procsieve_mapping *at;

	make_header(made, PROCSIEVE_MAPPING, "program");
	at = make_payload(made, mapping, sizeof(*mapping));
	made->size = at->path - made->bytes;
	make_bytes(made, path, size);
}

static inline void make_fd(struct made_record *made, const struct procsieve_fd *file,
			   const char *path, size_t size)
{
	struct procsieve_fd *at;

	make_header(made, PROCSIEVE_FD, "program");
	at = make_payload(made, file, sizeof(*file));
	made->size = at->path - made->bytes;
	make_bytes(made, path, size);
}

/* Appends a section; make_sections_end() completes them. */
static inline void make_section(struct made_record *made, unsigned int kind, unsigned int flags,
				const void *data, size_t size)
{
	struct procsieve_section head = {kind, flags, size};

	made->header.flags |= PROCSIEVE_F_SECTIONS;
	make_bytes(made, (const char *)&head, sizeof(head));
	make_bytes(made, data, size);
}

/* `body`: the size of the record before its first section. */
static inline void make_sections_end(struct made_record *made, size_t body)
{
	unsigned int size = made->size - body;

	make_bytes(made, (const char *)&size, sizeof(size));
}

#endif
