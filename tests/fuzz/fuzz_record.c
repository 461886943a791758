// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arbitrary bytes as a record of a ring or of a snapshot: the library's functions and both formats
 * read only inside its bounds, and each output is one line. The first byte selects the format's
 * settings, the rest is the record.
 */
#include "fuzz.h"

#include <string.h>

#include <jansson.h>

#include <procsieve/read_record.h>

#include "base/with_words.h"
#include "format/layout.h"
#include "../unit/record_builder.h"
#include "../unit/run_builder.h"

/* Random bytes make numbers and zeros that no kernel makes. */
#define LOOSELY (JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL)

/* Bits of the first byte. */
enum { SHORT = 1, COLOR = 2, NARROW = 4, CGROUP = 8, CONTAINER = 16, DATA = 32, CHOSEN = 64 };

/* Events, then the records of a snapshot. */
#define TYPES (PROCSIEVE_EVENT_COUNT + PROCSIEVE_FD - PROCSIEVE_PROCESS + 1)

static enum procsieve_type type_of(unsigned int number)
{
	number %= TYPES;
	return number < PROCSIEVE_EVENT_COUNT ? number
					      : PROCSIEVE_PROCESS + number - PROCSIEVE_EVENT_COUNT;
}

/* Columns of everything, in addition to the default ones or instead of them. */
static const struct layout *layout_of(unsigned int options)
{
	static struct layout layout;

	layout = (struct layout){.chosen = options & CHOSEN};
	if (options & CHOSEN)
		layout_add_name(&layout, COLUMN_OF_WATCH, "command");
	if (options & DATA)
		layout_add_data(&layout, COLUMN_OF_WATCH, ~0u, ~0u);
	return &layout;
}

static struct run run_from_info(unsigned int options)
{
	struct run run = build_run(options & SHORT ? FORMAT_MIN_LINE : FORMAT_DEFAULT_LINE);

	run.with =
		(options & CGROUP ? WITH(CGROUP) : 0) | (options & CONTAINER ? WITH(CONTAINER) : 0);
	run.width = options & NARROW ? 80 : 0;
	run.color = options & COLOR;
	run.layout = layout_of(options);
	return run;
}

static void walk(const struct procsieve_record *record, size_t size)
{
	size_t offset = procsieve_body_size(record, size), before = offset;
	const struct procsieve_section *section;
	struct procsieve_program program;
	const char *path;
	size_t length;

	require(offset >= sizeof(*record) && offset <= size);
	while ((section = procsieve_next_section(record, size, &offset))) {
		require((const char *)section == (const char *)record + before);
		require(offset == before + sizeof(*section) + section->size);
		require(offset <= size);
		touch(section, offset - before);
		before = offset;
	}
	path = procsieve_path(record, size, &length);
	if (path)
		touch(path, length);
	if (procsieve_program(record, size, &program))
		return;
	touch(program.filename, program.filename_len);
	touch(program.cwd, program.cwd_len);
	touch(program.argv, program.argv_len);
	procsieve_argc(&program);
}

/* Process records occur in an event stream as well as in a list. */
static bool is_event(const struct run *run, const struct procsieve_record *record)
{
	return record->type < PROCSIEVE_EVENT_COUNT ||
	       (record->type == PROCSIEVE_PROCESS && run->with & WITH(CGROUP));
}

/* The line of a record, in an allocation of exactly its limit. Returns its size. */
static size_t format(const struct format *format, const struct run *run,
		     const struct procsieve_record *record, size_t size, char **memory)
{
	struct buffer out;

	*memory = malloc(run->max_line);
	require(*memory);
	out = (struct buffer){*memory, *memory, *memory + run->max_line};
	if (is_event(run, record))
		format->event(printer_of(format, &out, run, 1), record, size);
	else
		format->list(printer_of(format, &out, run, 1), record, size,
			     run->width ? " |  \\_ " : NULL);
	require(out.end > out.start && out.end <= out.limit);
	require(memchr(*memory, '\n', out.end - *memory) == out.end - 1);
	return out.end - *memory;
}

static void check_json(const struct run *run, const struct procsieve_record *record, size_t size)
{
	char *memory;
	size_t length = format(&format_json, run, record, size, &memory);
	json_error_t error;
	json_t *line = json_loadb(memory, length, LOOSELY, &error);

	if (!line)
		fprintf(stderr, "%s: %.*s", error.text, (int)length, memory);
	require(json_is_object(line));
	json_decref(line);
	free(memory);
}

/* A terminal interprets nothing in it except our own colours. */
static void check_text(const struct run *run, const struct procsieve_record *record, size_t size)
{
	char *memory;
	size_t length = format(&format_text, run, record, size, &memory);

	for (size_t i = 0; i < length - 1; i++) {
		unsigned char byte = memory[i];

		require((byte >= 0x20 && byte != 0x7f) || (byte == 0x1b && run->color));
	}
	free(memory);
}

/* As the record of a gap, for which there is no format. */
static void check_lost(struct procsieve_record *record, size_t size)
{
	const unsigned int type = record->type;
	__u64 by_type[PROCSIEVE_EVENT_LIMIT];

	record->type = PROCSIEVE_LOST;
	procsieve_lost_by_type(record, size, by_type);
	record->type = type;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct procsieve_record *record;
	struct run run;

	if (size < 1 + sizeof(*record))
		return 0;
	run = run_from_info(*data++);
	record = malloc(--size);
	require(record);
	memcpy(record, data, size);
	check_lost(record, size);
	/* Formats are never called with other types. */
	record->type = type_of(record->type);
	/* User names are cached permanently: limit their number. */
	record->uid %= 4;
	walk(record, size);
	check_json(&run, record, size);
	check_text(&run, record, size);
	free(record);
	return 0;
}

/* Bytes that formats handle in special ways. */
static size_t fill(struct dice *dice, char *bytes, size_t limit)
{
	static const char *const pieces[] = {"a",
					     "/",
					     " ",
					     "=",
					     "'",
					     "\"",
					     "\\",
					     "\n",
					     "\x1b",
					     "\x7f",
					     "\xff",
					     "\xc3\xa4",
					     "\xe2\x82",
					     "~",
					     "\xf0\x9f\x98",
					     "\xed\xa0\x80",
					     "pts",
					     "docker-",
					     ".scope",
					     "conmon"};
	size_t size = pick(dice, pick(dice, 4) ? 24 : limit), at = 0;

	while (at < size) {
		const char *piece = pieces[pick(dice, sizeof(pieces) / sizeof(pieces[0]))];
		size_t length = strlen(piece);

		if (!pick(dice, 8)) {
			bytes[at++] = '\0';
			continue;
		}
		if (!pick(dice, 32) && size - at >= 64) {
			memset(bytes + at, '0' + (int)pick(dice, 10), 64);
			at += 64;
			continue;
		}
		if (length > size - at)
			length = size - at;
		memcpy(bytes + at, piece, length);
		at += length;
	}
	return size;
}

static void add_section(struct dice *dice, struct built_record *built)
{
	static const size_t sizes[PROCSIEVE_SECTION_COUNT] = {
#define X(NAME, name, data, text) sizeof(data),
		PROCSIEVE_SECTIONS(X)
#undef X
	};
	unsigned int kind = pick(dice, PROCSIEVE_SECTION_COUNT + 1);
	char bytes[4096] = {0};
	size_t size = fill(dice, bytes, sizeof(bytes));

	if (kind < PROCSIEVE_SECTION_COUNT && sizes[kind] > 1 && pick(dice, 8)) {
		size = sizes[kind];
		if (kind == PROCSIEVE_SECTION_ANCESTORS)
			size *= pick(dice, PROCSIEVE_ANCESTORS_MAX + 2);
		/* Half of the time, plausible numbers. */
		for (size_t i = 3; pick(dice, 2) && i < size; i += 4)
			bytes[i] = 0;
	}
	build_section(built, kind, pick(dice, 4), bytes, size);
}

static void make_any_record(struct dice *dice, struct built_record *built)
{
	enum procsieve_type type = type_of(pick(dice, TYPES));
	static char filename[PROCSIEVE_PATH_MAX], cwd[PROCSIEVE_PATH_MAX], argv[8192];
	const struct built_program program = {
		.filename = filename,
		.cwd = cwd,
		.argv = argv,
		.filename_len = fill(dice, filename, sizeof(filename)),
		.cwd_len = fill(dice, cwd, sizeof(cwd)),
		.argv_len = fill(dice, argv, sizeof(argv)),
		.argc = pick(dice, 3),
	};
	/* The lengths in the record, most of the time correct. */
	const __u32 path_len = pick(dice, 4) ? program.filename_len : roll(dice);
	const struct procsieve_process process = {.state = (char)roll(dice),
						  .tracer_pid = pick(dice, 2)};
	const struct procsieve_mapping mapping = {.end = roll(dice),
						  .dev_major = roll(dice),
						  .flags = pick(dice, 32),
						  .path_len = path_len};
	const struct procsieve_fd file = {.flags = roll(dice), .path_len = path_len};
	char payload[64];
	size_t body;

	if (type == PROCSIEVE_EXEC) {
		build_exec(built, 100 + pick(dice, 2), &program);
	} else if (type == PROCSIEVE_EXIT) {
		build_exit(built, pick(dice, 0x10000), &program);
	} else if (type == PROCSIEVE_PROCESS) {
		build_process(built, &process, &program);
	} else if (type == PROCSIEVE_MAPPING) {
		build_mapping(built, &mapping, filename, program.filename_len);
	} else if (type == PROCSIEVE_FD) {
		build_fd(built, &file, filename, program.filename_len);
	} else {
		build_header(built, type, "comm");
		build_bytes(built, payload, fill(dice, payload, sizeof(payload)));
	}
	built->header.flags |= pick(dice, PROCSIEVE_F_SECTIONS);
	body = built->size;
	for (size_t left = pick(dice, 6); left; left--)
		add_section(dice, built);
	if (built->header.flags & PROCSIEVE_F_SECTIONS)
		build_sections_end(built, body);
}

/* After bytes were inserted or removed, corrects the size of the sections. */
static size_t mutate_record(struct dice *dice, uint8_t *data, size_t size, size_t max_size)
{
	size_t mutated;
	__u32 sections;

	if (size < 1 + sizeof(struct procsieve_record) + sizeof(sections) || !pick(dice, 4))
		return LLVMFuzzerMutate(data, size, max_size);
	memcpy(&sections, data + size - sizeof(sections), sizeof(sections));
	mutated = LLVMFuzzerMutate(data, size - sizeof(sections), max_size - sizeof(sections));
	if (pick(dice, 2))
		sections += mutated + sizeof(sections) - size;
	memcpy(data + mutated, &sections, sizeof(sections));
	return mutated + sizeof(sections);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	static struct built_record built;
	struct dice dice = {seed};

	if (pick(&dice, 8) && size >= 1 + sizeof(struct procsieve_record))
		return mutate_record(&dice, data, size, max_size);
	make_any_record(&dice, &built);
	*data = roll(&dice);
	size = built.size < max_size - 1 ? built.size : max_size - 1;
	memcpy(data + 1, built.bytes, size);
	return 1 + size;
}
