/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Did you mean": finds the known word that is most similar to a word that is not known, for error
 * messages.
 */
#ifndef USER_BASE_NEAREST_H
#define USER_BASE_NEAREST_H

#include <stddef.h>

/* Longer words have no suggestion. */
#define NEAREST_MAX 40

/* Size of the text of a suggestion, with its zero. */
#define NEAREST_TEXT_SIZE (NEAREST_MAX + 24)

struct nearest {
	const char *word; /* set by the caller */
	/* The best word so far, and how many letters differ. Empty: none is similar enough. */
	char found[NEAREST_MAX + 1];
	unsigned int distance;
};

/*
 * Compares the word with a known one. Letters that are wrong, missing, too many, or swapped with
 * the next one count as one difference each; upper and lower case do not differ. Two differences
 * are similar, in words of less than six letters only one. Of equally similar words, the first
 * counts.
 */
void nearest_try(struct nearest *nearest, const char *known);

/* Writes " (did you mean exec?)", or nothing, to `text` and returns `text`. */
const char *nearest_into(char text[NEAREST_TEXT_SIZE], const struct nearest *nearest);

/* The same, in memory that is valid until the end of the enclosing block. */
#define nearest_text(nearest) nearest_into((char[NEAREST_TEXT_SIZE]){0}, nearest)

/*
 * The same for a word and a list of known words, "fork, exec, exit", in memory that is valid until
 * the end of the enclosing block.
 */
#define nearest_listed(word, list) nearest_listed_into((char[NEAREST_TEXT_SIZE]){0}, word, list)
const char *nearest_listed_into(char text[NEAREST_TEXT_SIZE], const char *word, const char *list);

#endif
