// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds columns by name, and puts them together; see layout.h. */
#include "format/layout.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/with_words.h"
#include "format/text_columns.h"

/* A table of columns. */
struct table {
	const struct column *columns;
	size_t count;
};

/* Of two columns with the same name, the one of the first table counts. */
static void tables_of(unsigned int of, struct table tables[2])
{
	tables[0] = (struct table){0};
	if (of == COLUMN_OF_PS)
		tables[0].columns = text_ps_columns(&tables[0].count);
	tables[1].columns = text_columns(&tables[1].count);
}

static const struct column *find_column(unsigned int of, const char *name)
{
	struct table tables[2];

	tables_of(of, tables);
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; at < tables[i].count; at++)
			if (tables[i].columns[at].of & of &&
			    !strcmp(tables[i].columns[at].name, name))
				return &tables[i].columns[at];
	return NULL;
}

static void use_field(struct layout_column *column, const struct text_source *source,
		      struct field_place place)
{
	const struct text_field *field = &source->fields[place.index];

	if (!column->place_count) {
		column->put = text_put_field;
		column->name = field->name;
		column->width = field->width;
		column->right = field->right;
	}
	/* A name that an event's payload has does not need the section that has it too. */
	column->sections = column->place_count ? 0 : source->section;
	if (column->place_count < FIELD_PLACES_MAX)
		column->places[column->place_count++] = place;
}

/* Collects all fields with that name. Returns false if there is none. */
static bool find_field(unsigned int of, const char *name, struct layout_column *column)
{
	size_t count;
	const struct text_source *sources = text_sources(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; sources[i].of & of && at < sources[i].count; at++)
			if (!strcmp(sources[i].fields[at].name, name))
				use_field(column, &sources[i], (struct field_place){i, at});
	return column->place_count;
}

static bool find(unsigned int of, const char *name, struct layout_column *column)
{
	const struct column *found = find_column(of, name);

	*column = (struct layout_column){0};
	if (!found)
		return find_field(of, name, column);
	*column = (struct layout_column){
		.put = found->put,
		.name = found->name,
		.header = found->header,
		.header_size = found->header ? strlen(found->header) : 0,
		.width = found->width,
		.right = found->right,
		.sections = found->sections,
		.program = found->put == text_put_program,
	};
	return true;
}

const char *layout_header(const struct layout_column *column, size_t *size)
{
	static char capitals[32];
	char *end = capitals;

	*size = column->header_size;
	if (column->header)
		return column->header;
	for (const char *at = column->name; *at && end < capitals + sizeof(capitals); at++)
		*end++ = (char)toupper((unsigned char)*at);
	/* Text shows a time with its unit. */
	if (end - capitals > 3 && !memcmp(end - 3, "_US", 3))
		end -= 3;
	*size = end - capitals;
	return capitals;
}

static int add(struct layout *layout, const struct layout_column *column, size_t at)
{
	struct layout_column *place = &layout->columns[at];
	size_t header;

	if (layout->count == LAYOUT_MAX)
		return -E2BIG;
	memmove(place + 1, place, (layout->count - at) * sizeof(*place));
	*place = *column;
	layout_header(place, &header);
	if (place->width < header)
		place->width = header;
	layout->count++;
	layout->sections |= column->sections;
	layout->needs_args |= column->program;
	return 0;
}

int layout_add(struct layout *layout, unsigned int of, const char *name, size_t size,
	       const char *header, size_t header_size)
{
	struct layout_column column;
	char text[32];

	if (size >= sizeof(text))
		return -ENOENT;
	memcpy(text, name, size);
	text[size] = '\0';
	if (strlen(text) != size || !find(of, text, &column))
		return -ENOENT;
	if (header) {
		column.header = header;
		column.header_size = header_size;
	}
	return add(layout, &column, layout->count);
}

bool layout_has(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->count; i++)
		if (!strcmp(layout->columns[i].name, name))
			return true;
	return false;
}

bool layout_has_headers(const struct layout *layout)
{
	size_t size;

	for (size_t i = 0; i < layout->count; i++) {
		layout_header(&layout->columns[i], &size);
		if (size)
			return true;
	}
	return false;
}

/* Adds a column before the command, unless the layout has one of that name. */
static void add_before_program(struct layout *layout, const struct layout_column *column)
{
	size_t at = 0;

	if (layout_has(layout, column->name))
		return;
	while (at < layout->count && !layout->columns[at].program)
		at++;
	add(layout, column, at);
}

void layout_add_name(struct layout *layout, unsigned int of, const char *name)
{
	struct layout_column column;

	if (find(of, name, &column))
		add_before_program(layout, &column);
}

/* Adds a field of fields.h, even if a keyword of ps(1) has the same name. */
static void add_field(struct layout *layout, unsigned int of, const char *name)
{
	struct layout_column column = {0};

	if (find_field(of, name, &column))
		add_before_program(layout, &column);
}

void layout_add_data(struct layout *layout, unsigned int of, uint32_t words, uint32_t sections)
{
	static const enum with_word plain[] = {
		WITH_TTY, WITH_LOGIN,  WITH_CONTAINER, WITH_EXE,
		WITH_CWD, WITH_CGROUP, WITH_ANCESTORS, WITH_ENV,
	};
	size_t count;
	const struct text_source *sources = text_sources(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; sources[i].section & sections && at < sources[i].count; at++)
			if (sources[i].fields[at].shown)
				add_field(layout, of, sources[i].fields[at].name);
	/* Those of any length come last. */
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (words >> plain[i] & 1)
			layout_add_name(layout, of, with_name(plain[i], WITH_OF_ALL));
}

static void append_name(char *text, size_t size, const char *name)
{
	const size_t length = strlen(text);

	snprintf(text + length, size - length, "%s%s", length ? ", " : "", name);
}

/* Returns whether the field has no column of its own, and is the first of its name. */
static bool is_first(unsigned int of, const struct text_source *sources, size_t source, size_t at)
{
	const char *name = sources[source].fields[at].name;
	struct layout_column column = {0};

	return !find_column(of, name) && find_field(of, name, &column) &&
	       column.places[0].source == source && column.places[0].index == at;
}

void layout_names(char *text, size_t size, unsigned int of)
{
	struct table tables[2];
	size_t count;
	const struct text_source *sources = text_sources(&count);

	*text = '\0';
	tables_of(of, tables);
	for (size_t i = 0; i < 2; i++)
		for (size_t at = 0; at < tables[i].count; at++)
			if (tables[i].columns[at].of & of &&
			    find_column(of, tables[i].columns[at].name) == &tables[i].columns[at])
				append_name(text, size, tables[i].columns[at].name);
	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; sources[i].of & of && at < sources[i].count; at++)
			if (is_first(of, sources, i, at))
				append_name(text, size, sources[i].fields[at].name);
}
