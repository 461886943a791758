/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions that read a record. Each checks the payload against the size of the record, so that no
 * access goes beyond it, even if another process could write to the ring buffer. C++ can include
 * this header too, hence the casts from void pointers.
 */
#ifndef PROCSIEVE_READ_RECORD_H
#define PROCSIEVE_READ_RECORD_H

#include <stddef.h>
#include <string.h>

#include <procsieve/event.h>
#include <procsieve/record.h>
#include <procsieve/section.h>

/* Returns the payload of a record of `size` bytes, or NULL if it has fewer than `least` bytes. */
static inline const void *procsieve_payload(const struct procsieve_record *record, size_t size,
					    size_t least)
{
	return size >= sizeof(*record) + least ? record + 1 : NULL;
}

/*
 * Returns how many bytes of the record precede its sections: the whole size if it has none, or if
 * their stated size is impossible.
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
 * Iterates over the sections. *offset must be procsieve_body_size() at first. Returns the next
 * section, which is entirely inside the record, or NULL after the last one.
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
 * Copies the data of a section of fixed size. The section need not be aligned. Returns 0, or -1 if
 * its data is shorter than `size`. It may be longer: a later version may add members at the end.
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
 * Returns user and system time as wait(2) and getrusage(2) report them: the scheduler's run time,
 * divided in proportion to the charged ticks, and never less than what was reported before (the
 * kernel's cputime_adjust()).
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
 * The program in an exec, exit or process record. The strings are in the record and are not
 * terminated.
 */
struct procsieve_program {
	const char *filename;
	const char *cwd;
	/* Each argument with its terminating zero; the last may lack it if argv was cut. */
	const char *argv;
	size_t filename_len;
	size_t cwd_len;
	size_t argv_len;
	__u32 argc; /* number of arguments; 0: not known */
};

/*
 * Fills *program. The pointers in it are valid as long as the record. Returns 0, or -1 if the
 * record has no program or is shorter than its length fields require.
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

/*
 * Returns how many arguments the program had: the number in the record, or counted in argv. 0: not
 * known.
 */
static inline size_t procsieve_argc(const struct procsieve_program *program)
{
	size_t count = 0;

	if (program->argc)
		return program->argc;
	if (program->argv_len && program->argv[program->argv_len - 1])
		return 0; /* argv was cut: there may be more */
	for (size_t i = 0; i < program->argv_len; i++)
		count += !program->argv[i];
	return count;
}

/*
 * Returns the path of a mapping, or of the file of a descriptor. It is in the record and is not
 * terminated; *length is its size in bytes. Returns NULL if the record is of another type, or
 * shorter than its length field requires.
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
 * Fills `by_type` with the number of events of each type that were lost since the listener was
 * opened, from a lost record. Returns 0, or -1 if the record is of another type or shorter than its
 * type mask requires.
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

/* A decoded wait(2) status. Exactly one of `code` and `signal` is not -1. */
struct procsieve_end {
	int code;   /* exit code, or -1 */
	int signal; /* signal that killed the process, or -1 */
	int core;   /* 1: it dumped core */
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
