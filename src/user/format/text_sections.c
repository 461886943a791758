// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes sections as words for people; see text_sections.h. Counts and delays that are 0 are
 * omitted.
 */
#include "format/text_sections.h"

#include <string.h>
#include <unistd.h>

#include <procsieve/payload.h>

#include "base/with_words.h"
#include "format/fields.h"
#include "base/names.h"
#include "base/fmt.h"

static void put_name(struct display *line, const char *name)
{
	terminal_string(line, " ");
	terminal_string(line, name);
	terminal_string(line, "=");
}

static void put_count(struct display *line, const char *name, uint64_t count)
{
	if (!count || count == PROCSIEVE_UNKNOWN)
		return;
	put_name(line, name);
	terminal_u64(line, count);
}

static void put_pages(struct display *line, const char *name, uint64_t pages)
{
	put_count(line, name, pages * (sysconf(_SC_PAGESIZE) / 1024));
}

/* Writes an id unless it has the expected value. */
static void put_id(struct display *line, const char *name, uint32_t id, uint32_t expected)
{
	if (id == expected)
		return;
	put_name(line, name);
	terminal_u64(line, id);
}

static void put_mask(struct display *line, const char *name, uint64_t mask)
{
	char digits[17] = {0};

	if (!mask)
		return;
	fmt_hex(digits, mask, 16);
	put_name(line, name);
	terminal_string(line, digits);
}

static void put_duration(struct display *line, const char *name, uint64_t ns)
{
	if (!ns || ns == PROCSIEVE_UNKNOWN)
		return;
	put_name(line, name);
	terminal_duration(line, ns);
}

static void put_signed(struct display *line, const char *name, int64_t number)
{
	if (!number)
		return;
	put_name(line, name);
	terminal_string(line, number < 0 ? "-" : "");
	terminal_u64(line, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static void put_letters(struct display *line, const char *name, const char *letters)
{
	put_name(line, name);
	terminal_string(line, letters);
}

static void put_number(struct display *line, const char *name, uint64_t number)
{
	put_name(line, name);
	terminal_u64(line, number);
}

/* How each KIND of field is shown. Fields without a word are not shown. */
#define TEXT_FIELD(kind, key, word, ...) \
	if (sizeof(word) > 1)            \
		TEXT_##kind(line, word, __VA_ARGS__);
#define TEXT_COUNT	 put_count
#define TEXT_COUNT_KNOWN put_count
#define TEXT_ID		 put_number
#define TEXT_ID_UNLESS	 put_id
#define TEXT_SIGNED	 put_signed
#define TEXT_NAME	 put_letters
#define TEXT_NS		 put_duration
#define TEXT_NS_KNOWN	 put_duration
#define TEXT_PAGES	 put_pages
#define TEXT_MASK	 put_mask

/* As /proc/PID/exe and /proc/PID/cwd have it. A name that ends so is quoted. */
#define DISPLAY_DELETED " (deleted)"

static void put_word(struct display *line, const char *name,
		     const struct procsieve_section *section)
{
	put_name(line, name);
	terminal_word(line, section->data, section->size);
	if (section->flags & PROCSIEVE_SECTION_CUT)
		terminal_string(line, DISPLAY_CUT);
	if (section->flags & PROCSIEVE_SECTION_DELETED)
		terminal_string(line, DISPLAY_DELETED);
}

static void put_container(struct display *line, const struct run *run,
			  const struct procsieve_section *section)
{
	struct slice container = cgroup_container(section->data, section->size);

	if (!(run->with & WITH(CONTAINER)) || !container.at)
		return;
	/* The tools of containers show as many digits. */
	put_name(line, "container");
	terminal_word(line, container.at, 12);
}

/* Defines a function for each section of fixed size: put_cred and so on. */
#define X(NAME, name)                                                                         \
	static void put_##name(struct display *line, const struct procsieve_section *section) \
	{                                                                                     \
		struct procsieve_##name name;                                                 \
                                                                                              \
		if (!procsieve_section_copy(section, &name, sizeof(name))) {                  \
			FIELDS_##NAME(TEXT_FIELD, &name)                                      \
		}                                                                             \
	}
FIXED_SECTIONS(X)
#undef X

static void put_tty(struct display *line, const struct procsieve_section *section)
{
	char name[TTY_NAME_MAX];

	put_name(line, "tty");
	terminal_word(line, name, tty_name(name, section->data, section->size));
}

static void put_ancestors(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_ancestor ancestor;

	put_name(line, "ancestors");
	for (size_t at = 0; at + sizeof(ancestor) <= section->size; at += sizeof(ancestor)) {
		memcpy(&ancestor, section->data + at, sizeof(ancestor));
		if (at)
			terminal_string(line, "<");
		terminal_word(line, ancestor.comm, strnlen(ancestor.comm, sizeof(ancestor.comm)));
		terminal_string(line, ":");
		terminal_u64(line, ancestor.pid);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		terminal_string(line, "<" DISPLAY_CUT);
}

static void put_env(struct display *line, const struct procsieve_section *section)
{
	const char *at = section->data, *end = at + section->size;
	size_t size;

	for (; at < end && !line->full; at += size + 1) {
		size = strnlen(at, end - at);
		terminal_string(line, " ");
		terminal_word(line, at, size);
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		terminal_string(line, " " DISPLAY_CUT);
}

static void put_time(struct display *line, const struct procsieve_section *section)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (procsieve_section_copy(section, &time, sizeof(time)))
		return;
	cpu = procsieve_cpu_time(&time);
	FIELDS_TIME(TEXT_FIELD, &time, &cpu)
}

static void put_section(struct display *line, const struct run *run,
			const struct procsieve_section *section)
{
	switch (section->kind) {
#define X(NAME, name)                  \
	case PROCSIEVE_SECTION_##NAME: \
		return put_##name(line, section);
		FIXED_SECTIONS(X)
#undef X
	case PROCSIEVE_SECTION_TTY:
		return put_tty(line, section);
	case PROCSIEVE_SECTION_TIME:
		return put_time(line, section);
	case PROCSIEVE_SECTION_EXE:
		return put_word(line, "exe", section);
	case PROCSIEVE_SECTION_CWD:
		return put_word(line, "cwd", section);
	case PROCSIEVE_SECTION_CGROUP:
		if (run->with & WITH(CGROUP))
			put_word(line, "cgroup", section);
		return put_container(line, run, section);
	case PROCSIEVE_SECTION_CGROUP_V1:
		return put_container(line, run, section);
	case PROCSIEVE_SECTION_ANCESTORS:
		return put_ancestors(line, section);
	case PROCSIEVE_SECTION_ENV:
		return put_env(line, section);
	}
}

void text_sections(struct display *line, const struct run *run,
		   const struct procsieve_record *record, size_t size)
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;

	while (!line->full && (section = procsieve_next_section(record, size, &offset)))
		put_section(line, run, section);
}
