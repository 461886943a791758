// SPDX-License-Identifier: GPL-2.0-or-later
/* The words of --with; see with_words.h. */
#include "base/with_words.h"

#include <stdbool.h>
#include <string.h>

#define CONTAINER_ID_SIZE 64

static const struct word {
	const char *name;
	unsigned int of;
	uint32_t sections;
} words[WITH_WORD_COUNT] = {
#define X(NAME, name, of, sections, text) {#name, WITH_OF_##of, sections},
	WITH_WORDS(X)
#undef X
};

int with_find(const char *name, unsigned int of)
{
	for (int word = 0; word < WITH_WORD_COUNT; word++)
		if (words[word].of & of && !strcmp(name, words[word].name))
			return word;
	return -1;
}

const char *with_name(unsigned int word, unsigned int of)
{
	return word < WITH_WORD_COUNT && words[word].of & of ? words[word].name : NULL;
}

uint32_t with_sections(uint32_t mask, unsigned int of)
{
	uint32_t sections = 0;

	for (unsigned int word = 0; word < WITH_WORD_COUNT; word++)
		if (mask >> word & 1 && words[word].of & of)
			sections |= words[word].sections;
	return sections;
}

static bool ends_with(const struct slice *text, const char *end)
{
	size_t size = strlen(end);

	return text->size >= size && !memcmp(text->at + text->size - size, end, size);
}

static bool has_conmon(const char *at, size_t size)
{
	return memmem(at, size, "conmon", strlen("conmon")) != NULL;
}

/* Finds the id at the end of one path component: the whole component, or after a '-' or ':'. */
static struct slice container_of_component(struct slice component)
{
	static const struct slice none = {0};
	size_t before;

	if (ends_with(&component, ".scope"))
		component.size -= strlen(".scope");
	if (component.size < CONTAINER_ID_SIZE)
		return none;
	before = component.size - CONTAINER_ID_SIZE;
	for (size_t i = before; i < component.size; i++)
		if (!strchr("0123456789abcdef", component.at[i]) || !component.at[i])
			return none;
	if (before && component.at[before - 1] != '-' && component.at[before - 1] != ':')
		return none;
	if (has_conmon(component.at, before))
		return none;
	return (struct slice){component.at + before, CONTAINER_ID_SIZE};
}

struct slice cgroup_container(const char *path, size_t size)
{
	struct slice found = {0};
	const char *at = path, *end = path + size;

	while (at < end) {
		const char *slash = memchr(at, '/', end - at);
		const char *stop = slash ? slash : end;
		struct slice id = container_of_component((struct slice){at, stop - at});

		if (id.at)
			found = id;
		at = stop + 1;
	}
	return found;
}

size_t tty_name(char *name, const char *kernel_name, size_t size)
{
	size_t slave = strlen("pts");

	if (size > TTY_NAME_MAX - 1)
		size = TTY_NAME_MAX - 1;
	if (size <= slave || memcmp(kernel_name, "pts", slave) != 0) {
		memcpy(name, kernel_name, size);
		return size;
	}
	memcpy(name, "pts/", slave + 1);
	memcpy(name + slave + 1, kernel_name + slave, size - slave);
	return size + 1;
}
