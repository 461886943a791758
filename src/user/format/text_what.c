// SPDX-License-Identifier: GPL-2.0-or-later
/* The WHAT column of an event, and its color; see text_what.h. */
#include "format/text_what.h"

#include <string.h>

#include <procsieve/read_record.h>

#include "base/names.h"
#include "format/text_line.h"

static void put_fork(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_fork *fork = procsieve_payload(record, size, sizeof(*fork));

	if (!fork)
		return;
	display_string(line, record->flags & PROCSIEVE_F_THREAD ? "thread " : "child ");
	display_u64(line, fork->child_tid);
}

/* Writes an item of a list. */
static void put_item(struct display *line, bool *first, const char *text)
{
	display_string(line, *first ? "" : ", ");
	display_string(line, text);
	*first = false;
}

static void put_exec(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exec *exec =
		procsieve_payload(record, size, offsetof(struct procsieve_exec, command));
	bool first = true;

	if (!exec)
		return;
	if (exec->flags & PROCSIEVE_EXEC_EXE_DELETED)
		put_item(line, &first, "exe deleted");
	if (exec->flags & PROCSIEVE_EXEC_CWD_DELETED)
		put_item(line, &first, "cwd deleted");
	if (exec->old_tid == record->tid)
		return;
	put_item(line, &first, "by thread ");
	display_u64(line, exec->old_tid);
}

void text_put_status(struct display *line, uint32_t status)
{
	struct procsieve_end end = procsieve_end(status);
	const char *name = end.signal < 0 ? NULL : signal_name(end.signal);

	if (end.signal < 0) {
		display_string(line, "code ");
		display_u64(line, end.code);
		return;
	}
	display_string(line, name ? name : "signal");
	if (end.core)
		display_string(line, " core");
}

static void put_exit(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit =
		procsieve_payload(record, size, offsetof(struct procsieve_exit, command));

	if (!exit)
		return;
	if (record->flags & PROCSIEVE_F_THREAD) {
		display_string(line, "thread ");
		display_u64(line, record->tid);
		display_string(line, " ");
	}
	text_put_status(line, exit->status);
	display_string(line, " ");
	display_duration(line, exit->lifetime_ns);
}

static void put_comm(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_comm *comm = procsieve_payload(record, size, sizeof(*comm));

	if (!comm)
		return;
	text_line_comm(line, comm->old_comm);
	display_string(line, " -> ");
	text_line_comm(line, record->comm);
}

static void put_change(struct display *line, const char *what, uint32_t old, uint32_t now)
{
	display_string(line, what);
	display_u64(line, old);
	display_string(line, " -> ");
	display_u64(line, now);
}

/* Writes the ids that changed; only one change if all four are the same. */
static void put_ids(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_id_change *change = procsieve_payload(record, size, sizeof(*change));
	const struct procsieve_ids *now, *old;
	uint32_t from[4], to[4];
	static const char *const names[] = {"real ", "effective ", "saved ", "fs "};
	bool first = true;

	if (!change)
		return;
	now = &change->now;
	old = &change->old;
	memcpy(from, old, sizeof(from));
	memcpy(to, now, sizeof(to));
	if (!memcmp(from, from + 1, sizeof(from) - 4) && !memcmp(to, to + 1, sizeof(to) - 4)) {
		put_change(line, "", from[0], to[0]);
		return;
	}
	for (unsigned int i = 0; i < 4; i++) {
		if (from[i] == to[i])
			continue;
		put_item(line, &first, "");
		put_change(line, names[i], from[i], to[i]);
	}
}

static void put_sid(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_sid *sid = procsieve_payload(record, size, sizeof(*sid));

	if (sid)
		put_change(line, "", sid->old_sid, sid->sid);
}

static void put_ptrace(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_ptrace *ptrace = procsieve_payload(record, size, sizeof(*ptrace));

	if (!ptrace)
		return;
	display_string(line, ptrace->attached ? "attached by " : "detached by ");
	display_u64(line, ptrace->tracer_pid);
}

static void put_coredump(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_coredump *dump = procsieve_payload(record, size, sizeof(*dump));
	const char *name = dump ? signal_name(dump->signal) : NULL;

	display_string(line, name ? name : "");
}

static void put_state(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_process *process =
		procsieve_payload(record, size, offsetof(struct procsieve_process, command));

	if (!process)
		return;
	display_word(line, &process->state, 1);
	if (process->threads <= 1)
		return;
	display_string(line, " ");
	display_u64(line, process->threads);
	display_string(line, " threads");
}

/* How each type of event is shown: its WHAT column and its color. */
static const struct event_style {
	void (*what)(struct display *line, const struct procsieve_record *record, size_t size);
	const char *color;
} event_styles[] = {
	[PROCSIEVE_FORK] = {put_fork, COLOR_DIM},
	[PROCSIEVE_EXEC] = {put_exec, "\x1b[32m"},
	[PROCSIEVE_EXIT] = {put_exit, COLOR_NONE},
	[PROCSIEVE_COMM] = {put_comm, COLOR_CHANGE},
	[PROCSIEVE_UID] = {put_ids, COLOR_CHANGE},
	[PROCSIEVE_GID] = {put_ids, COLOR_CHANGE},
	[PROCSIEVE_SID] = {put_sid, COLOR_CHANGE},
	[PROCSIEVE_PTRACE] = {put_ptrace, "\x1b[33m"},
	[PROCSIEVE_COREDUMP] = {put_coredump, COLOR_BAD},
};

_Static_assert(sizeof(event_styles) / sizeof(event_styles[0]) == PROCSIEVE_EVENT_COUNT,
	       "the last event has no style");

static const struct event_style *style_of(const struct procsieve_record *record)
{
	static const struct event_style process = {put_state, COLOR_DIM};

	return record->type == PROCSIEVE_PROCESS ? &process : &event_styles[record->type];
}

const char *text_what_color(const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit;

	if (record->type == PROCSIEVE_EXIT) {
		exit = procsieve_payload(record, size, offsetof(struct procsieve_exit, command));
		if (exit && exit->status)
			return COLOR_BAD;
	}
	return style_of(record)->color;
}

void text_put_what(struct display *line, const struct procsieve_record *record, size_t size)
{
	style_of(record)->what(line, record, size);
}
