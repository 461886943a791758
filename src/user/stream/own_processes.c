// SPDX-License-Identifier: GPL-2.0-or-later
/* The processes of the run itself; see own_processes.h. */
#include "stream/own_processes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <procsieve/event.h>
#include <procsieve/read_record.h>

#include "base/clock.h"
#include "base/signals.h"

/* Inode number of the initial pid namespace, PROC_PID_INIT_INO of the kernel. */
#define INITIAL_PID_NAMESPACE 0xeffffffcu

/* Records have pids of the initial namespace. In another one, fork(2) returns other numbers. */
static bool is_in_initial_pid_namespace(void)
{
	struct stat own;

	return !stat("/proc/self/ns/pid", &own) && own.st_ino == INITIAL_PID_NAMESPACE;
}

void own_processes_init(struct own_processes *own, struct spawn *command, pid_t reader)
{
	*own = (struct own_processes){
		.command = command,
		.reader = reader && is_in_initial_pid_namespace() ? reader : 0,
	};
}

void own_processes_release(struct own_processes *own)
{
	if (!own->command)
		return;
	own->released_ns = clock_boot_ns();
	signals_forward_to(own->command->pid);
	spawn_release(own->command);
}

/*
 * Only the command and its descendants are watched, and it is the only one of them that started
 * before it was released.
 */
static bool is_of_command(const struct own_processes *own, const struct procsieve_record *record)
{
	return own->command && record->start_ns < own->released_ns;
}

/* The pid of the reader is not reused before the run ends, because only then it is waited for. */
static bool is_of_reader(const struct own_processes *own, const struct procsieve_record *record,
			 size_t size)
{
	const __u32 reader = own->reader;
	const struct procsieve_fork *fork;

	if (!reader)
		return false;
	if (record->pid == reader || record->ppid == reader)
		return true;
	fork = record->type == PROCSIEVE_FORK ? procsieve_payload(record, size, sizeof(*fork))
					      : NULL;
	return fork && fork->child_pid == reader;
}

/* Returns a copy of an exit with the time since the exec, or the record itself without memory. */
static const struct procsieve_record *count_from_exec(struct own_processes *own,
						      const struct procsieve_record *record,
						      size_t size)
{
	uint64_t exec_ns = own->exec_ns ? own->exec_ns : spawn_exec_ns(own->command);
	uint64_t since_exec = record->boot_ns - exec_ns;
	struct procsieve_exit *exit;

	own_processes_clear(own);
	own->copy = malloc(size);
	if (!own->copy)
		return record;
	memcpy(own->copy, record, size);
	exit = (struct procsieve_exit *)procsieve_payload(own->copy, size,
							  offsetof(struct procsieve_exit, command));
	/* A thread that started after the exec has lived for less. */
	if (exit && exit->lifetime_ns > since_exec)
		exit->lifetime_ns = since_exec;
	return own->copy;
}

const struct procsieve_record *own_processes_view(struct own_processes *own,
						  const struct procsieve_record *record,
						  size_t size)
{
	if (is_of_reader(own, record, size))
		return NULL;
	if (!is_of_command(own, record))
		return record;
	if (!spawn_exec_ns(own->command))
		return NULL;
	/*
	 * Later than the child's own clock, which includes the search in $PATH and the wait for a
	 * CPU.
	 */
	if (record->type == PROCSIEVE_EXEC && !own->exec_ns)
		own->exec_ns = record->boot_ns;
	return record->type == PROCSIEVE_EXIT ? count_from_exec(own, record, size) : record;
}

void own_processes_clear(struct own_processes *own)
{
	free(own->copy);
	own->copy = NULL;
}
