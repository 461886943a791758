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
struct built_record {
	union {
		struct procsieve_record header;
		char bytes[sizeof(struct procsieve_record) + 64 + 2 * PROCSIEVE_PATH_MAX +
			   PROCSIEVE_ARGV_MAX + 0x10000];
	};
	size_t size;
};

/* An executed program, as bytes with their lengths. */
struct built_program {
	const char *filename, *cwd, *argv;
	size_t filename_len, cwd_len, argv_len;
	unsigned int argc;
};

static inline void build_header(struct built_record *built, enum procsieve_type type,
				const char *comm)
{
	memset(built, 0, sizeof(*built));
	built->header = (struct procsieve_record){
		.boot_ns = 5000000000123,
		.cpu = 3,
		.type = type,
		.pid = 100,
		.tid = 101,
		.ppid = 1,
		.uid = 1000,
		.gid = 1001,
		.euid = 1000,
		.egid = 1001,
		.start_ns = 18446744073709551615u,
		.exec_id = 18446744073709551614u,
		.parent_exec_id = 9007199254740993u,
		.cgroup_id = 4242,
	};
	memcpy(built->header.comm, comm, strnlen(comm, PROCSIEVE_COMM_SIZE));
	built->size = sizeof(built->header);
}

static inline void *build_payload(struct built_record *built, const void *payload, size_t size)
{
	void *at = built->bytes + built->size;

	memcpy(at, payload, size);
	built->size += size;
	return at;
}

static inline void build_bytes(struct built_record *built, const char *bytes, size_t size)
{
	if (size)
		memcpy(built->bytes + built->size, bytes, size);
	built->size += size;
}

/* Appends the program to the fixed part of an exec or exit record. */
static inline void build_program(struct built_record *built, struct procsieve_command *command,
				 const struct built_program *program)
{
	built->size = command->data - built->bytes;
	command->argc = program->argc;
	command->filename_len = program->filename_len;
	command->cwd_len = program->cwd_len;
	build_bytes(built, program->filename, program->filename_len);
	build_bytes(built, program->cwd, program->cwd_len);
	build_bytes(built, program->argv, program->argv_len);
}

static inline void build_exec(struct built_record *built, unsigned int old_tid,
			      const struct built_program *program)
{
	struct procsieve_exec exec = {.old_exec_id = 18446744073709551613u, .old_tid = old_tid},
			      *at;

	build_header(built, PROCSIEVE_EXEC, "program");
	at = build_payload(built, &exec, sizeof(exec));
	build_program(built, &at->command, program);
}

static inline void build_exit(struct built_record *built, unsigned int status,
			      const struct built_program *program)
{
	struct procsieve_exit exit = {.lifetime_ns = 1234567, .status = status}, *at;

	build_header(built, PROCSIEVE_EXIT, "program");
	at = build_payload(built, &exit, sizeof(exit));
	build_program(built, &at->command, program);
}

static inline void build_process(struct built_record *built,
				 const struct procsieve_process *process,
				 const struct built_program *program)
{
	struct procsieve_process *at;

	build_header(built, PROCSIEVE_PROCESS, "program");
	at = build_payload(built, process, sizeof(*process));
	build_program(built, &at->command, program);
}

/* `path_len` is the length in the record; the path has `size` bytes. */
static inline void build_mapping(struct built_record *built,
				 const struct procsieve_mapping *mapping, const char *path,
				 size_t size)
{
	struct procsieve_mapping *at;

	build_header(built, PROCSIEVE_MAPPING, "program");
	at = build_payload(built, mapping, sizeof(*mapping));
	built->size = at->path - built->bytes;
	build_bytes(built, path, size);
}

static inline void build_fd(struct built_record *built, const struct procsieve_fd *file,
			    const char *path, size_t size)
{
	struct procsieve_fd *at;

	build_header(built, PROCSIEVE_FD, "program");
	at = build_payload(built, file, sizeof(*file));
	built->size = at->path - built->bytes;
	build_bytes(built, path, size);
}

/* Appends a section; build_sections_end() completes them. */
static inline void build_section(struct built_record *built, unsigned int kind, unsigned int flags,
				 const void *data, size_t size)
{
	struct procsieve_section head = {kind, flags, size};

	built->header.flags |= PROCSIEVE_F_SECTIONS;
	build_bytes(built, (const char *)&head, sizeof(head));
	build_bytes(built, data, size);
}

/* `body`: the size of the record before its first section. */
static inline void build_sections_end(struct built_record *built, size_t body)
{
	unsigned int size = built->size - body;

	build_bytes(built, (const char *)&size, sizeof(size));
}

#endif
