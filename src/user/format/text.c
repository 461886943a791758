// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Text for people: aligned columns, one line for each record. Untrusted bytes are escaped
 * (terminal.h). Lines are cut at the width of the terminal.
 */
#include "format/format.h"

#include <stdio.h>

#include <procsieve/payload.h>

#include "base/names.h"
#include "format/text_line.h"
#include "format/text_process.h"
#include "format/text_sections.h"

/* First position of each column. */
enum {
	AT_EVENT = 13,
	AT_PID = 22,
	AT_PPID = 30,
	AT_USER = 38,
	AT_WHAT = 47,
	AT_COMMAND = 67,
};

static void put_fork(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_fork *fork = procsieve_payload(record, size, sizeof(*fork));

	if (!fork)
		return;
	terminal_string(line, record->flags & PROCSIEVE_F_THREAD ? "thread " : "child ");
	terminal_u64(line, fork->child_tid);
}

/* Writes an item of a list. */
static void put_item(struct display *line, bool *first, const char *text)
{
	terminal_string(line, *first ? "" : ", ");
	terminal_string(line, text);
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
	terminal_u64(line, exec->old_tid);
}

static void put_status(struct display *line, uint32_t status)
{
	struct procsieve_end end = procsieve_end(status);
	const char *name = end.signal < 0 ? NULL : signal_name(end.signal);

	if (end.signal < 0) {
		terminal_string(line, "code ");
		terminal_u64(line, end.code);
		return;
	}
	terminal_string(line, name ? name : "signal");
	if (end.core)
		terminal_string(line, " core");
}

static void put_exit(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit =
		procsieve_payload(record, size, offsetof(struct procsieve_exit, command));

	if (!exit)
		return;
	if (record->flags & PROCSIEVE_F_THREAD) {
		terminal_string(line, "thread ");
		terminal_u64(line, record->tid);
		terminal_string(line, " ");
	}
	put_status(line, exit->status);
	terminal_string(line, " ");
	terminal_duration(line, exit->lifetime_ns);
}

static void put_comm(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_comm *comm = procsieve_payload(record, size, sizeof(*comm));

	if (!comm)
		return;
	text_line_comm(line, comm->old_comm);
	terminal_string(line, " -> ");
	text_line_comm(line, record->comm);
}

static void put_change(struct display *line, const char *what, uint32_t old, uint32_t now)
{
	terminal_string(line, what);
	terminal_u64(line, old);
	terminal_string(line, " -> ");
	terminal_u64(line, now);
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
	terminal_string(line, ptrace->attached ? "attached by " : "detached by ");
	terminal_u64(line, ptrace->tracer_pid);
}

static void put_coredump(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_coredump *dump = procsieve_payload(record, size, sizeof(*dump));
	const char *name = dump ? signal_name(dump->signal) : NULL;

	terminal_string(line, name ? name : "");
}

static void put_state(struct display *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_process *process =
		procsieve_payload(record, size, offsetof(struct procsieve_process, command));

	if (!process)
		return;
	terminal_word(line, &process->state, 1);
	if (process->threads <= 1)
		return;
	terminal_string(line, " ");
	terminal_u64(line, process->threads);
	terminal_string(line, " threads");
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

static const char *color_of(const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit;

	if (record->type == PROCSIEVE_EXIT) {
		exit = procsieve_payload(record, size, offsetof(struct procsieve_exit, command));
		if (exit && exit->status)
			return COLOR_BAD;
	}
	return style_of(record)->color;
}

static void text_event(struct printer *printer, const struct procsieve_record *record, size_t size)
{
	struct display line = text_line_begin(printer);

	text_line_time(&line, printer->run, record->boot_ns);
	terminal_column(&line, AT_EVENT);
	text_line_color(&line, printer->run, color_of(record, size));
	terminal_string(&line, event_name(record->type));
	terminal_column(&line, AT_PID);
	terminal_u64(&line, record->pid);
	terminal_column(&line, AT_PPID);
	terminal_u64(&line, record->ppid);
	terminal_column(&line, AT_USER);
	terminal_word(&line, user_name(record->uid), strlen(user_name(record->uid)));
	terminal_column(&line, AT_WHAT);
	style_of(record)->what(&line, record, size);
	text_line_color(&line, printer->run, COLOR_NONE);
	if (record->type != PROCSIEVE_COMM) {
		terminal_column(&line, AT_COMMAND);
		text_line_program(&line, printer->run, record, size);
	} else if (record->flags & PROCSIEVE_F_SECTIONS) {
		text_sections(&line, printer->run, record, size);
	}
	text_line_end(&line, printer);
}

static void text_begin(struct printer *printer, uint64_t boot_ns)
{
	struct display line = text_line_begin(printer);

	(void)boot_ns;
	terminal_string(&line, "TIME");
	terminal_column(&line, AT_EVENT);
	terminal_string(&line, "EVENT");
	terminal_column(&line, AT_PID);
	terminal_string(&line, "PID");
	terminal_column(&line, AT_PPID);
	terminal_string(&line, "PPID");
	terminal_column(&line, AT_USER);
	terminal_string(&line, "USER");
	terminal_column(&line, AT_WHAT);
	terminal_string(&line, "WHAT");
	terminal_column(&line, AT_COMMAND);
	terminal_string(&line, "COMMAND");
	text_line_end(&line, printer);
}

static void put_losses(struct display *line, const struct gap *gap)
{
	const char *separator = " (";

	terminal_string(line, "lost ");
	terminal_u64(line, gap->count);
	terminal_string(line, gap->count == 1 ? " event" : " events");
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		if (!gap->by_type[type])
			continue;
		terminal_string(line, separator);
		terminal_u64(line, gap->by_type[type]);
		terminal_string(line, " ");
		terminal_string(line, event_name(type));
		separator = ", ";
	}
	terminal_string(line, "): no room in the ring");
}

static void text_lost(struct printer *printer, const struct gap *gap)
{
	struct display line = text_line_begin(printer);

	text_line_time(&line, printer->run, gap->until_ns);
	terminal_column(&line, AT_EVENT);
	text_line_color(&line, printer->run, COLOR_BAD);
	if (gap->unknown) {
		terminal_string(&line, "no listener for ");
		terminal_duration(&line, gap->until_ns - gap->since_ns);
		terminal_string(&line, ": the events of that time are unknown");
	} else {
		put_losses(&line, gap);
	}
	text_line_color(&line, printer->run, COLOR_NONE);
	text_line_end(&line, printer);
}

static void text_clock(struct printer *printer, uint64_t boot_ns, int64_t step_ns)
{
	struct display line = text_line_begin(printer);

	text_line_time(&line, printer->run, boot_ns);
	terminal_column(&line, AT_EVENT);
	terminal_string(&line, "clock was set ");
	terminal_string(&line, step_ns < 0 ? "back by " : "forward by ");
	terminal_duration(&line, step_ns < 0 ? -(uint64_t)step_ns : (uint64_t)step_ns);
	terminal_string(&line, "; the times printed here do not change");
	text_line_end(&line, printer);
}

/* Nothing to print: the summary goes to standard error in every format. */
static void text_end(struct printer *printer, const struct totals *totals)
{
	(void)printer;
	(void)totals;
}

static void text_snapshot_end(struct printer *printer, uint64_t boot_ns, uint64_t count)
{
	struct display line = text_line_begin(printer);

	text_line_time(&line, printer->run, boot_ns);
	terminal_column(&line, AT_EVENT);
	terminal_u64(&line, count);
	terminal_string(&line, " processes existed before");
	text_line_end(&line, printer);
}

const struct format format_text = {
	.name = "text",
	.lines = 1,
	.state_size = sizeof(struct text_state),
	.begin = text_begin,
	.event = text_event,
	.lost = text_lost,
	.clock = text_clock,
	.end = text_end,
	.snapshot_end = text_snapshot_end,
	.list_begin = text_list_begin,
	.list = text_list,
	.list_end = text_list_end,
};
