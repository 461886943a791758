// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program that snapshots are compared with: `proc_reader [FILE...]` reads /proc/PID/stat of
 * every process, and each of these files (or links: exe, cwd, ns/...), and prints one line per
 * process. It does no more than necessary: it parses only four fields of stat.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_link(const char *name)
{
	return !strcmp(name, "exe") || !strcmp(name, "cwd") || !strncmp(name, "ns/", 3);
}

/* Reads a file or link and appends a zero. Returns its size in bytes; 0 if it cannot be read. */
static size_t read_one(int proc, const char *pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%.20s/%.30s", pid, name);
	if (is_link(name)) {
		got = readlinkat(proc, path, text, size - 1);
	} else {
		fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return 0;
		got = read(fd, text, size - 1);
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	return got > 0 ? got : 0;
}

/* The name is in parentheses and may contain some itself: it ends at the last one. */
static bool print_stat(char *text)
{
	char *name = strchr(text, '('), *end = strrchr(text, ')');

	if (!name || !end || strlen(end) < sizeof(") S 1") - 1)
		return false;
	*end = '\0';
	printf("%lu %lu %c %s", strtoul(text, NULL, 10), strtoul(end + 4, NULL, 10), end[2],
	       name + 1);
	return true;
}

static void print_process(int proc, const char *pid, char **names)
{
	static char text[65536];

	if (!read_one(proc, pid, "stat", text, sizeof(text)) || !print_stat(text))
		return;
	for (; *names; names++) {
		size_t size = read_one(proc, pid, *names, text, sizeof(text));

		putchar(' ');
		fwrite(text, 1, size, stdout);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	static char buffer[256 * 1024];
	DIR *directory = opendir("/proc");
	struct dirent *entry;

	if (argc < 1 || !directory) {
		fprintf(stderr, "proc_reader: cannot read /proc\n");
		return 1;
	}
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	while ((entry = readdir(directory)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			print_process(dirfd(directory), entry->d_name, argv + 1);
	closedir(directory);
	return 0;
}
