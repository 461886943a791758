// SPDX-License-Identifier: GPL-2.0-or-later
/* Options as a table; see option_table.h. */
#include "parse/option_table.h"

#include <getopt.h>
#include <string.h>

#include "parse/config_file.h"
#include "base/nearest.h"
#include "base/quote.h"

/*
 * The table in the two formats of getopt_long(3). A leading '-' in `letters` makes it return
 * arguments that are not options in their place, with the value 1.
 */
struct getopt_tables {
	char letters[3 + 2 * OPTIONS_MAX];
	struct option names[OPTIONS_MAX + 1];
};

/* The help text of an option begins in this column, and lines end at this width. */
#define HELP_COLUMN 26
#define HELP_WIDTH  96

/* First value of getopt_long() for options given by name; greater than all letters. */
#define BY_NAME 256

static void build_getopt_tables(const struct option_table *table, struct getopt_tables *tables)
{
	char *letter = tables->letters;

	*letter++ = '-';
	*letter++ = ':';
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		tables->names[i] = (struct option){row->name + 2, row->argument != NULL, NULL,
						   BY_NAME + (int)i};
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (row->argument)
			*letter++ = ':';
	}
}

static const struct option_row *find_row(const struct option_table *table, int value)
{
	if (value >= BY_NAME)
		return &table->rows[value - BY_NAME];
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].letter && table->rows[i].letter == value)
			return &table->rows[i];
	return NULL;
}

/* Refuses a word that is no option. */
static int refuse_argument(const struct option_table *table, const char *word, struct reason *why)
{
	return reason_set(why, STATUS_USAGE,
			  "unexpected %s: %s takes options only; `procsieve help %s` lists them",
			  quote(word), table->command, table->command);
}

/* Writes "--color, --comm" to `text`: the options that begin with `prefix`. Returns how many. */
static unsigned int list_candidates(const struct option_table *table, const char *prefix,
				    size_t prefix_size, char *text, size_t size)
{
	unsigned int count = 0;
	size_t used = 0;

	for (size_t i = 0; i < table->count; i++) {
		if (strncmp(table->rows[i].name, prefix, prefix_size) != 0)
			continue;
		if (used < size)
			used += snprintf(text + used, size - used, "%s%s", count ? ", " : "",
					 table->rows[i].name);
		count++;
	}
	return count;
}

/* Refuses a long option that is unknown, or an abbreviation of several. */
static int refuse_name(const struct option_table *table, const char *word, struct reason *why)
{
	char name[NEAREST_MAX + 1], candidates[256];
	struct nearest nearest = {.word = name};

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word, "="), word);
	if (list_candidates(table, name, strlen(name), candidates, sizeof(candidates)) > 1)
		return reason_set(why, STATUS_USAGE, "ambiguous option %s: %s", quote(name),
				  candidates);
	for (size_t i = 0; i < table->count; i++)
		nearest_try(&nearest, table->rows[i].name);
	return reason_set(why, STATUS_USAGE, "unknown option %s%s; `procsieve help %s` lists them",
			  quote(word), nearest_text(&nearest), table->command);
}

static int refuse_word(const struct option_table *table, int value, char *const *argv, bool may_run,
		       struct reason *why)
{
	const char *word = argv[optind - 1];

	if (value == 1 && may_run)
		return reason_set(why, STATUS_USAGE,
				  "unexpected %s; put a command to run after \"--\"",
				  quote(optarg));
	if (value == 1)
		return refuse_argument(table, optarg, why);
	if (value == ':')
		return reason_set(why, STATUS_USAGE, "%s needs a value; see `procsieve help %s`",
				  quote(word), table->command);
	if (optopt >= BY_NAME)
		return reason_set(why, STATUS_USAGE, "%s takes no value",
				  find_row(table, optopt)->name);
	/*
	 * A single letter. In a cluster such as -jZ, getopt_long() does not show which word it is
	 * in.
	 */
	if (optopt)
		return reason_set(why, STATUS_USAGE,
				  "unknown option %s; `procsieve help %s` lists them",
				  quote(((char[]){'-', (char)optopt, '\0'})), table->command);
	return refuse_name(table, word, why);
}

static int apply_row(const struct option_row *row, void *options, struct reason *why)
{
	if (row->set)
		return row->set(options, row->name, optarg, why);
	*(bool *)((char *)options + row->flag) = true;
	return 0;
}

int options_parse(const struct option_table *table, void *options, const bool *help, int argc,
		  char **argv, char ***rest, struct reason *why)
{
	struct getopt_tables tables = {0};
	int err = 0, value, at;

	build_getopt_tables(table, &tables);
	opterr = 0;
	optind = 0; /* GNU extension: restart the scan */
	do {
		at = optind ? optind : 1;
		value = getopt_long(argc, argv, tables.letters, tables.names, NULL);
		if (value == -1)
			break;
		if (value == 1 && table->word) {
			err = table->word(options, table->command, optarg, why);
			continue;
		}
		if (!find_row(table, value))
			return refuse_word(table, value, argv, rest, why);
		err = apply_row(find_row(table, value), options, why);
	} while (!err && !*help);
	if (err || *help)
		return err;
	if (!rest)
		return at < argc ? refuse_argument(table, argv[at], why) : 0;
	if (optind < argc)
		*rest = argv + optind;
	else if (at < argc)
		return reason_set(why, STATUS_USAGE, "the command to run is missing after \"--\"");
	return 0;
}

int options_set(const struct option_table *table, void *options, const char *name,
		const char *value, struct reason *why)
{
	struct nearest nearest = {.word = name};

	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		nearest_try(&nearest, row->name + 2);
		if (strcmp(row->name + 2, name) != 0)
			continue;
		if (row->set)
			return row->set(options, name, value, why);
		return config_flag(name, value, (bool *)((char *)options + row->flag), why);
	}
	return reason_set(why, STATUS_USAGE,
			  "%s is not a setting%s; `procsieve help %s` lists them", quote(name),
			  nearest_text(&nearest), table->command);
}

/* Prints a help text in the right column, folded at spaces. */
static void print_folded(const char *text, FILE *out)
{
	int column = HELP_COLUMN, size;

	for (; *text; text += size + (text[size] == ' ')) {
		size = (int)strcspn(text, " ");
		if (column + 1 + size > HELP_WIDTH) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		fprintf(out, " %.*s", size, text);
		column += 1 + size;
	}
	fputc('\n', out);
}

void options_help(const struct option_table *table, FILE *out)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];
		char left[40];

		if (row->heading)
			fprintf(out, "\n%s\n", row->heading);
		snprintf(left, sizeof(left), "%s%s%s", row->name, row->argument ? " " : "",
			 row->argument ? row->argument : "");
		if (row->letter)
			fprintf(out, "  -%c, %-20s", row->letter, left);
		else
			fprintf(out, "      %-20s", left);
		print_folded(row->help, out);
	}
}
