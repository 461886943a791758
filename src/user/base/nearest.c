// SPDX-License-Identifier: GPL-2.0-or-later
/* Suggestions for misspelled words; see nearest.h. */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Returns the number of changes that turn `a` into `b`: the optimal string alignment distance. Rows
 * are prefixes of `a`, columns prefixes of `b`; only the last three rows are kept.
 */
static unsigned int distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	unsigned int rows[3][NEAREST_MAX + 1];

	for (size_t j = 0; j <= b_size; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			row[j] = least(above[j - 1] + !same(a[i - 1], b[j - 1]),
				       least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
		}
	}
	return rows[a_size % 3][b_size];
}

void nearest_try(struct nearest *nearest, const char *known)
{
	size_t size = strlen(nearest->word), known_size = strlen(known);
	unsigned int found;

	if (size < 2 || size > NEAREST_MAX || known_size > NEAREST_MAX)
		return;
	found = distance(nearest->word, size, known, known_size);
	if (found > (size < 6 ? 1 : 2) || found >= known_size ||
	    (*nearest->found && found >= nearest->distance))
		return;
	nearest->distance = found;
	strcpy(nearest->found, known);
}

const char *nearest_into(char text[NEAREST_TEXT_SIZE], const struct nearest *nearest)
{
	if (*nearest->found)
		snprintf(text, NEAREST_TEXT_SIZE, " (did you mean %s?)", nearest->found);
	else
		*text = '\0';
	return text;
}

const char *nearest_listed_into(char text[NEAREST_TEXT_SIZE], const char *word, const char *list)
{
	struct nearest nearest = {.word = word};
	char known[NEAREST_MAX + 1];
	size_t size;

	for (; *list; list += size + strspn(list + size, ", ")) {
		size = strcspn(list, ", ");
		if (size < sizeof(known)) {
			memcpy(known, list, size);
			known[size] = '\0';
			nearest_try(&nearest, known);
		}
	}
	return nearest_into(text, &nearest);
}
