// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fields of fields.h as columns of text: for each table there, a list of names, and a function
 * that writes the n-th field.
 */
#include "format/text_columns.h"

#include <string.h>
#include <unistd.h>

#include <procsieve/read_record.h>

#include "base/fmt.h"
#include "base/names.h"
#include "format/clone_flags.h"
#include "format/fields.h"
#include "format/text_line.h"

static void put_known(struct display *line, uint64_t number)
{
	if (number == PROCSIEVE_UNKNOWN)
		display_string(line, "-");
	else
		display_u64(line, number);
}

static void put_wide_set(struct display *line, uint64_t number)
{
	put_known(line, number ? number : PROCSIEVE_UNKNOWN);
}

static void put_other(struct display *line, uint32_t id, uint32_t usual)
{
	put_known(line, id != usual ? id : PROCSIEVE_UNKNOWN);
}

static void put_duration(struct display *line, uint64_t ns)
{
	if (ns == PROCSIEVE_UNKNOWN)
		display_string(line, "-");
	else if (!ns)
		display_string(line, "0");
	else
		display_duration(line, ns);
}

static void put_pages(struct display *line, uint64_t pages)
{
	display_u64(line, pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static void put_signed(struct display *line, int64_t number)
{
	display_string(line, number < 0 ? "-" : "");
	display_u64(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_mask(struct display *line, uint64_t mask)
{
	char digits[17] = {0};

	fmt_hex(digits, mask, 16);
	display_string(line, digits);
}

static void put_signal(struct display *line, uint32_t number)
{
	const char *name = signal_name(number);

	display_string(line, name ? name : "-");
}

/* The signal of a process that was killed is in the column exit_signal. */
static void put_exit_code(struct display *line, uint32_t status)
{
	struct procsieve_end end = procsieve_end(status);

	if (end.signal < 0)
		display_u64(line, end.code);
	else
		display_string(line, "-");
}

static void put_clone_flags(struct display *line, uint64_t flags)
{
	static const struct {
		uint64_t flag;
		const char *name;
	} names[] = {
#define X(name) {name, #name},
		CLONE_FLAGS(X)
#undef X
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(flags & names[i].flag))
			continue;
		display_string(line, any ? "," : "");
		display_string(line, names[i].name);
		any = true;
	}
	if (!any)
		display_string(line, "-");
}

/* How each KIND is written, its width, and whether it is aligned to the right. */
#define CELL_COUNT(line, number)       display_u64(line, number)
#define CELL_COUNT_KNOWN	       put_known
#define CELL_SMALL(line, number)       display_u64(line, number)
#define CELL_ID(line, id)	       display_u64(line, id)
#define CELL_ID_UNLESS(line, id, same) display_u64(line, id)
#define CELL_ID_OTHER		       put_other
#define CELL_ID_SET(line, id)	       put_other(line, id, ~0u)
#define CELL_WIDE(line, number)	       display_u64(line, number)
#define CELL_WIDE_SET		       put_wide_set
#define CELL_SIGNED		       put_signed
#define CELL_NAME(line, name)	       display_string(line, name)
#define CELL_NS			       put_duration
#define CELL_NS_KNOWN		       put_duration
#define CELL_PAGES		       put_pages
#define CELL_MASK		       put_mask
#define CELL_BOOL(line, value)	       display_string(line, (value) ? "true" : "false")
#define CELL_FLAG(line, set)	       display_string(line, (set) ? "true" : "-")
#define CELL_SIGNAL		       put_signal
#define CELL_STATUS		       put_exit_code
#define CELL_STATE(line, state)	       display_word(line, state, 1)
#define CELL_CLONE_FLAGS	       put_clone_flags
#define CELL_COMM		       text_line_comm

enum {
	WIDTH_COUNT = 8,
	WIDTH_COUNT_KNOWN = 8,
	WIDTH_SMALL = 4,
	WIDTH_ID = 7,
	WIDTH_ID_UNLESS = 5,
	WIDTH_ID_OTHER = 7,
	WIDTH_ID_SET = 7,
	WIDTH_WIDE = 20,
	WIDTH_WIDE_SET = 20,
	WIDTH_SIGNED = 3,
	WIDTH_NAME = 5,
	WIDTH_NS = 7,
	WIDTH_NS_KNOWN = 7,
	WIDTH_PAGES = 7,
	WIDTH_MASK = 16,
	WIDTH_BOOL = 5,
	WIDTH_FLAG = 4,
	WIDTH_SIGNAL = 9,
	WIDTH_STATUS = 3,
	WIDTH_STATE = 1,
	WIDTH_CLONE_FLAGS = 24,
	WIDTH_COMM = 15,
};

enum {
	RIGHT_COUNT = 1,
	RIGHT_COUNT_KNOWN = 1,
	RIGHT_SMALL = 1,
	RIGHT_ID = 0,
	RIGHT_ID_UNLESS = 0,
	RIGHT_ID_OTHER = 0,
	RIGHT_ID_SET = 0,
	RIGHT_WIDE = 1,
	RIGHT_WIDE_SET = 1,
	RIGHT_SIGNED = 1,
	RIGHT_NAME = 0,
	RIGHT_NS = 1,
	RIGHT_NS_KNOWN = 1,
	RIGHT_PAGES = 1,
	RIGHT_MASK = 0,
	RIGHT_BOOL = 0,
	RIGHT_FLAG = 0,
	RIGHT_SIGNAL = 0,
	RIGHT_STATUS = 1,
	RIGHT_STATE = 0,
	RIGHT_CLONE_FLAGS = 0,
	RIGHT_COMM = 0,
};

#define ROW(kind, key, word, ...) {key, sizeof(word) > 1, WIDTH_##kind, RIGHT_##kind},

#define PUT(kind, key, word, ...)               \
	if (!index--) {                         \
		CELL_##kind(line, __VA_ARGS__); \
		return true;                    \
	}

/*
 * For a table: the names, and the function that writes one of the fields. `at` is a pointer to what
 * has them; `exists` is false if the record does not have it.
 */
#define TABLE(name, structure, pointer, exists, FIELDS)                          \
	static const struct text_field name##_fields[] = {FIELDS(ROW)};          \
                                                                                 \
	static bool put_##name(struct display *line, const struct text_row *row, \
			       unsigned int index)                               \
	{                                                                        \
		const struct procsieve_record *record = row->record;             \
		const struct structure *at = pointer;                            \
                                                                                 \
		if (!(exists))                                                   \
			return false;                                            \
		FIELDS(PUT)                                                      \
		return false;                                                    \
	}

/* The payload of a type of record, which has at least `least` bytes. NULL: it is another type. */
#define PAYLOAD(TYPE, least) \
	record->type == PROCSIEVE_##TYPE ? procsieve_payload(record, row->size, least) : NULL

#define RECORD(F)    FIELDS_RECORD(F, at)
#define PROCESS(F)   FIELDS_PROCESS(F, at)
#define TRACED(F)    FIELDS_TRACED(F, at)
#define FORK(F)	     FIELDS_FORK(F, at, record)
#define EXEC(F)	     FIELDS_EXEC(F, at, record)
#define EXIT(F)	     FIELDS_EXIT(F, at, record)
#define COMM(F)	     FIELDS_COMM(F, at, record)
#define UID(F)	     FIELDS_UID(F, at, record)
#define GID(F)	     FIELDS_GID(F, at, record)
#define SID(F)	     FIELDS_SID(F, at, record)
#define PTRACE(F)    FIELDS_PTRACE(F, at, record)
#define COREDUMP(F)  FIELDS_COREDUMP(F, at, record)

#define PROCESS_SIZE offsetof(struct procsieve_process, command)

TABLE(record, procsieve_record, record, true, RECORD)
TABLE(process, procsieve_process, PAYLOAD(PROCESS, PROCESS_SIZE), at, PROCESS)
TABLE(traced, procsieve_process, PAYLOAD(PROCESS, PROCESS_SIZE), at && at->tracer_pid, TRACED)
#define X(NAME, name, type, least) TABLE(name, procsieve_##type, PAYLOAD(NAME, least), at, NAME)
EVENT_PAYLOADS(X)
#undef X

/* The same for sections of fixed size. */
#define SECTION(NAME, name)                                                                \
	static const struct text_field name##_section_fields[] = {FIELDS_##NAME(ROW, at)}; \
                                                                                           \
	static bool put_##name##_section(struct display *line, const struct text_row *row, \
					 unsigned int index)                               \
	{                                                                                  \
		struct procsieve_##name copy, *at = &copy;                                 \
                                                                                           \
		if (!text_row_section(row, PROCSIEVE_SECTION_##NAME, at, sizeof(*at)))     \
			return false;                                                      \
		FIELDS_##NAME(PUT, at) return false;                                       \
	}
FIXED_SECTIONS(SECTION)

static const struct text_field time_section_fields[] = {FIELDS_TIME(ROW, time, cpu)};

static bool put_time_section(struct display *line, const struct text_row *row, unsigned int index)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (!text_row_section(row, PROCSIEVE_SECTION_TIME, &time, sizeof(time)))
		return false;
	cpu = procsieve_cpu_time(&time);
	FIELDS_TIME(PUT, &time, &cpu)
	return false;
}

#define SOURCE(name, of, section)                                                             \
	{                                                                                     \
		name##_fields, sizeof(name##_fields) / sizeof(name##_fields[0]), of, section, \
			put_##name                                                            \
	}

#define BOTH				      (COLUMN_OF_WATCH | COLUMN_OF_PS)
#define EVENT_SOURCE(NAME, name, type, least) SOURCE(name, COLUMN_OF_WATCH, 0),
#define SECTION_SOURCE(NAME, name)	      SOURCE(name##_section, BOTH, PROCSIEVE_SECTION(NAME)),

static const struct text_source sources[] = {
	SOURCE(record, BOTH, 0), SOURCE(process, BOTH, 0), SOURCE(traced, BOTH, 0),
	EVENT_PAYLOADS(EVENT_SOURCE) SOURCE(time_section, BOTH, PROCSIEVE_SECTION(TIME)),
	FIXED_SECTIONS(SECTION_SOURCE)};

const struct text_source *text_sources(size_t *count)
{
	*count = sizeof(sources) / sizeof(sources[0]);
	return sources;
}

bool text_put_field(struct display *line, const struct text_row *row,
		    const struct layout_column *column)
{
	for (size_t i = 0; i < column->place_count; i++) {
		const struct field_place *place = &column->places[i];

		if (sources[place->source].put(line, row, place->index))
			return true;
	}
	return false;
}
