// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads configuration files; see config_file.h. */
#include "parse/config_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/quote.h"
#include "base/regular_file.h"

#define ALLOWED "allowed are \"name = value\", comments (# ...) and empty lines"

struct reader {
	config_setter *set;
	void *context;
	struct reason *why;
	const char *path;
	unsigned int number; /* line number */
	char line[CONFIG_LINE_MAX + 1];
};

/* Sets the reason to an error in the current line. The value is -EINVAL. */
#define refuse_line(reader, format, ...)                                          \
	reason_set((reader)->why, STATUS_USAGE, "%s:%u: " format, (reader)->path, \
		   (reader)->number, ##__VA_ARGS__)

static int cannot_read(const char *path, int err, struct reason *why)
{
	return reason_set(why, STATUS_FAILURE, "cannot read %s: %s", path, strerror(err));
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static int apply_setting(const struct reader *reader, const char *name, const char *value)
{
	struct reason refusal;
	int err = reader->set(reader->context, name, value, &refusal);

	if (err)
		reason_set(reader->why, refusal.status, "%s:%u: %s", reader->path, reader->number,
			   refusal.text);
	return err;
}

static int parse_line(struct reader *reader)
{
	char *line = trim(reader->line), *value = strchr(line, '=');

	if (!*line || *line == '#')
		return 0;
	if (!value)
		return refuse_line(reader, "%s has no \"=\"; " ALLOWED, quote(line));
	if (value == line)
		return refuse_line(reader, "the name is missing before \"=\"; " ALLOWED);
	*value++ = '\0';
	return apply_setting(reader, trim(line), trim(value));
}

/*
 * Returns 1 if it read a line, 0 at the end of the file, or a negative error with the reason set.
 */
static int next_line(struct reader *reader, FILE *file)
{
	size_t length = 0;
	int byte;

	reader->number++;
	while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
		if (!byte)
			return refuse_line(reader,
					   "the line has a zero byte; only text is allowed");
		if (length == CONFIG_LINE_MAX)
			return refuse_line(reader, "the line is longer than %d bytes",
					   CONFIG_LINE_MAX);
		reader->line[length++] = (char)byte;
	}
	if (ferror(file))
		return cannot_read(reader->path, errno, reader->why);
	reader->line[length] = '\0';
	return byte != EOF || length;
}

static int parse_lines(struct reader *reader, FILE *file)
{
	int more, err = 0;

	reader->number = 0;
	while (!err && (more = next_line(reader, file)))
		err = more < 0 ? more : parse_line(reader);
	return err;
}

static int read_file(struct reader *reader, const char *path, bool may_be_missing)
{
	FILE *file = regular_file_open(path);
	int err;

	if (!file && errno == ENOENT && may_be_missing)
		return 0;
	if (!file && errno == ENODEV)
		return reason_set(reader->why, STATUS_FAILURE, "%s is not a regular file", path);
	if (!file)
		return cannot_read(path, errno, reader->why);
	reader->path = path;
	err = parse_lines(reader, file);
	fclose(file);
	return err;
}

static int is_drop_in(const struct dirent *entry)
{
	const char *ending = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && ending && !strcmp(ending, ".conf");
}

/* Compares bytes, independent of the locale. */
static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_drop_in(struct reader *reader, const char *directory, const char *name)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		return cannot_read(directory, ENOMEM, reader->why);
	err = read_file(reader, path, false);
	free(path);
	return err;
}

static int read_directory(struct reader *reader, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_drop_in, compare_names), err = 0;

	if (count < 0)
		return errno == ENOENT ? 0 : cannot_read(directory, errno, reader->why);
	for (int i = 0; i < count; i++) {
		if (!err)
			err = read_drop_in(reader, directory, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int config_read(const char *path, config_setter *set, void *context, struct reason *why)
{
	struct reader reader = {.set = set, .context = context, .why = why};
	char *directory;
	int err = read_file(&reader, path, true);

	if (err)
		return err;
	if (asprintf(&directory, "%s.d", path) < 0)
		return cannot_read(path, ENOMEM, why);
	err = read_directory(&reader, directory);
	free(directory);
	return err;
}

int config_flag(const char *name, const char *value, bool *flag, struct reason *why)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no") != 0)
		return reason_set(why, STATUS_USAGE, "%s: %s is not one of yes, no", name,
				  quote(value));
	*flag = yes;
	return 0;
}
