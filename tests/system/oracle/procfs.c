// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads /proc; see procfs.h. */
#include "oracle/procfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes per read. */
#define READ_SIZE 16384

static const char deleted[] = " (deleted)";

/* Reads a whole file in /proc/PID or /proc/PID/task/TID, zero-terminated. NULL if there is none. */
static char *read_all(const struct procfs *facts, const char *name, size_t *size)
{
	char path[128], *text = NULL;
	ssize_t got = 1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", facts->pid, facts->tid, name);
	if (!facts->tid)
		snprintf(path, sizeof(path), "/proc/%d/%s", facts->pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	for (*size = 0; got > 0; *size += got > 0 ? got : 0) {
		char *larger = realloc(text, *size + READ_SIZE + 1);

		if (!larger)
			break;
		text = larger;
		got = read(fd, text + *size, READ_SIZE);
	}
	close(fd);
	if (!got) {
		text[*size] = '\0';
		return text;
	}
	free(text);
	return NULL;
}

/* Reads a link and removes the " (deleted)" that /proc adds to the name of a removed file. */
static char *read_link(const struct procfs *facts, const char *name)
{
	char path[128], text[PATH_MAX];
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", facts->pid,
		 facts->tid ? facts->tid : facts->pid, name);
	size = readlink(path, text, sizeof(text) - 1);
	if (size <= 0)
		return NULL;
	text[size] = '\0';
	if ((size_t)size >= sizeof(deleted) &&
	    !strcmp(text + size - (sizeof(deleted) - 1), deleted))
		text[size - (sizeof(deleted) - 1)] = '\0';
	return strdup(text);
}

/* The comm is in parentheses and may contain parentheses itself. */
static bool parse_stat(struct procfs *facts, char *text)
{
	char *name = strchr(text, '('), *end = strrchr(text, ')');

	if (!name || !end)
		return false;
	*end = '\0';
	snprintf(facts->comm, sizeof(facts->comm), "%s", name + 1);
	/* The rest are fields 3 to 41 of proc_pid_stat(5). */
	return sscanf(end + 1,
		      " %c %d %d %d %u %*d %*u %lu %*u %lu %*u %lu %lu %*d %*d %ld %ld %ld %*d %lu "
		      "%*u %*d %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*d %d %ld %u",
		      &facts->state, &facts->ppid, &facts->pgid, &facts->sid, &facts->terminal,
		      &facts->minflt, &facts->majflt, &facts->utime, &facts->stime,
		      &facts->priority, &facts->nice, &facts->threads, &facts->start,
		      &facts->processor, &facts->rt_priority, &facts->policy) == 16;
}

static const struct {
	const char *name;
	enum procfs_number number;
} lines[] = {
	{"TracerPid", PROCFS_TRACER},
	{"VmPeak", PROCFS_VM_PEAK},
	{"VmSize", PROCFS_VM_SIZE},
	{"VmHWM", PROCFS_VM_HWM},
	{"VmSwap", PROCFS_VM_SWAP},
	{"RssAnon", PROCFS_RSS_ANON},
	{"RssFile", PROCFS_RSS_FILE},
	{"RssShmem", PROCFS_RSS_SHMEM},
	{"voluntary_ctxt_switches", PROCFS_VOLUNTARY},
	{"nonvoluntary_ctxt_switches", PROCFS_INVOLUNTARY},
	{"rchar", PROCFS_RCHAR},
	{"wchar", PROCFS_WCHAR},
	{"read_bytes", PROCFS_READ_BYTES},
	{"write_bytes", PROCFS_WRITE_BYTES},
};

static void parse_ids(uint32_t ids[4], const char *text)
{
	sscanf(text, "%u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]);
}

/* A line of status or io, split into name and value. */
static void parse_line(struct procfs *facts, const char *name, const char *value)
{
	static const char caps[PROCFS_CAPS][8] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strcmp(name, lines[i].name))
			facts->numbers[lines[i].number] = strtoll(value, NULL, 10);
	for (size_t i = 0; i < PROCFS_CAPS; i++)
		if (!strcmp(name, caps[i]))
			sscanf(value, "%16s", facts->caps[i]);
	if (!strcmp(name, "Uid"))
		parse_ids(facts->uids, value);
	if (!strcmp(name, "Gid"))
		parse_ids(facts->gids, value);
	if (!strcmp(name, "NSpid"))
		facts->ns_pid = strtoul(strrchr(value, '\t') + 1, NULL, 10);
}

static bool parse_lines(struct procfs *facts, const char *file)
{
	size_t size;
	char *text = read_all(facts, file, &size), *line, *rest;

	if (!text)
		return false;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *colon = strchr(line, ':');

		if (!colon)
			continue;
		*colon = '\0';
		parse_line(facts, line, colon + 1);
	}
	free(text);
	return true;
}

static char *find_cgroup(const struct procfs *facts)
{
	size_t size;
	char *text = read_all(facts, "cgroup", &size), *found = text ? strstr(text, "0::") : NULL;
	char *path = NULL, *tail;

	if (found) {
		path = strndup(found + 3, strcspn(found + 3, "\n"));
		tail = strstr(path, deleted);
		if (tail)
			*tail = '\0';
	}
	free(text);
	return path;
}

/* /proc shows paths relative to the reader's root; makes them relative to the process's root. */
static void cut_root(char **path, const char *root)
{
	size_t size = root ? strlen(root) : 0;

	if (!*path || size < 2 || strncmp(*path, root, size) != 0 ||
	    ((*path)[size] && (*path)[size] != '/'))
		return;
	memmove(*path, *path + size, strlen(*path) - size + 1);
	if (!**path)
		strcpy(*path, "/");
}

static void read_links(struct procfs *facts)
{
	char *root = read_link(facts, "root"), *space = read_link(facts, "ns/pid");

	facts->exe = read_link(facts, "exe");
	facts->cwd = read_link(facts, "cwd");
	cut_root(&facts->exe, root);
	cut_root(&facts->cwd, root);
	if (space)
		sscanf(space, "pid:[%u]", &facts->pid_ns);
	free(root);
	free(space);
}

static void read_schedstat(struct procfs *facts)
{
	size_t size;
	char *text = read_all(facts, "schedstat", &size);
	long long delay;

	if (text && sscanf(text, "%*u %lld", &delay) == 1)
		facts->numbers[PROCFS_RUN_DELAY] = delay;
	free(text);
}

/* A kernel without CONFIG_AUDIT does not have these files. */
static uint32_t read_login(struct procfs *facts, const char *file)
{
	size_t size;
	char *text = read_all(facts, file, &size);
	uint32_t id = text ? strtoul(text, NULL, 10) : ~0u;

	free(text);
	return id;
}

bool procfs_read(struct procfs *facts, pid_t pid, pid_t tid)
{
	size_t size;
	char *stat;
	bool there;

	*facts = (struct procfs){.pid = pid, .tid = tid};
	for (size_t i = 0; i < PROCFS_NUMBERS; i++)
		facts->numbers[i] = -1;
	stat = read_all(facts, "stat", &size);
	there = stat && parse_stat(facts, stat) && parse_lines(facts, "status") &&
		parse_lines(facts, "io");
	free(stat);
	if (!there)
		return false;
	facts->cgroup = find_cgroup(facts);
	facts->cmdline = read_all(facts, "cmdline", &facts->cmdline_size);
	read_links(facts);
	read_schedstat(facts);
	facts->auid = read_login(facts, "loginuid");
	facts->ses = read_login(facts, "sessionid");
	return true;
}

void procfs_clear(struct procfs *facts)
{
	free(facts->cgroup);
	free(facts->cmdline);
	free(facts->exe);
	free(facts->cwd);
	*facts = (struct procfs){0};
}

static bool read_stat(struct procfs *facts, pid_t pid)
{
	size_t size;
	char *stat;
	bool there;

	*facts = (struct procfs){.pid = pid};
	stat = read_all(facts, "stat", &size);
	there = stat && parse_stat(facts, stat);
	free(stat);
	return there;
}

pid_t procfs_parent(pid_t pid)
{
	struct procfs facts;

	return read_stat(&facts, pid) ? facts.ppid : 0;
}

char procfs_state(pid_t pid)
{
	struct procfs facts;

	return read_stat(&facts, pid) ? facts.state : '\0';
}

bool procfs_sleeps_as(pid_t pid, const char *comm)
{
	struct procfs facts;

	return read_stat(&facts, pid) && facts.state == 'S' && !strcmp(facts.comm, comm);
}

int procfs_compare(const void *one, const void *other)
{
	pid_t a = *(const pid_t *)one, b = *(const pid_t *)other;

	return (a > b) - (a < b);
}

size_t procfs_list(const char *directory, pid_t **ids)
{
	DIR *opened = opendir(directory);
	const struct dirent *entry;
	size_t count = 0;

	*ids = NULL;
	while (opened && (entry = readdir(opened))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (!(count & (count - 1)))
			*ids = reallocarray(*ids, 2 * count + 1, sizeof(**ids));
		(*ids)[count++] = (pid_t)strtol(entry->d_name, NULL, 10);
	}
	if (opened)
		closedir(opened);
	if (count)
		qsort(*ids, count, sizeof(**ids), procfs_compare);
	return count;
}

struct link {
	pid_t pid, parent;
};

/* The parent in a list sorted by ID; 0 if the process is not in it. */
static pid_t parent_of(const struct link *links, size_t count, pid_t pid)
{
	const struct link *found = bsearch(&pid, links, count, sizeof(*links), procfs_compare);

	return found ? found->parent : 0;
}

static bool is_below(const struct link *links, size_t count, pid_t pid, pid_t root)
{
	while (pid && pid != root)
		pid = parent_of(links, count, pid);
	return pid == root;
}

size_t procfs_family(pid_t root, pid_t **ids)
{
	size_t count = procfs_list("/proc", ids), kept = 0;
	struct link *links = calloc(count + 1, sizeof(*links));

	for (size_t i = 0; i < count; i++)
		links[i] = (struct link){(*ids)[i], procfs_parent((*ids)[i])};
	for (size_t i = 0; i < count; i++)
		if (is_below(links, count, (*ids)[i], root))
			(*ids)[kept++] = (*ids)[i];
	free(links);
	return kept;
}
