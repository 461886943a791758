// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JSON lines, schema 1: one flat object a record, always valid UTF-8, never longer than asked for. What a line has no
 * room for is cut, argv first, and named in `trunc`.
 */
#include "format.h"

#include <linux/sched.h>

#include <procsieve/payload.h>

#include "json.h"
#include "names.h"
#include "text.h"
#include "utf8.h"

/* Fields that can be cut, as bits, in the order in which `trunc` names them. */
enum { CUT_FILTER = 1, CUT_FILENAME = 2, CUT_CWD = 4, CUT_ARGV = 8 };

/* What an event's line ends with at most. */
#define TAIL_MAX (sizeof(",\"trunc\":[\"filename\",\"cwd\",\"argv\"]}\n") - 1)

/* A line on its way: `limit` leaves the tail its room. */
struct line {
	char *at;
	char *limit;
	unsigned int cut;
};

#define put(line, literal) ((line)->at = text_literal((line)->at, literal))

/* A field of a number, and one of a number that is too large for some readers and so goes as a string. */
#define put_number(line, key, number) \
	((line)->at = text_number(text_literal((line)->at, ",\"" key "\":"), number))
#define put_wide(line, key, number) \
	((line)->at = text_literal( \
		 text_number(text_literal((line)->at, ",\"" key "\":\""), number), "\""))
#define put_time(line, key, run, boot_ns)                                                 \
	((line)->at = text_literal(text_utc(text_literal((line)->at, ",\"" key "\":\""),  \
					    (int64_t)(boot_ns) + (run)->clock_offset_ns), \
				   "\""))

/* A field that is the name of something: plain letters. */
#define put_name(line, key, name)                                                                  \
	((line)->at = text_literal(text_string(text_literal((line)->at, ",\"" key "\":\""), name), \
				   "\""))

/* Ends a list or an object, in the place of the last comma if there is one. */
static void put_end(struct line *line, char end)
{
	if (line->at[-1] == ',')
		line->at--;
	*line->at++ = end;
}

/* What stands around a field of any bytes, and around its base64. */
struct quoted {
	const char *opening, *exact_opening;
	size_t size, exact_size; /* of the openings */
};

#define QUOTED(key)                                                                      \
	&(const struct quoted)                                                           \
	{                                                                                \
		",\"" key "\":\"", ",\"" key "_b64\":\"", sizeof(",\"" key "\":\"") - 1, \
			sizeof(",\"" key "_b64\":\"") - 1                                \
	}

/* The bytes that need a closer look. Returns whether there was room for all of them. */
static bool put_unplain(struct line *line, const struct quoted *field, const char *bytes,
			size_t size)
{
	bool exact = !utf8_is_valid(bytes, size);
	size_t around = field->size + 1 + (exact ? field->exact_size + 1 : 0);
	size_t room = line->limit - line->at;
	size_t fit;

	if (room < around)
		return false;
	fit = json_fit(bytes, size, room - around, exact);
	line->at = text_bytes(line->at, field->opening, field->size);
	line->at = json_escape(line->at, bytes, fit);
	put(line, "\"");
	if (exact) {
		line->at = text_bytes(line->at, field->exact_opening, field->exact_size);
		line->at = json_base64(line->at, bytes, fit);
		put(line, "\"");
	}
	return fit == size;
}

/* A field of any bytes. Returns whether there was room for all of them. */
static inline bool put_bytes(struct line *line, const struct quoted *field, const char *bytes,
			     size_t size)
{
	if (field->size + size + 1 > (size_t)(line->limit - line->at) ||
	    !json_is_plain(bytes, size))
		return put_unplain(line, field, bytes, size);
	line->at = text_bytes(line->at, field->opening, field->size);
	line->at = text_bytes(line->at, bytes, size);
	put(line, "\"");
	return true;
}

/* Arguments as they lie in a record, each up to its zero. */
struct arguments {
	const char *at, *end;
};

static bool next_argument(struct arguments *arguments, const char **argument, size_t *size)
{
	if (arguments->at >= arguments->end)
		return false;
	*argument = arguments->at;
	*size = strnlen(arguments->at, arguments->end - arguments->at);
	arguments->at += *size + 1;
	return true;
}

/* How much of the arguments a line shows. */
struct shown {
	unsigned int count;
	size_t last_size; /* bytes of the last one */
	bool all;
};

/*
 * Argument by argument while there is room; the one that has not enough is cut. `room` counts what stands around a
 * string as well, and with `exact` what its base64 will take.
 */
static struct shown put_strings(struct line *line, struct arguments arguments, size_t room,
				bool exact)
{
	const size_t around = exact ? sizeof("\"\",\"\",") : sizeof("\"\",");
	struct shown shown = {0};
	const char *argument;
	size_t size, fit;
	char *start;

	while ((shown.all = !next_argument(&arguments, &argument, &size)) == false) {
		if (room < around)
			break;
		room -= around;
		fit = json_fit(argument, size, room, exact);
		put(line, "\"");
		start = line->at;
		line->at = json_escape(start, argument, fit);
		room -= line->at - start + (exact ? json_base64_size(fit) : 0);
		put(line, "\",");
		shown.count++;
		shown.last_size = fit;
		if (fit < size)
			break;
	}
	return shown;
}

static void put_strings_exact(struct line *line, struct arguments arguments, struct shown shown)
{
	const char *argument;
	size_t size;

	while (shown.count-- && next_argument(&arguments, &argument, &size)) {
		put(line, "\"");
		line->at = json_base64(line->at, argument, shown.count ? size : shown.last_size);
		put(line, "\",");
	}
}

static void put_argv(struct line *line, const char *argv, size_t argv_size)
{
	const struct arguments arguments = {argv, argv + argv_size};
	const size_t around = sizeof(",\"argv\":[\"\"],\"argv_b64\":[\"\"]");
	const size_t room = line->limit - line->at;
	bool exact = !utf8_is_valid(argv, argv_size);
	struct shown shown;

	if (room < around) {
		line->cut |= CUT_ARGV;
		return;
	}
	put(line, ",\"argv\":[");
	shown = put_strings(line, arguments, room - around, exact);
	put_end(line, ']');
	if (!shown.all)
		line->cut |= CUT_ARGV;
	if (!exact)
		return;
	put(line, ",\"argv_b64\":[");
	put_strings_exact(line, arguments, shown);
	put_end(line, ']');
}

/* What every line begins with, up to its number. */
static void begin_line(struct line *line, const struct buffer *out, const struct run *run,
		       const char *type, uint64_t seq)
{
	*line = (struct line){out->end, out->end + run->max_line - TAIL_MAX, 0};
	put(line, "{\"v\":1,\"type\":\"");
	line->at = text_string(line->at, type);
	line->at = text_number(text_literal(line->at, "\",\"seq\":"), seq);
}

static void put_moment(struct line *line, const struct run *run, uint64_t boot_ns)
{
	put_time(line, "time", run, boot_ns);
	put_wide(line, "boot_ns", boot_ns);
}

static void put_cut(struct line *line)
{
	put(line, ",\"trunc\":[");
	if (line->cut & CUT_FILTER)
		put(line, "\"filter\",");
	if (line->cut & CUT_FILENAME)
		put(line, "\"filename\",");
	if (line->cut & CUT_CWD)
		put(line, "\"cwd\",");
	if (line->cut & CUT_ARGV)
		put(line, "\"argv\",");
	put_end(line, ']');
}

static void end_line(struct line *line, struct buffer *out)
{
	if (line->cut)
		put_cut(line);
	put(line, "}\n");
	out->end = line->at;
}

/* The process fields, on every event. */
static void put_process(struct line *line, const struct procsieve_record *record)
{
	put_number(line, "cpu", record->cpu);
	put_number(line, "pid", record->pid);
	put_number(line, "tid", record->tid);
	put_number(line, "ppid", record->ppid);
	put_wide(line, "start_ns", record->start_ns);
	put_number(line, "uid", record->uid);
	put_number(line, "gid", record->gid);
	put_bytes(line, QUOTED("comm"), record->comm, strnlen(record->comm, sizeof(record->comm)));
	put_wide(line, "cgroup_id", record->cgroup_id);
	if (record->flags & PROCSIEVE_F_THREAD)
		put(line, ",\"thread\":true");
}

/* The program that ran; nothing of what is not known. Behind what can be long comes nothing that must have room. */
static void put_program(struct line *line, const struct procsieve_record *record, size_t size)
{
	struct procsieve_program program;

	if (procsieve_program(record, size, &program))
		return;
	if (record->flags & PROCSIEVE_F_FILENAME_CUT)
		line->cut |= CUT_FILENAME;
	if (record->flags & PROCSIEVE_F_CWD_CUT)
		line->cut |= CUT_CWD;
	if (record->flags & (PROCSIEVE_F_ARGV_CUT | PROCSIEVE_F_ARGV_UNREAD))
		line->cut |= CUT_ARGV;
	if (procsieve_argc(&program))
		put_number(line, "argc", procsieve_argc(&program));
	if (program.filename_len &&
	    !put_bytes(line, QUOTED("filename"), program.filename, program.filename_len))
		line->cut |= CUT_FILENAME;
	if (program.cwd_len && !put_bytes(line, QUOTED("cwd"), program.cwd, program.cwd_len))
		line->cut |= CUT_CWD;
	if (program.argv_len)
		put_argv(line, program.argv, program.argv_len);
}

static void put_clone_flags(struct line *line, uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} names[] = {
#define FLAG(name) {name, "\"" #name "\","}
		FLAG(CLONE_NEWTIME),
		FLAG(CLONE_VM),
		FLAG(CLONE_FS),
		FLAG(CLONE_FILES),
		FLAG(CLONE_SIGHAND),
		FLAG(CLONE_PIDFD),
		FLAG(CLONE_PTRACE),
		FLAG(CLONE_VFORK),
		FLAG(CLONE_PARENT),
		FLAG(CLONE_THREAD),
		FLAG(CLONE_NEWNS),
		FLAG(CLONE_SYSVSEM),
		FLAG(CLONE_SETTLS),
		FLAG(CLONE_PARENT_SETTID),
		FLAG(CLONE_CHILD_CLEARTID),
		FLAG(CLONE_DETACHED),
		FLAG(CLONE_UNTRACED),
		FLAG(CLONE_CHILD_SETTID),
		FLAG(CLONE_NEWCGROUP),
		FLAG(CLONE_NEWUTS),
		FLAG(CLONE_NEWIPC),
		FLAG(CLONE_NEWUSER),
		FLAG(CLONE_NEWPID),
		FLAG(CLONE_NEWNET),
		FLAG(CLONE_IO),
		FLAG(CLONE_CLEAR_SIGHAND),
		FLAG(CLONE_INTO_CGROUP),
#undef FLAG
	};

	put(line, ",\"clone_flags\":[");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			line->at = text_string(line->at, names[i].name);
	put_end(line, ']');
}

static void put_fork(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_fork *fork = procsieve_payload(record, size, sizeof(*fork));

	if (!fork)
		return;
	put_number(line, "child_pid", fork->child_pid);
	put_number(line, "child_tid", fork->child_tid);
	put_wide(line, "child_start_ns", fork->child_start_ns);
	put_clone_flags(line, fork->clone_flags);
}

static void put_exec(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exec *exec = procsieve_payload(record, size, sizeof(*exec));

	if (!exec)
		return;
	if (exec->old_tid != record->tid)
		put_number(line, "old_tid", exec->old_tid);
	put_program(line, record, size);
}

static void put_signal(struct line *line, const char *opening, unsigned int number)
{
	const char *name = signal_name(number);

	line->at = text_string(line->at, opening);
	line->at = text_string(line->at, name ? name : "SIG?");
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

static void put_exit(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_exit *exit =
		procsieve_payload(record, size, offsetof(struct procsieve_exit, command));

	if (!exit)
		return;
	put_status(line, exit->status);
	put_number(line, "duration_us", exit->lifetime_ns / 1000);
	put_program(line, record, size);
}

static void put_comm(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_comm *comm = procsieve_payload(record, size, sizeof(*comm));

	if (comm)
		put_bytes(line, QUOTED("old_comm"), comm->old_comm,
			  strnlen(comm->old_comm, sizeof(comm->old_comm)));
}

/* The ids of one kind: "r" and "uid" make ruid. */
#define put_ids(line, kind, change)                                        \
	do {                                                               \
		put_number(line, "r" kind, (change)->now.real);            \
		put_number(line, "e" kind, (change)->now.effective);       \
		put_number(line, "s" kind, (change)->now.saved);           \
		put_number(line, "fs" kind, (change)->now.filesystem);     \
		put_number(line, "old_r" kind, (change)->old.real);        \
		put_number(line, "old_e" kind, (change)->old.effective);   \
		put_number(line, "old_s" kind, (change)->old.saved);       \
		put_number(line, "old_fs" kind, (change)->old.filesystem); \
	} while (0)

static void put_uid(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_id_change *change = procsieve_payload(record, size, sizeof(*change));

	if (change)
		put_ids(line, "uid", change);
}

static void put_gid(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_id_change *change = procsieve_payload(record, size, sizeof(*change));

	if (change)
		put_ids(line, "gid", change);
}

static void put_sid(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_sid *sid = procsieve_payload(record, size, sizeof(*sid));

	if (!sid)
		return;
	put_number(line, "sid", sid->sid);
	put_number(line, "old_sid", sid->old_sid);
}

static void put_ptrace(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_ptrace *ptrace = procsieve_payload(record, size, sizeof(*ptrace));

	if (!ptrace)
		return;
	put_number(line, "tracer_pid", ptrace->tracer_pid);
	put_number(line, "tracer_tid", ptrace->tracer_tid);
	if (ptrace->attached)
		put(line, ",\"attached\":true");
	else
		put(line, ",\"attached\":false");
}

static void put_coredump(struct line *line, const struct procsieve_record *record, size_t size)
{
	const struct procsieve_coredump *dump = procsieve_payload(record, size, sizeof(*dump));

	if (dump)
		put_signal(line, ",\"signal\":\"", dump->signal);
}

static void json_event(struct buffer *out, const struct run *run, uint64_t seq,
		       const struct procsieve_record *record, size_t size)
{
	typedef void put_payload(struct line * line, const struct procsieve_record *record,
				 size_t size);
	static put_payload *const payloads[PROCSIEVE_EVENT_COUNT] = {
#define X(NAME, name, shown, text) [PROCSIEVE_##NAME] = put_##name,
		PROCSIEVE_EVENTS(X)
#undef X
	};
	struct line line;

	begin_line(&line, out, run, event_name(record->type), seq);
	put_moment(&line, run, record->boot_ns);
	put_process(&line, record);
	payloads[record->type](&line, record, size);
	end_line(&line, out);
}

/* Counts by event type, those that are not 0, and the end of their object. */
static void put_counts(struct line *line, const uint64_t *counts)
{
	for (unsigned int type = 0; type < PROCSIEVE_EVENT_COUNT; type++) {
		if (!counts[type])
			continue;
		put(line, "\"");
		line->at = text_string(line->at, event_name(type));
		put(line, "\":");
		line->at = text_number(line->at, counts[type]);
		put(line, ",");
	}
	put_end(line, '}');
}

static void put_hooks(struct line *line, const char *const *hooks)
{
	put(line, ",\"hooks\":[");
	for (; *hooks; hooks++) {
		put(line, "\"");
		line->at = text_string(line->at, *hooks);
		put(line, "\",");
	}
	put_end(line, ']');
}

static void json_begin(struct buffer *out, const struct run *run, uint64_t seq, uint64_t boot_ns)
{
	struct line line;

	begin_line(&line, out, run, "start", seq);
	put_moment(&line, run, boot_ns);
	put_name(&line, "version", run->version);
	put_name(&line, "kernel", run->kernel);
	put_bytes(&line, QUOTED("host"), run->host, strlen(run->host));
	if (*run->boot_id)
		put_name(&line, "boot_id", run->boot_id);
	put_hooks(&line, run->hooks);
	if (!put_bytes(&line, QUOTED("filter"), run->filter, strlen(run->filter)))
		line.cut |= CUT_FILTER;
	end_line(&line, out);
}

static void json_lost(struct buffer *out, const struct run *run, uint64_t seq,
		      const struct gap *gap)
{
	struct line line;

	begin_line(&line, out, run, "lost", seq);
	put_moment(&line, run, gap->until_ns);
	put_number(&line, "count", gap->count);
	put(&line, ",\"by_type\":{");
	put_counts(&line, gap->by_type);
	put_time(&line, "since", run, gap->since_ns);
	put_time(&line, "until", run, gap->until_ns);
	end_line(&line, out);
}

static void json_clock(struct buffer *out, const struct run *run, uint64_t seq, uint64_t boot_ns,
		       int64_t step_ns)
{
	struct line line;

	begin_line(&line, out, run, "clock", seq);
	put_moment(&line, run, boot_ns);
	put(&line, ",\"step_ns\":\"");
	line.at = text_signed(line.at, step_ns);
	put(&line, "\"");
	end_line(&line, out);
}

static void json_end(struct buffer *out, const struct run *run, uint64_t seq,
		     const struct totals *totals)
{
	struct line line;

	begin_line(&line, out, run, "stop", seq);
	put_moment(&line, run, totals->boot_ns);
	put_number(&line, "events", totals->events);
	put(&line, ",\"events_by_type\":{");
	put_counts(&line, totals->delivered_by_type);
	put_number(&line, "lost", totals->lost);
	put(&line, ",\"lost_by_type\":{");
	put_counts(&line, totals->lost_by_type);
	end_line(&line, out);
}

const struct format format_json = {
	.name = "json",
	.help = "JSON lines, one object a record",
	.begin = json_begin,
	.event = json_event,
	.lost = json_lost,
	.clock = json_clock,
	.end = json_end,
};
