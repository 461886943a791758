/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a record: its payload by type, checked against the record's size, so that whatever comes out of a ring that
 * others can write to is read inside its bounds.
 */
#ifndef PROCSIEVE_PAYLOAD_H
#define PROCSIEVE_PAYLOAD_H

#include <stddef.h>

#include <procsieve/event.h>
#include <procsieve/record.h>

/* The payload of a record of `size` bytes, or NULL where it is shorter than `least`. */
static inline const void *procsieve_payload(const struct procsieve_record *record, size_t size,
					    size_t least)
{
	return size >= sizeof(*record) + least ? record + 1 : NULL;
}

/* The program in an exec or exit record. The strings lie in the record and are not terminated. */
struct procsieve_program {
	const char *filename;
	const char *cwd;
	const char *argv; /* each argument with its zero; the last may lack it where argv was cut */
	size_t filename_len;
	size_t cwd_len;
	size_t argv_len;
	__u32 argc; /* 0: not known */
};

/* Fills *program. Returns 0, or -1 where the record has none or is too short for what it says of itself. */
static inline int procsieve_program(const struct procsieve_record *record, size_t size,
				    struct procsieve_program *program)
{
	const char *end = (const char *)record + size;
	const struct procsieve_command *command;

	if (record->type == PROCSIEVE_EXEC) {
		const struct procsieve_exec *exec = procsieve_payload(record, size, sizeof(*exec));

		command = exec ? &exec->command : NULL;
	} else if (record->type == PROCSIEVE_EXIT) {
		const struct procsieve_exit *exit = procsieve_payload(
			record, size, offsetof(struct procsieve_exit, command.data));

		command = exit ? &exit->command : NULL;
	} else {
		command = NULL;
	}
	if (!command ||
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
