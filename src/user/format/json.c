// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON lines, schema 1: one flat object for each record, always valid UTF-8, never longer than
 * max_line. Fields that do not fit are cut, argv first, and named in `trunc`.
 */
#include "format/format.h"

#include <string.h>

#include <procsieve/read_record.h>

#include "format/clone_flags.h"
#include "format/fields.h"
#include "format/json_line.h"
#include "format/json_process.h"
#include "format/json_sections.h"
#include "base/names.h"

/* Maximum size of the end of a line. The longest is that of an event, which has no path. */
#define TAIL_MAX                                                                             \
	(sizeof(",\"trunc\":[\"filename\",\"cwd\",\"exe\",\"cgroup\",\"ancestors\",\"env\"," \
		"\"argv\""                                                                   \
		"]}\n") -                                                                    \
	 1)

/* Writes the start of every line, up to its sequence number. */
static void begin_line(struct line *line, struct printer *printer, const char *type)
{
	char *start = printer->out->end;

	*line = (struct line){.at = start, .limit = start + printer->run->max_line - TAIL_MAX};
	put(line, "{\"v\":1,\"type\":\"");
	line->at = fmt_string(line->at, type);
	line->at = fmt_u64(fmt_literal(line->at, "\",\"seq\":"), printer->seq++);
}

static void put_times(struct line *line, const struct run *run, uint64_t boot_ns)
{
	put_time(line, "time", run, boot_ns);
	put_u64_string(line, "boot_ns", boot_ns);
}

static void put_trunc(struct line *line)
{
	static const struct {
		unsigned int cut;
		const char *name;
	} names[] = {
		{CUT_FILTER, "\"filter\","}, {CUT_FILENAME, "\"filename\","},
		{CUT_CWD, "\"cwd\","},	     {CUT_EXE, "\"exe\","},
		{CUT_CGROUP, "\"cgroup\","}, {CUT_ANCESTORS, "\"ancestors\","},
		{CUT_ENV, "\"env\","},	     {CUT_ARGV, "\"argv\","},
		{CUT_PATH, "\"path\","},     {CUT_HOOKS, "\"hooks\","},
	};

	put(line, ",\"trunc\":[");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line->cut & names[i].cut)
			line->at = fmt_string(line->at, names[i].name);
	put_end(line, ']');
}

static void end_line(struct line *line, struct buffer *out)
{
	if (line->cut)
		put_trunc(line);
	put(line, "}\n");
	out->end = line->at;
}

/* Notes what the exec itself says of its program and directory. */
static void note_deleted(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exec *exec =
		procsieve_payload(record, size, offsetof(struct procsieve_exec, command));

	if (exec && exec->flags & PROCSIEVE_EXEC_EXE_DELETED)
		line->deleted |= DELETED_EXE;
	if (exec && exec->flags & PROCSIEVE_EXEC_CWD_DELETED)
		line->deleted |= DELETED_CWD;
}

/* Writes which paths are those of deleted files. */
static void put_deleted(struct line *line)
{
	if (line->deleted & DELETED_EXE)
		put(line, ",\"exe_deleted\":true");
	if (line->deleted & DELETED_CWD)
		put(line, ",\"cwd_deleted\":true");
}

static void put_argc(struct line *line, const struct procsieve_program *program)
{
	size_t argc = procsieve_argc(program);

	if (argc)
		put_number(line, "argc", argc);
}

/* Writes file name and working directory of the program. Unknown values are omitted. */
static void put_file(struct line *line, const struct procsieve_record *record,
		     const struct procsieve_program *program)
{
	if (record->flags & PROCSIEVE_F_FILENAME_CUT)
		line->cut |= CUT_FILENAME;
	if (record->flags & PROCSIEVE_F_CWD_CUT)
		line->cut |= CUT_CWD;
	if (program->filename_len &&
	    !put_bytes(line, QUOTED("filename"), program->filename, program->filename_len))
		line->cut |= CUT_FILENAME;
	if (program->cwd_len && !put_bytes(line, QUOTED("cwd"), program->cwd, program->cwd_len))
		line->cut |= CUT_CWD;
}

static void put_argv(struct line *line, const struct procsieve_record *record,
		     const struct procsieve_program *program)
{
	if (record->flags & (PROCSIEVE_F_ARGV_CUT | PROCSIEVE_F_ARGV_UNREAD))
		line->cut |= CUT_ARGV;
	if (program->argv_len &&
	    !put_list(line, QUOTED_LIST("argv"), program->argv, program->argv_len))
		line->cut |= CUT_ARGV;
}

static void put_clone_flags(struct line *line, uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} names[] = {
#define X(name) {name, "\"" #name "\","},
		CLONE_FLAGS(X)
#undef X
	};

	put(line, ",\"clone_flags\":[");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			line->at = fmt_string(line->at, names[i].name);
	put_end(line, ']');
}

#define JSON_CLONE_FLAGS(line, key, flags) put_clone_flags(line, flags)

static void put_signal(struct line *line, const char *opening, unsigned int number)
{
	const char *name = signal_name(number);

	line->at = fmt_string(line->at, opening);
	line->at = fmt_string(line->at, name ? name : "SIG?");
	put(line, "\"");
}

static void put_status(struct line *line, uint32_t status)
{
	struct procsieve_end end = procsieve_end(status);

	if (end.signal < 0) {
		put_number(line, "exit_code", end.code);
		return;
	}
	put_signal(line, ",\"exit_signal\":\"", end.signal);
	if (end.core)
		put(line, ",\"core\":true");
}

#define JSON_STATUS(line, key, status) put_status(line, status)
#define JSON_SIGNAL(line, key, number) put_signal(line, ",\"" key "\":\"", number)
#define JSON_COMM(line, key, name) \
	put_bytes(line, QUOTED(key), name, strnlen(name, PROCSIEVE_COMM_SIZE))
#define JSON_FLAG(line, key, set) JSON_IF(set, put(line, ",\"" key "\":true"))
#define JSON_BOOL(line, key, value) \
	((line)->at =               \
		 fmt_string(fmt_literal((line)->at, ",\"" key "\":"), (value) ? "true" : "false"))

/* Defines a function for the payload of each event: put_fork and so on. */
#define X(NAME, name, type, fixed_size)                                                            \
	static void put_##name(struct line *line, const struct procsieve_record *record,           \
			       size_t size)                                                        \
	{                                                                                          \
		const struct procsieve_##type *name = procsieve_payload(record, size, fixed_size); \
                                                                                                   \
		if (name) {                                                                        \
			FIELDS_##NAME(JSON_FIELD, name, record)                                    \
		}                                                                                  \
	}
EVENT_PAYLOADS(X)
#undef X

static void put_header(struct line *line, const struct procsieve_record *record)
{
	FIELDS_RECORD(JSON_FIELD, record)
}

static bool has_section(const struct procsieve_record *record, size_t size,
			enum procsieve_section_kind kind)
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;

	while ((section = procsieve_next_section(record, size, &offset)))
		if (section->kind == kind)
			return true;
	return false;
}

static void put_effective_ids(struct line *line, const struct procsieve_record *record, size_t size)
{
	if (record->euid == record->uid && record->egid == record->gid)
		return;
	if (has_section(record, size, PROCSIEVE_SECTION_CRED))
		return;
	if (record->type != PROCSIEVE_UID) {
		FIELDS_EUID(JSON_FIELD, record)
	}
	if (record->type != PROCSIEVE_GID) {
		FIELDS_EGID(JSON_FIELD, record)
	}
}

static void put_owner(struct line *line, const struct procsieve_record *record)
{
	FIELDS_OWNER(JSON_FIELD, record)
}

static void put_payload(struct line *line, const struct procsieve_record *record, size_t size)
{
	switch (record->type) {
#define X(NAME, name, shown, state, text) \
	case PROCSIEVE_##NAME:            \
		return put_##name(line, record, size);
		PROCSIEVE_EVENTS(X)
#undef X
	case PROCSIEVE_PROCESS:
		return json_process(line, record, size);
	}
}

/* Prints an event, or a process of a snapshot. */
static void json_event(struct printer *printer, const struct procsieve_record *record, size_t size)
{
	struct procsieve_program program;
	bool has_program = !procsieve_program(record, size, &program);
	unsigned int sections = 0;
	struct line line;

	begin_line(&line, printer, event_name(record->type));
	put_times(&line, printer->run, record->boot_ns);
	put_header(&line, record);
	put_effective_ids(&line, record, size);
	put_payload(&line, record, size);
	if (record->type == PROCSIEVE_EXEC)
		note_deleted(&line, record, size);
	if (has_program)
		put_argc(&line, &program);
	if (record->flags & PROCSIEVE_F_SECTIONS)
		sections = json_short_sections(&line, printer->run, record, size);
	put_deleted(&line);
	/*
	 * The fields from here on can be of any length. The first are cut last, so that a process
	 * cannot hide its own file name with long arguments.
	 */
	if (has_program)
		put_file(&line, record, &program);
	if (sections)
		json_long_sections(&line, printer->run, record, size, sections);
	if (has_program)
		put_argv(&line, record, &program);
	end_line(&line, printer->out);
}

/* Writes the counts by event type that are not 0, and closes the object. */
static void put_counts(struct line *line, const uint64_t *counts)
{
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		if (!counts[type])
			continue;
		put(line, "\"");
		line->at = fmt_string(line->at, event_name(type));
		put(line, "\":");
		line->at = fmt_u64(line->at, counts[type]);
		put(line, ",");
	}
	put_end(line, '}');
}

static void put_hooks(struct line *line, const char *hooks)
{
	size_t size;

	put(line, ",\"hooks\":[");
	for (; *hooks; hooks += size + (hooks[size] == ' ')) {
		size = strcspn(hooks, " ");
		if (size + sizeof("\"\",]") > (size_t)(line->limit - line->at)) {
			line->cut |= CUT_HOOKS;
			line_fill(line);
			break;
		}
		put(line, "\"");
		line->at = fmt_bytes(line->at, hooks, size);
		put(line, "\",");
	}
	put_end(line, ']');
}

static void json_begin(struct printer *printer, uint64_t boot_ns)
{
	const struct run *run = printer->run;
	struct line line;

	begin_line(&line, printer, "start");
	put_times(&line, printer->run, boot_ns);
	put_name(&line, "version", run->version);
	put_name(&line, "kernel", run->kernel);
	put_bytes(&line, QUOTED("host"), run->host, strlen(run->host));
	if (*run->boot_id)
		put_name(&line, "boot_id", run->boot_id);
	if (*run->run_id)
		put_name(&line, "run_id", run->run_id);
	put_hooks(&line, run->hooks);
	if (!put_bytes(&line, QUOTED("filter"), run->filter, strlen(run->filter)))
		line.cut |= CUT_FILTER;
	end_line(&line, printer->out);
}

static void json_lost(struct printer *printer, const struct gap *gap)
{
	struct line line;

	begin_line(&line, printer, "lost");
	put_times(&line, printer->run, gap->until_ns);
	if (!gap->unknown) {
		put_number(&line, "count", gap->count);
		put(&line, ",\"by_type\":{");
		put_counts(&line, gap->by_type);
	}
	put_time(&line, "since", printer->run, gap->since_ns);
	put_time(&line, "until", printer->run, gap->until_ns);
	end_line(&line, printer->out);
}

static void json_clock(struct printer *printer, uint64_t boot_ns, int64_t step_ns)
{
	struct line line;

	begin_line(&line, printer, "clock");
	put_times(&line, printer->run, boot_ns);
	put(&line, ",\"step_ns\":\"");
	line.at = fmt_i64(line.at, step_ns);
	put(&line, "\"");
	end_line(&line, printer->out);
}

static void json_snapshot_end(struct printer *printer, uint64_t boot_ns, uint64_t count)
{
	struct line line;

	begin_line(&line, printer, "snapshot_end");
	put_times(&line, printer->run, boot_ns);
	put_number(&line, "count", count);
	end_line(&line, printer->out);
}

/* Prints a mapping or file of a process. Only the fields that identify the process are added. */
static void json_owned_resource(struct printer *printer, const struct procsieve_record *record,
				size_t size,
				void (*fields)(struct line *line,
					       const struct procsieve_record *record, size_t size))
{
	struct line line;

	begin_line(&line, printer, event_name(record->type));
	put_times(&line, printer->run, record->boot_ns);
	put_owner(&line, record);
	fields(&line, record, size);
	end_line(&line, printer->out);
}

/* `branch` is only for the text format: each JSON line is independent of the others. */
static void json_list(struct printer *printer, const struct procsieve_record *record, size_t size,
		      const char *branch)
{
	(void)branch;
	switch (record->type) {
	case PROCSIEVE_MAPPING:
		return json_owned_resource(printer, record, size, json_mapping);
	case PROCSIEVE_FD:
		return json_owned_resource(printer, record, size, json_fd);
	default:
		return json_event(printer, record, size);
	}
}

static void json_end(struct printer *printer, const struct totals *totals)
{
	struct line line;

	begin_line(&line, printer, "stop");
	put_times(&line, printer->run, totals->boot_ns);
	put_number(&line, "events", totals->events);
	put(&line, ",\"events_by_type\":{");
	put_counts(&line, totals->delivered_by_type);
	put_number(&line, "lost", totals->lost);
	put(&line, ",\"lost_by_type\":{");
	put_counts(&line, totals->lost_by_type);
	put_number(&line, "missed", totals->missed);
	put(&line, ",\"missed_by_type\":{");
	put_counts(&line, totals->missed_by_type);
	end_line(&line, printer->out);
}

const struct format format_json = {
	.name = "json",
	.lines = 1,
	.begin = json_begin,
	.event = json_event,
	.lost = json_lost,
	.clock = json_clock,
	.end = json_end,
	.snapshot_end = json_snapshot_end,
	.list_begin = json_begin,
	.list = json_list,
	.list_end = json_snapshot_end,
};
