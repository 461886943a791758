/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes that belong to the run itself: the command that it starts, until its exec, and the
 * command that reads its output. What they do for procsieve is not reported as if the user did it.
 */
#ifndef USER_STREAM_OWN_PROCESSES_H
#define USER_STREAM_OWN_PROCESSES_H

#include <stdint.h>
#include <sys/types.h>

#include <procsieve/record.h>

#include "base/spawn.h"

struct own_processes {
	struct spawn *command; /* NULL: none */
	uint64_t released_ns;  /* clock_boot_ns() before the command was released */
	pid_t reader;	       /* reads the output; 0: none, or its pid is not that of records */
	uint64_t exec_ns;      /* internal: boot_ns of the exec of the command; 0: unknown */
	struct procsieve_record *copy; /* internal: a changed record */
};

/* Fills *own. `command` may be NULL, `reader` may be 0. */
void own_processes_init(struct own_processes *own, struct spawn *command, pid_t reader);

/* Releases the command, if there is one. From now on, its signals are forwarded. */
void own_processes_release(struct own_processes *own);

/*
 * Returns the record as it is reported, or NULL if it is not: an event of the command without an
 * exec, of the reader or of its children. The duration of the command is counted from its exec.
 * Valid until the next call.
 */
const struct procsieve_record *own_processes_view(struct own_processes *own,
						  const struct procsieve_record *record,
						  size_t size);

/* Frees memory. */
void own_processes_clear(struct own_processes *own);

#endif
