// SPDX-License-Identifier: GPL-2.0-or-later
/* Compares mappings and files with /proc; see compare_maps_fds.h. */
#include "oracle/compare_maps_fds.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/records.h"
#include "harness/run_tool.h"

#define PAGE 4096

/*
 * A mapping or file as one line of text. Both /proc and the tool's record are converted to this
 * form.
 */
#define LINE_MAX_SIZE (3 * PAGE)

const char *maps_fds_path(const json_t *record)
{
	static char text[LINE_MAX_SIZE];
	size_t size;
	char *bytes;

	if (!json_object_get(record, "path"))
		return "";
	bytes = record_bytes(record, "path", &size);
	assert_true(size < sizeof(text) && strlen(bytes) == size);
	strcpy(text, bytes);
	free(bytes);
	return text;
}

static void write_mapping(const json_t *record, char line[LINE_MAX_SIZE])
{
	snprintf(line, LINE_MAX_SIZE, "%s-%s %s %s %s %s %s", record_text(record, "start"),
		 record_text(record, "end"), record_text(record, "perms"),
		 record_text(record, "offset"), record_text(record, "dev"),
		 record_text(record, "inode"), maps_fds_path(record));
}

static void write_file(const json_t *record, char line[LINE_MAX_SIZE])
{
	snprintf(line, LINE_MAX_SIZE, "%lld %s %s %s %s", (long long)record_number(record, "fd"),
		 record_text(record, "flags"), record_text(record, "pos"),
		 record_text(record, "inode"), maps_fds_path(record));
}

/* In the paths of /proc, a newline is written as \012; nothing else is escaped. */
static void decode_newlines(char *text)
{
	for (char *at; (at = strstr(text, "\\012")); text = at + 1) {
		*at = '\n';
		memmove(at + 1, at + 4, strlen(at + 4) + 1);
	}
}

/* Converts the next line of a maps file to the common form. Returns false at the end. */
static bool next_proc_mapping(FILE *maps, char line[LINE_MAX_SIZE])
{
	static char text[LINE_MAX_SIZE];
	int head = 0;

	do {
		if (!fgets(text, sizeof(text), maps))
			return false;
	} while (strstr(text, "[vsyscall]"));
	text[strcspn(text, "\n")] = '\0';
	sscanf(text, "%*s %*s %*s %*s %*s%n", &head);
	assert_true(head > 0);
	decode_newlines(text);
	snprintf(line, LINE_MAX_SIZE, "%.*s %s", head, text,
		 text + head + strspn(text + head, " "));
	return true;
}

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	return file;
}

/* Copies the value of a key in fdinfo as text. */
static void read_fdinfo(pid_t pid, unsigned int fd, const char *key, char value[32])
{
	char name[32], line[256];
	FILE *file;

	snprintf(name, sizeof(name), "fdinfo/%u", fd);
	file = open_proc(pid, name);
	*value = '\0';
	while (fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			sscanf(line + strlen(key), "%31s", value);
	fclose(file);
	assert_true(*value);
}

static void write_proc_file(pid_t pid, unsigned int fd, char line[LINE_MAX_SIZE])
{
	static char target[2 * PAGE];
	char path[64], flags[32], pos[32], inode[32];
	unsigned long bits;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/fd/%u", pid, fd);
	size = readlink(path, target, sizeof(target) - 1);
	assert_true(size > 0);
	target[size] = '\0';
	read_fdinfo(pid, fd, "flags:", flags);
	read_fdinfo(pid, fd, "pos:", pos);
	read_fdinfo(pid, fd, "ino:", inode);
	bits = strtoul(flags, NULL, 8) & ~(unsigned long)O_CLOEXEC;
	snprintf(line, LINE_MAX_SIZE, "%u 0%lo %s %s %s", fd, bits, pos, inode, target);
}

static int compare_numbers(const void *one, const void *other)
{
	return *(const int *)one - *(const int *)other;
}

/* Lists the open descriptors. Returns their count. */
static size_t list_fds(pid_t pid, int *fds, size_t room)
{
	const struct dirent *entry;
	size_t count = 0;
	char path[64];
	DIR *listed;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	listed = opendir(path);
	assert_non_null(listed);
	while ((entry = readdir(listed))) {
		assert_true(count < room);
		if (isdigit(*entry->d_name))
			fds[count++] = atoi(entry->d_name);
	}
	closedir(listed);
	qsort(fds, count, sizeof(*fds), compare_numbers);
	return count;
}

/* Returns the next record of a type; `at` starts after the record of its process. */
static const json_t *next_of(const json_t *records, size_t *at, const char *type)
{
	const json_t *record = json_array_get(records, *at);

	if (!record || !record_is(record, type))
		return NULL;
	++*at;
	return record;
}

static size_t assert_mappings(const json_t *records, size_t *at, pid_t pid)
{
	static char reported[LINE_MAX_SIZE], proc[LINE_MAX_SIZE];
	FILE *maps = open_proc(pid, "maps");
	const json_t *record;
	size_t count = 0;

	while (next_proc_mapping(maps, proc)) {
		record = next_of(records, at, "mapping");
		if (!record)
			fail_msg("mapping %zu is missing: %s", count, proc);
		assert_int_equal(record_number(record, "pid"), pid);
		write_mapping(record, reported);
		assert_string_equal(reported, proc);
		count++;
	}
	fclose(maps);
	return count;
}

static size_t assert_files(const json_t *records, size_t *at, pid_t pid)
{
	static char reported[LINE_MAX_SIZE], proc[LINE_MAX_SIZE];
	size_t count;
	int fds[1024] = {0};

	count = list_fds(pid, fds, 1024);
	for (size_t i = 0; i < count; i++) {
		const json_t *record = next_of(records, at, "fd");

		write_proc_file(pid, fds[i], proc);
		if (!record)
			fail_msg("file %zu is missing: %s", i, proc);
		assert_int_equal(record_number(record, "pid"), pid);
		write_file(record, reported);
		assert_string_equal(reported, proc);
	}
	return count;
}

/* The index of a process's record. */
static size_t record_index_of(const json_t *records, pid_t pid)
{
	for (size_t at = 0; at < json_array_size(records); at++) {
		const json_t *record = json_array_get(records, at);

		if (record_is(record, "process") && record_number(record, "pid") == pid &&
		    record_number(record, "tid") == pid)
			return at;
	}
	fail_msg("process %d is missing", pid);
	return 0;
}

void assert_maps_and_fds_match(const json_t *records, pid_t pid, bool mappings, bool files)
{
	size_t at = record_index_of(records, pid) + 1;
	const json_t *next;

	if (mappings)
		assert_true(assert_mappings(records, &at, pid) > 5);
	if (files)
		assert_true(assert_files(records, &at, pid) > 0);
	next = json_array_get(records, at);
	assert_true(record_is(next, "process") || record_is(next, "snapshot_end"));
}
