/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a record: its payload by type, checked against the record's size, so that whatever comes
 * out of a ring that others can write to is read inside its bounds. C++ takes this header too:
 * hence the casts from void.
 */
#ifndef PROCSIEVE_PAYLOAD_H
#define PROCSIEVE_PAYLOAD_H

#include <stddef.h>
#include <string.h>

#include <procsieve/event.h>
#include <procsieve/record.h>
#include <procsieve/section.h>

/* The payload of a record of `size` bytes, or NULL where it is shorter than `least`. */
static inline const void *procsieve_payload(const struct procsieve_record *record, size_t size,
					    size_t least)
{
	return size >= sizeof(*record) + least ? record + 1 : NULL;
}

/*
 * Bytes of the record that stand before its sections: all where it has none, or where their size
 * cannot be true.
 */
static inline size_t procsieve_body_size(const struct procsieve_record *record, size_t size)
{
	__u32 sections;

	if (!(record->flags & PROCSIEVE_F_SECTIONS) || size < sizeof(*record) + sizeof(sections))
		return size;
	memcpy(&sections, (const char *)record + size - sizeof(sections), sizeof(sections));
	if (sections > size - sizeof(*record) - sizeof(sections))
		return size;
	return size - sections - sizeof(sections);
}

/*
 * Walks the sections: *offset is procsieve_body_size() at first. Returns the next one, whole inside
 * the record, or NULL behind the last.
 */
static inline const struct procsieve_section *procsieve_next_section(
	const struct procsieve_record *record, size_t size, size_t *offset)
{
	const struct procsieve_section *section =
		(const struct procsieve_section *)((const char *)record + *offset);
	size_t left = size - *offset;

	if (left < sizeof(__u32) + sizeof(*section) ||
	    left - sizeof(__u32) - sizeof(*section) < section->size)
		return NULL;
	*offset += sizeof(*section) + section->size;
	return section;
}

/*
 * Copies the data of a section of fixed size, which lies anywhere in the record. Returns 0, or -1
 * where it is shorter than that. (A later version may make it longer.)
 */
static inline int procsieve_section_copy(const struct procsieve_section *section, void *data,
					 size_t size)
{
	if (section->size < size)
		return -1;
	memcpy(data, section->data, size);
	return 0;
}

/* CPU time in nanoseconds. */
struct procsieve_cpu_time {
	__u64 user, system;
};

/*
 * User and system time as wait(2) and getrusage(2) report them: the scheduler's clock, divided as
 * the ticks were charged, and never less than what was reported before (the kernel's
 * cputime_adjust()).
 */
static inline struct procsieve_cpu_time procsieve_cpu_time(const struct procsieve_time *time)
{
	struct procsieve_cpu_time prev = {time->prev_utime, time->prev_stime}, now;

	if (prev.user + prev.system >= time->runtime)
		return prev;
	if (!time->stime)
		now.system = 0;
	else if (!time->utime)
		now.system = time->runtime;
	else
		now.system = (unsigned __int128)time->stime * time->runtime /
			     ((unsigned __int128)time->stime + time->utime);
	if (now.system < prev.system)
		now.system = prev.system;
	now.user = time->runtime - now.system;
	if (now.user < prev.user) {
		now.user = prev.user;
		now.system = time->runtime - now.user;
	}
	return now;
}

/*
 * The program in an exec, exit or process record. The strings lie in the record and are not
 * terminated.
 */
struct procsieve_program {
	const char *filename;
	const char *cwd;
	const char *argv; /* each argument with its zero; the last may lack it where argv was cut */
	size_t filename_len;
	size_t cwd_len;
	size_t argv_len;
	__u32 argc; /* 0: not known */
};

/*
 * Fills *program. Returns 0, or -1 where the record has none or is too short for what it says of
 * itself.
 */
static inline int procsieve_program(const struct procsieve_record *record, size_t size,
				    struct procsieve_program *program)
{
	const char *end = (const char *)record + procsieve_body_size(record, size);
	const struct procsieve_command *command;

	if (record->type == PROCSIEVE_EXEC) {
		const struct procsieve_exec *exec =
			(const struct procsieve_exec *)procsieve_payload(
				record, size, offsetof(struct procsieve_exec, command.data));

		command = exec ? &exec->command : NULL;
	} else if (record->type == PROCSIEVE_EXIT) {
		const struct procsieve_exit *exit =
			(const struct procsieve_exit *)procsieve_payload(
				record, size, offsetof(struct procsieve_exit, command.data));

		command = exit ? &exit->command : NULL;
	} else if (record->type == PROCSIEVE_PROCESS) {
		const struct procsieve_process *process =
			(const struct procsieve_process *)procsieve_payload(
				record, size, offsetof(struct procsieve_process, command.data));

		command = process ? &process->command : NULL;
	} else {
		command = NULL;
	}
	if (!command || end < command->data ||
	    (size_t)(end - command->data) < (size_t)command->filename_len + command->cwd_len)
		return -1;
	program->filename = command->data;
	program->filename_len = command->filename_len;
	program->cwd = program->filename + program->filename_len;
	program->cwd_len = command->cwd_len;
	program->argv = program->cwd + program->cwd_len;
	program->argv_len = end - program->argv;
	program->argc = command->argc;
	return 0;
}

/* How many arguments the program had: as the record says, or counted. 0: not known. */
static inline size_t procsieve_argc(const struct procsieve_program *program)
{
	size_t count = 0;

	if (program->argc)
		return program->argc;
	if (program->argv_len && program->argv[program->argv_len - 1])
		return 0; /* cut, and there may be more */
	for (size_t i = 0; i < program->argv_len; i++)
		count += !program->argv[i];
	return count;
}

/*
 * The path of a mapping, or of the file of a descriptor; it lies in the record and is not
 * terminated. NULL where the record is neither, or too short for what it says of itself.
 */
static inline const char *procsieve_path(const struct procsieve_record *record, size_t size,
					 size_t *length)
{
	size_t fixed = sizeof(*record);
	const char *path;

	if (record->type == PROCSIEVE_MAPPING) {
		const struct procsieve_mapping *mapping =
			(const struct procsieve_mapping *)procsieve_payload(
				record, size, offsetof(struct procsieve_mapping, path));

		if (!mapping)
			return NULL;
		fixed += offsetof(struct procsieve_mapping, path);
		*length = mapping->path_len;
		path = mapping->path;
	} else if (record->type == PROCSIEVE_FD) {
		const struct procsieve_fd *file = (const struct procsieve_fd *)procsieve_payload(
			record, size, offsetof(struct procsieve_fd, path));

		if (!file)
			return NULL;
		fixed += offsetof(struct procsieve_fd, path);
		*length = file->path_len;
		path = file->path;
	} else {
		return NULL;
	}
	return *length <= size - fixed ? path : NULL;
}

/*
 * Fills in how many events of each type were lost since the listener was opened, as a lost record
 * has it. Returns 0, or -1 where the record is no such one or too short for what it says of itself.
 */
static inline int procsieve_lost_by_type(const struct procsieve_record *record, size_t size,
					 __u64 by_type[PROCSIEVE_EVENT_LIMIT])
{
	const struct procsieve_lost *lost =
		(const struct procsieve_lost *)procsieve_payload(record, size, sizeof(*lost));
	size_t count, at = 0;

	if (record->type != PROCSIEVE_LOST || !lost)
		return -1;
	count = (size - sizeof(*record) - sizeof(*lost)) / sizeof(lost->lost[0]);
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_LIMIT; type++) {
		by_type[type] = 0;
		if (!(lost->types & PROCSIEVE_MASK(type)))
			continue;
		if (at == count)
			return -1;
		by_type[type] = lost->lost[at++];
	}
	return 0;
}

/* A wait(2) status, taken apart. Exactly one of `code` and `signal` is not -1. */
struct procsieve_end {
	int code;   /* exit code */
	int signal; /* signal that killed it */
	int core;   /* 1: it left a core dump */
};

static inline struct procsieve_end procsieve_end(__u32 status)
{
	int signal = status & 0x7f;
	struct procsieve_end end = {
		.code = signal ? -1 : (int)(status >> 8 & 0xff),
		.signal = signal ? signal : -1,
		.core = signal && (status & 0x80),
	};

	return end;
}

#endif
