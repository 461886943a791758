// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes sections as JSON fields; see json_sections.h. */
#include "format/json_sections.h"

#include <unistd.h>

#include <procsieve/read_record.h>

#include "base/with_words.h"
#include "format/fields.h"
#include "base/names.h"

/* Defines a function for each section of fixed size: put_cred and so on. */
#define X(NAME, name)                                                                      \
	static void put_##name(struct line *line, const struct procsieve_section *section) \
	{                                                                                  \
		struct procsieve_##name name;                                              \
                                                                                           \
		if (!procsieve_section_copy(section, &name, sizeof(name))) {               \
			FIELDS_##NAME(JSON_FIELD, &name)                                   \
		}                                                                          \
	}
FIXED_SECTIONS(X)
#undef X

static void put_tty(struct line *line, const struct procsieve_section *section)
{
	char name[TTY_NAME_MAX];

	put_bytes(line, QUOTED("tty"), name, tty_name(name, section->data, section->size));
}

static void put_cpu_time(struct line *line, const struct procsieve_section *section)
{
	struct procsieve_cpu_time cpu;
	struct procsieve_time time;

	if (procsieve_section_copy(section, &time, sizeof(time)))
		return;
	cpu = procsieve_cpu_time(&time);
	FIELDS_TIME(JSON_FIELD, &time, &cpu)
}

/* Writes a path, and marks it as cut if the record or the line does not contain all of it. */
static void put_path(struct line *line, const struct procsieve_section *section,
		     const struct quoted *field, unsigned int cut)
{
	if (section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= cut;
	if (section->size && !put_bytes(line, field, section->data, section->size))
		line->cut |= cut;
}

static void note_deleted(struct line *line, const struct procsieve_section *section,
			 unsigned int path)
{
	if (section->flags & PROCSIEVE_SECTION_DELETED)
		line->deleted |= path;
}

/* Writes the container id once, even if a ring contains several. */
static void put_container(struct line *line, const struct run *run,
			  const struct procsieve_section *section)
{
	struct slice container = cgroup_container(section->data, section->size);

	if (!(run->with & WITH(CONTAINER)) || !container.at || line->has_container)
		return;
	put_bytes(line, QUOTED("container"), container.at, container.size);
	line->has_container = true;
}

/* Writes two parallel lists: the pids and the names of the ancestors. */
static void put_ancestors(struct line *line, const struct procsieve_section *section)
{
	char names[PROCSIEVE_ANCESTORS_MAX * PROCSIEVE_COMM_SIZE], *name = names;
	size_t count = section->size / sizeof(struct procsieve_ancestor);
	const size_t ids_max = sizeof(",\"ancestors\":[]") + count * sizeof("4294967295,");
	struct procsieve_ancestor ancestor;

	if (count > PROCSIEVE_ANCESTORS_MAX || ids_max > (size_t)(line->limit - line->at)) {
		line_fill(line);
		line->cut |= CUT_ANCESTORS;
		return;
	}
	if (section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= CUT_ANCESTORS;
	put(line, ",\"ancestors\":[");
	for (size_t i = 0; i < count; i++) {
		memcpy(&ancestor, section->data + i * sizeof(ancestor), sizeof(ancestor));
		line->at = fmt_u64(line->at, ancestor.pid);
		put(line, ",");
		ancestor.comm[sizeof(ancestor.comm) - 1] = '\0';
		name = stpcpy(name, ancestor.comm) + 1;
	}
	put_end(line, ']');
	if (!put_list(line, QUOTED_LIST("ancestor_comms"), names, name - names))
		line->cut |= CUT_ANCESTORS;
}

static void put_env(struct line *line, const struct procsieve_section *section)
{
	if (!put_list(line, QUOTED_LIST("env"), section->data, section->size) ||
	    section->flags & PROCSIEVE_SECTION_CUT)
		line->cut |= CUT_ENV;
}

/* Sections whose fields can be long. */
#define LONG_SECTIONS                                                                  \
	(PROCSIEVE_SECTION(EXE) | PROCSIEVE_SECTION(CWD) | PROCSIEVE_SECTION(CGROUP) | \
	 PROCSIEVE_SECTION(ANCESTORS) | PROCSIEVE_SECTION(ENV))

/*
 * Writes the fields of known size. For a cgroup this is the container id in its path. Notes which
 * paths are those of deleted files.
 */
static void put_short(struct line *line, const struct run *run,
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
		return put_cpu_time(line, section);
	case PROCSIEVE_SECTION_CGROUP:
	case PROCSIEVE_SECTION_CGROUP_V1:
		return put_container(line, run, section);
	case PROCSIEVE_SECTION_EXE:
		return note_deleted(line, section, DELETED_EXE);
	case PROCSIEVE_SECTION_CWD:
		return note_deleted(line, section, DELETED_CWD);
	}
}

static void put_directory(struct line *line, const struct run *run,
			  const struct procsieve_section *section)
{
	(void)run;
	if (section->kind == PROCSIEVE_SECTION_CWD)
		put_path(line, section, QUOTED("cwd"), CUT_CWD);
}

static void put_long(struct line *line, const struct run *run,
		     const struct procsieve_section *section)
{
	switch (section->kind) {
	case PROCSIEVE_SECTION_EXE:
		return put_path(line, section, QUOTED("exe"), CUT_EXE);
	case PROCSIEVE_SECTION_CGROUP:
		if (run->with & WITH(CGROUP))
			put_path(line, section, QUOTED("cgroup"), CUT_CGROUP);
		return;
	case PROCSIEVE_SECTION_ANCESTORS:
		return put_ancestors(line, section);
	case PROCSIEVE_SECTION_ENV:
		return put_env(line, section);
	}
}

/*
 * Calls `fields` for each section, at most once for each kind even if a ring contains duplicates:
 * the room for fixed-size fields depends on it. Returns the kinds that were found, as a mask.
 */
static inline unsigned int for_each_section(struct line *line, const struct run *run,
					    const struct procsieve_record *record, size_t size,
					    void (*fields)(struct line *line, const struct run *run,
							   const struct procsieve_section *section))
{
	size_t offset = procsieve_body_size(record, size);
	const struct procsieve_section *section;
	unsigned int seen = 0;

	while ((section = procsieve_next_section(record, size, &offset))) {
		unsigned int bit =
			section->kind < PROCSIEVE_SECTION_COUNT ? 1u << section->kind : 0;

		if (!bit || seen & bit)
			continue;
		seen |= bit;
		fields(line, run, section);
	}
	return seen;
}

unsigned int json_short_sections(struct line *line, const struct run *run,
				 const struct procsieve_record *record, size_t size)
{
	return for_each_section(line, run, record, size, put_short) & LONG_SECTIONS;
}

void json_long_sections(struct line *line, const struct run *run,
			const struct procsieve_record *record, size_t size, unsigned int kinds)
{
	/*
	 * A record contains the directory after the path of the program, but here it must be
	 * written first, so that it is cut last.
	 */
	if (kinds & PROCSIEVE_SECTION(CWD))
		for_each_section(line, run, record, size, put_directory);
	if (kinds)
		for_each_section(line, run, record, size, put_long);
}
