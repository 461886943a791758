// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ps --with maps,fds: line for line what /proc/PID/maps, fd and fdinfo say of processes that stand still, with mappings and
 * files of every kind.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "records.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA	     0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

#define ODD_NAME "odd (name) [x]\nof \"any\" \\ \xff bytes"
#define CROWD	 200
#define PAGE	 4096

static char directory[64];

/* A process that has things, and stands still until its pipe is closed. */
struct subject {
	pid_t pid;
	int hold; /* the end that keeps it */
};

static void need(bool condition, int code)
{
	if (!condition)
		_exit(code);
}

static int make_file(const char *name, int flags)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);

	need(fd >= 0 && !ftruncate(fd, 16 * PAGE), 90);
	return fd;
}

/* What a subject has, for as long as it lives. */
static void *held;

static void map(size_t pages, int prot, int flags, int fd, off_t page)
{
	held = mmap(NULL, pages * PAGE, prot, flags, fd, page * PAGE);
	need(held != MAP_FAILED, 91);
}

static void map_named(size_t pages, int flags, const char *name)
{
	map(pages, PROT_READ, MAP_ANONYMOUS | flags, -1, 0);
	/* Where the kernel has no names it has none in /proc either. */
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, held, pages * PAGE, name);
}

static void keep(int fd, int code)
{
	need(fd >= 0, code);
}

static void have_mappings(void)
{
	int odd = make_file(ODD_NAME, 0), gone = make_file("gone", 0);
	const int anonymous = MAP_ANONYMOUS | MAP_PRIVATE;

	map(3, PROT_READ, MAP_PRIVATE, odd, 2);
	map(1, PROT_READ | PROT_WRITE, MAP_SHARED, odd, 15);
	map(2, PROT_READ | PROT_EXEC, MAP_PRIVATE, gone, 0);
	map(2, PROT_READ, MAP_SHARED, gone, 0);
	need(!unlink("gone"), 92);
	map(4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	map(4, PROT_NONE, anonymous, -1, 0);
	map(4, PROT_READ | PROT_WRITE, anonymous, -1, 0);
	map(4, PROT_READ | PROT_WRITE | PROT_EXEC, anonymous, -1, 0);
	map(4, PROT_WRITE, anonymous | MAP_GROWSDOWN, -1, 0);
	map_named(4, MAP_PRIVATE, "a name (of mine)");
	map_named(4, MAP_SHARED, "shared");
	/* Else there is no heap. */
	held = sbrk(PAGE);
}

static void have_files(void)
{
	int fds[2], memory = memfd_create("name of memory", MFD_ALLOW_SEALING);
	int log = open("log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int gone = make_file("gone as well", O_NONBLOCK | O_SYNC);

	need(memory >= 0 && write(memory, "12345", 5) == 5, 80);
	need(log >= 0 && write(log, "123", 3) == 3, 81);
	need(lseek(gone, 0x123456789, SEEK_SET) == 0x123456789 && !unlink("gone as well"), 82);
	need(!pipe(fds) && !pipe2(fds, O_NONBLOCK | O_CLOEXEC | O_DIRECT), 83);
	keep(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 84);
	need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, fds), 85);
	keep(eventfd(3, EFD_CLOEXEC | EFD_NONBLOCK), 86);
	keep(epoll_create1(EPOLL_CLOEXEC), 86);
	keep(open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), 87);
	keep(open(".", O_PATH), 88);
	keep(open("/dev/null", O_RDWR), 88);
	keep(open("/proc/self/maps", O_RDONLY), 89);
	keep(open(ODD_NAME, O_RDONLY), 89);
	need(dup2(log, 500) == 500, 79);
}

static void *stand_still(void *hold)
{
	char byte;

	while (read(*(int *)hold, &byte, 1) < 0 && errno == EINTR)
		;
	return NULL;
}

static void have_threads(int *hold)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		need(!pthread_create(&thread, NULL, stand_still, hold), 78);
}

typedef void prepare(void);

/* `have` is done in the child, in the test's directory, before this returns. */
static struct subject subject_start(prepare *have, bool threads)
{
	int hold[2], ready[2];
	struct subject subject;
	char byte = 0;

	assert_int_equal(pipe2(hold, O_CLOEXEC) | pipe2(ready, O_CLOEXEC), 0);
	subject = (struct subject){fork(), hold[1]};
	assert_true(subject.pid >= 0);
	if (!subject.pid) {
		close(hold[1]);
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		need(!chdir(directory), 77);
		have();
		if (threads)
			have_threads(&hold[0]);
		need(write(ready[1], &byte, 1) == 1, 76);
		stand_still(&hold[0]);
		_exit(0);
	}
	close(hold[0]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		int status = 0;

		waitpid(subject.pid, &status, 0);
		fail_msg("the child could not prepare: status %#x", status);
	}
	close(ready[0]);
	return subject;
}

static void subject_end(struct subject *subject)
{
	close(subject->hold);
	waitpid(subject->pid, NULL, 0);
}

/* Of a mapping or a file, as text of one form: what /proc says, and what the tool says. */
#define LINE_MAX_SIZE (3 * PAGE)

static const char *path_of(const json_t *record)
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
		 record_text(record, "inode"), path_of(record));
}

static void write_file(const json_t *record, char line[LINE_MAX_SIZE])
{
	snprintf(line, LINE_MAX_SIZE, "%lld %s %s %s %s", (long long)record_number(record, "fd"),
		 record_text(record, "flags"), record_text(record, "pos"),
		 record_text(record, "inode"), path_of(record));
}

/* /proc has a newline in a path as \012, and nothing else is changed. */
static void decode_newlines(char *text)
{
	for (char *at; (at = strstr(text, "\\012")); text = at + 1) {
		*at = '\n';
		memmove(at + 1, at + 4, strlen(at + 4) + 1);
	}
}

/* The next line of a maps file in our form. Returns false at the end. */
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

/* A number of fdinfo, as it stands there. */
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

/* The numbers of open files. Returns how many. */
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

/* Walks the records of a kind of one process; `at` begins behind its process line. */
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
	static char told[LINE_MAX_SIZE], proc[LINE_MAX_SIZE];
	FILE *maps = open_proc(pid, "maps");
	const json_t *record;
	size_t count = 0;

	while (next_proc_mapping(maps, proc)) {
		record = next_of(records, at, "mapping");
		if (!record)
			fail_msg("mapping %zu is missing: %s", count, proc);
		assert_int_equal(record_number(record, "pid"), pid);
		write_mapping(record, told);
		assert_string_equal(told, proc);
		count++;
	}
	fclose(maps);
	return count;
}

static size_t assert_files(const json_t *records, size_t *at, pid_t pid)
{
	static char told[LINE_MAX_SIZE], proc[LINE_MAX_SIZE];
	size_t count;
	int fds[1024] = {0};

	count = list_fds(pid, fds, 1024);
	for (size_t i = 0; i < count; i++) {
		const json_t *record = next_of(records, at, "file");

		write_proc_file(pid, fds[i], proc);
		if (!record)
			fail_msg("file %zu is missing: %s", i, proc);
		assert_int_equal(record_number(record, "pid"), pid);
		write_file(record, told);
		assert_string_equal(told, proc);
	}
	return count;
}

/* Where the line of a process is. */
static size_t place_of(const json_t *records, pid_t pid)
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

/* All that /proc says of a process stands behind its line, and no more. */
static void assert_process(const json_t *records, pid_t pid, bool mappings, bool files)
{
	size_t at = place_of(records, pid) + 1;
	const json_t *next;

	if (mappings)
		assert_true(assert_mappings(records, &at, pid) > 5);
	if (files)
		assert_true(assert_files(records, &at, pid) > 0);
	next = json_array_get(records, at);
	assert_true(record_is(next, "process") || record_is(next, "snapshot_end"));
}

static const char *pid_text(pid_t pid)
{
	static char text[16];

	snprintf(text, sizeof(text), "%d", pid);
	return text;
}

/* By itself: whether a server would do the same is another test's. */
static json_t *snapshot_of(const char *const *words)
{
	const char *all[62] = {"ps", "-j", "--standalone", "--max-line", "65536"};
	struct tool tool;
	json_t *records;

	for (unsigned int i = 0; i < 50 && words[i]; i++)
		all[i + 5] = words[i];
	tool_run(&tool, all);
	if (tool_status(&tool))
		fail_msg("the tool ended with %d: %s", tool_status(&tool), tool.err_text);
	records = records_load(tool.out_text);
	tool_clear(&tool);
	return records;
}

static void have_everything(void)
{
	have_mappings();
	have_files();
}

static void mappings_and_files_are_as_proc_has_them(void **state)
{
	struct subject subject = subject_start(have_everything, true);
	json_t *records = snapshot_of(WORDS("-p", pid_text(subject.pid), "--with", "maps,fds"));

	(void)state;
	assert_int_equal(records_count(records, "process", 0), 1);
	assert_process(records, subject.pid, true, true);
	json_decref(records);
	/* Threads come with nothing of their own. */
	records =
		snapshot_of(WORDS("-p", pid_text(subject.pid), "--threads", "--with", "maps,fds"));
	assert_int_equal(records_count(records, "process", 0), 4);
	assert_process(records, subject.pid, true, true);
	json_decref(records);
	subject_end(&subject);
}

static void each_comes_only_where_it_is_asked_for(void **state)
{
	struct subject subject = subject_start(have_everything, false);
	const char *pid = pid_text(subject.pid);
	json_t *records = snapshot_of(WORDS("-p", pid, "--with", "maps"));

	(void)state;
	assert_process(records, subject.pid, true, false);
	json_decref(records);
	records = snapshot_of(WORDS("-p", pid, "--with", "fds"));
	assert_process(records, subject.pid, false, true);
	json_decref(records);
	records = snapshot_of(WORDS("-p", pid, "--with", "args"));
	assert_process(records, subject.pid, false, false);
	json_decref(records);
	subject_end(&subject);
}

static void have_some(void)
{
	have_mappings();
	keep(open("/dev/null", O_RDWR), 75);
	keep(eventfd(0, 0), 75);
}

static unsigned int crowd_start(struct subject *crowd)
{
	unsigned int count = tool_fewer(CROWD);

	for (unsigned int i = 0; i < count; i++)
		crowd[i] = subject_start(i % 2 ? have_some : have_mappings, i % 8 == 0);
	return count;
}

static void assert_crowd(const json_t *records, const struct subject *crowd, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_process(records, crowd[i].pid, true, true);
}

/* All of the machine; of those that stand still it is known what must be told. In every order. */
static void every_process_keeps_what_it_has(void **state)
{
	static const char *const orders[] = {"pid", "-pid", "user,-comm,-vsz"};
	struct subject crowd[CROWD];
	unsigned int count = crowd_start(crowd);
	json_t *records = snapshot_of(WORDS("--with", "fds,maps"));

	(void)state;
	assert_crowd(records, crowd, count);
	json_decref(records);
	for (size_t i = 0; i < sizeof(orders) / sizeof(*orders); i++) {
		records = snapshot_of(WORDS("--children", pid_text(getpid()), "--with", "fds,maps",
					    "--sort", orders[i]));
		assert_crowd(records, crowd, count);
		json_decref(records);
	}
	/* The last first: each has inherited what holds those before it. */
	while (count--)
		subject_end(&crowd[count]);
}

/* Lines of text, each behind its process in a tree as well. */
static void people_see_them_below_their_process(void **state)
{
	struct subject subject = subject_start(have_everything, false);
	char expected[96], pid[16];
	struct tool tool;
	const char *at;

	(void)state;
	snprintf(pid, sizeof(pid), "%d", subject.pid);
	for (int tree = 0; tree < 2; tree++) {
		tool_run(&tool, WORDS("ps", "--standalone", "--descendants", pid_text(getpid()),
				      "--with", "maps,fds", tree ? "--tree" : NULL));
		assert_int_equal(tool_status(&tool), 0);
		snprintf(expected, sizeof(expected), "\n%s ", pid);
		at = strstr(tool.out_text, expected);
		assert_non_null(at);
		at = strchr(at + 1, '\n');
		assert_memory_equal(at, "\n        ", 9);
		assert_non_null(strstr(at, " [stack]\n        0 "));
		assert_non_null(strstr(at, " r--p 00002000 $'"));
		assert_non_null(strstr(at, "odd (name) [x]\\nof \"any\" \\\\ \\xff bytes'\n"));
		assert_non_null(strstr(at, " /dev/zero (deleted)\n"));
		assert_non_null(strstr(at, " anon_inode:[eventpoll]\n"));
		assert_non_null(strstr(at, " /memfd:name of memory (deleted)\n"));
		assert_non_null(strstr(at, "\n        500 "));
		tool_clear(&tool);
	}
	subject_end(&subject);
}

/* Below so many directories that the path is longer than the kernel takes for one. */
#define DEEP	 40
#define DEEP_LEN 120

static void go_deep(char name[DEEP_LEN + 1])
{
	memset(name, 'd', DEEP_LEN);
	name[DEEP_LEN] = '\0';
	for (int i = 0; i < DEEP; i++)
		need(!mkdir(name, 0700) && !chdir(name), 70);
}

static void have_deep_file(void)
{
	char name[DEEP_LEN + 1];
	int fd;

	go_deep(name);
	fd = make_file("deep", 0);
	map(1, PROT_READ, MAP_PRIVATE, fd, 0);
	need(!unlink("deep"), 71);
	for (int i = 0; i < DEEP; i++)
		need(!chdir("..") && !rmdir(name), 72);
}

/* The end of it, down to whole components, and it is said that there was more. */
static void a_path_that_is_too_long_is_cut(void **state)
{
	struct subject subject = subject_start(have_deep_file, false);
	json_t *records = snapshot_of(WORDS("-p", pid_text(subject.pid), "--with", "maps,fds"));
	unsigned int cut = 0;
	const json_t *record;

	(void)state;
	records_each(records, record)
	{
		const char *path;

		if (!record_is_cut(record, "path"))
			continue;
		path = path_of(record);
		assert_in_range(strlen(path), PAGE - 2 * DEEP_LEN, PAGE + 10);
		assert_memory_equal(path, "/ddd", 4);
		assert_string_equal(path + strlen(path) - 15, "/deep (deleted)");
		cut++;
	}
	assert_int_equal(cut, 2);
	json_decref(records);
	subject_end(&subject);
}

/* In a mount namespace of its own, with a file system of two layers. */
static void have_overlay(void)
{
	int fd;

	need(!unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 60);
	need(!mount("layers", "layers", "tmpfs", 0, NULL), 61);
	need(!mkdir("layers/lower", 0700) && !mkdir("layers/upper", 0700), 62);
	need(!mkdir("layers/work", 0700) && !mkdir("layers/top", 0700), 62);
	fd = make_file("layers/lower/below " ODD_NAME, 0);
	close(fd);
	/* Where there is no such file system: seen by who reads the status. */
	need(!mount("overlay", "layers/top", "overlay", 0,
		    "lowerdir=layers/lower,upperdir=layers/upper,workdir=layers/work"),
	     63);
	fd = open("layers/top/below " ODD_NAME, O_RDONLY);
	need(fd >= 0, 64);
	map(2, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	fd = make_file("layers/top/above", 0);
	map(2, PROT_READ, MAP_SHARED, fd, 1);
	fd = make_file("layers/top/gone", 0);
	map(2, PROT_READ, MAP_PRIVATE, fd, 0);
	need(!unlink("layers/top/gone"), 65);
}

static bool has_overlay(void)
{
	FILE *file = fopen("/proc/filesystems", "re");
	bool found = false;
	char line[64];

	while (file && fgets(line, sizeof(line), file))
		found |= !strcmp(line, "nodev\toverlay\n");
	if (file)
		fclose(file);
	return found;
}

/* As in a container: the files of its layers have the names that the process knows them by. */
static void files_of_layers_are_as_proc_has_them(void **state)
{
	struct subject subject;
	json_t *records;

	(void)state;
	if (!has_overlay())
		skip();
	subject = subject_start(have_overlay, false);
	records = snapshot_of(WORDS("-p", pid_text(subject.pid), "--with", "maps,fds"));
	assert_process(records, subject.pid, true, true);
	json_decref(records);
	subject_end(&subject);
}

/* In a pid namespace of its own, where ids are in another order than in the initial one. */
static int list_inside(void *out)
{
	const char *const words[] = {tool_path(), "ps",	    "-j",	"--standalone",
				     "--threads", "--with", "maps,fds", NULL};
	struct subject crowd[20];

	for (unsigned int i = 0; i < 20; i++)
		crowd[i] = subject_start(i % 2 ? have_some : have_mappings, i % 4 == 0);
	if (!fork()) {
		dup2(*(int *)out, STDOUT_FILENO);
		execv(words[0], (char **)words);
		_exit(1);
	}
	/* Of the others none has ended. */
	return waitpid(-1, NULL, 0) > (int)(sizeof(crowd) / sizeof(*crowd)) ? 0 : 1;
}

/* Every process that lives there is told with what it has, whatever its id is outside. */
static void a_pid_namespace_has_its_own_order(void **state)
{
	static char stack[256 * 1024] __attribute__((aligned(16))), text[16 << 20];
	int out = memfd_create("out", MFD_CLOEXEC), status = 0;
	size_t with_mappings = 0, with_files = 0, processes = 0;
	const json_t *record;
	json_t *records;
	ssize_t size;
	pid_t pid;

	(void)state;
	pid = clone(list_inside, stack + sizeof(stack), CLONE_NEWPID | SIGCHLD, &out);
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	size = pread(out, text, sizeof(text) - 1, 0);
	close(out);
	assert_true(size > 0 && size < (ssize_t)sizeof(text) - 1);
	records = records_load(text);
	records_each(records, record)
	{
		const json_t *next = json_array_get(records, records_at + 1);

		processes += record_is(record, "process") && !json_object_get(record, "thread");
		if (!record_is(record, "mapping") && !record_is(record, "file"))
			continue;
		with_mappings += record_is(record, "mapping") && !record_is(next, "mapping");
		with_files += record_is(record, "file") && !record_is(next, "file");
	}
	json_decref(records);
	/* At least those of the crowd, its parent, and the tool itself. */
	assert_true(processes >= 22);
	assert_true(with_mappings >= 22 && with_files >= 22);
}

static int set_up(void **state)
{
	char layers[96];

	(void)state;
	strcpy(directory, "/tmp/procsieve-maps-XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(layers, sizeof(layers), "%s/layers", directory);
	return mkdir(layers, 0700);
}

static int tear_down(void **state)
{
	static const char *const names[] = {ODD_NAME, "log", "gone", "gone as well"};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/layers", directory);
	rmdir(path);
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings_and_files_are_as_proc_has_them),
		cmocka_unit_test(each_comes_only_where_it_is_asked_for),
		cmocka_unit_test(every_process_keeps_what_it_has),
		cmocka_unit_test(people_see_them_below_their_process),
		cmocka_unit_test(a_path_that_is_too_long_is_cut),
		cmocka_unit_test(files_of_layers_are_as_proc_has_them),
		cmocka_unit_test(a_pid_namespace_has_its_own_order),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
