// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Static processes with special arguments or programs; see argv_cases.h. They execute the test's
 * own program.
 */
#include "workload/argv_cases.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "workload/static_process_roles.h"

#define SELF	      "/proc/self/exe"
#define VARIABLE      "PROCSIEVE_TEST_CROWD"
#define WORDS	      10000
#define PLACELESS     100 /* their `number` */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* argv lies from `start` to `end`; the environment ends at `rest`. */
struct title {
	char *start, *end, *rest;
};

/* The title's terminating zero is inside the area of argv. */
static void shorten(const struct title *title)
{
	memset(title->start, 0, title->end - title->start);
	memcpy(title->start, "short", 5);
}

static void fill(const struct title *title)
{
	memset(title->start, 'f', title->end - title->start);
	*title->end = '\0';
}

static void overflow(const struct title *title)
{
	memset(title->start, 'o', title->end - title->start + 10);
	title->end[10] = '\0';
}

static void overflow_all(const struct title *title)
{
	memset(title->start, 'a', title->rest - title->start);
}

static void empty(const struct title *title)
{
	memset(title->start, 'e', title->end - title->start);
	*title->start = '\0';
}

static void fill_early(const struct title *title)
{
	memset(title->start, 'F', title->end - title->start);
	title->start[50] = '\0';
}

static char *map(int flags, int fd)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		member_fails("mmap");
	return memory;
}

/*
 * Moves argv to other memory. That is below the stack, so the start is moved first. If this is not
 * permitted, argv stays where it is.
 */
static void move(char *memory)
{
	memset(memory + 4000, 'm', 199);
	if (!prctl(PR_SET_MM, PR_SET_MM_ARG_START, memory + 4000, 0, 0))
		prctl(PR_SET_MM, PR_SET_MM_ARG_END, memory + 4200, 0, 0);
}

static void move_away(const struct title *title)
{
	(void)title;
	move(map(MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

static void unmap(const struct title *title)
{
	char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)title;
	move(memory);
	munmap(memory, 8192);
}

/*
 * argv in a file mapping: a page fault there may wait for a lock on the file; /proc reads it
 * without waiting.
 */
static void move_to_file(const struct title *title)
{
	int fd = memfd_create("argv", MFD_CLOEXEC);

	(void)title;
	if (ftruncate(fd, 8192))
		member_fails("ftruncate");
	move(map(MAP_SHARED, fd));
}

/* The environment no longer begins directly after argv. */
static void part(const struct title *title)
{
	prctl(PR_SET_MM, PR_SET_MM_ENV_START, title->end + 8, 0, 0);
	memset(title->start, 'p', title->rest - title->start);
}

static const struct kind {
	unsigned int words; /* 0: use the list; otherwise the number of words */
	size_t size;	    /* of all words, including the zeros, unless 0 */
	const char *list[6];
	void (*change)(const struct title *title);
} kinds[TITLES] = {
	{0, 0, {NULL}, NULL},
	{0, 0, {"", "", "a", ""}, NULL},
	{0, 0, {"\xff\xfe", "new\nline", "q\"uote\\", "b\xc3\xa4r", "\x1b[31m"}, NULL},
	{1, 100000, {NULL}, NULL},
	{WORDS, 2 * WORDS, {NULL}, NULL},
	{2, 4095, {NULL}, NULL},
	{2, 4096, {NULL}, NULL},
	{2, 4097, {NULL}, NULL},
	{2, 12287, {NULL}, NULL},
	{2, 12288, {NULL}, NULL},
	{2, 12289, {NULL}, NULL},
	{0, 0, {"program", "with", "words"}, shorten},
	{0, 0, {"program", "with", "words"}, fill},
	{0, 0, {"program", "with", "words"}, overflow},
	{0, 0, {"program", "with", "words"}, overflow_all},
	{0, 0, {"program", "with", "words"}, empty},
	{3, 13000, {NULL}, shorten},
	{3, 13000, {NULL}, fill},
	{3, 13000, {NULL}, fill_early},
	{3, 12288, {NULL}, fill_early},
	{0, 0, {"program", "with", "words"}, move_away},
	{0, 0, {"program", "with", "words"}, unmap},
	{0, 0, {"program", "with", "words"}, move_to_file},
	{0, 0, {"program", "with", "words"}, part},
};

static void make_words(char **argv, const struct kind *kind)
{
	size_t size = kind->size - 2 * (kind->words - 1) - 1;

	for (unsigned int i = 0; i + 1 < kind->words; i++)
		argv[i] = (char *)"w";
	argv[kind->words - 1] = memset(calloc(1, size + 1), 'l', size);
}

static void execute(const char *program, char *const *argv, unsigned int number)
{
	static char big[6000] = "BIG=", variable[64];
	char *const environment[] = {variable, big, NULL};

	memset(big + strlen(big), 'x', sizeof(big) - 5);
	snprintf(variable, sizeof(variable), VARIABLE "=%d %u", member_says, number);
	execve(program, argv, environment);
	member_fails("execve");
}

void titled(unsigned int number)
{
	static char *argv[WORDS + 1];
	const struct kind *kind = &kinds[number];

	if (kind->words)
		make_words(argv, kind);
	else
		memcpy(argv, kind->list, sizeof(kind->list));
	fcntl(member_says, F_SETFD, 0);
	execute(SELF, argv, number);
}

static void copy_program(int into)
{
	static char bytes[65536];
	int from = open(SELF, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		if (write(into, bytes, size) != size)
			member_fails("copy");
	close(from);
	close(into);
}

void vanished_program(unsigned int number)
{
	char path[256];
	char *const argv[] = {path, NULL};

	snprintf(path, sizeof(path), "%s/program %u", member_directory, number);
	copy_program(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
	fcntl(member_says, F_SETFD, 0);
	execute(path, argv, TITLES + number);
}

/* The program is a memfd: it never had a path. */
void placeless_program(unsigned int number)
{
	char *const argv[] = {(char *)"placeless", NULL};
	int program, into = memfd_create("a program", MFD_CLOEXEC);
	char path[64];

	(void)number;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", into);
	copy_program(dup(into));
	fcntl(member_says, F_SETFD, 0);
	/* It cannot be executed while it is open for writing. */
	program = open(path, O_RDONLY | O_CLOEXEC);
	close(into);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
	execute(path, argv, PLACELESS);
}

void titles_take_part(int argc, char **argv)
{
	const char *told = getenv(VARIABLE);
	struct title title = {.start = argv[0]};
	unsigned int number;

	if (!told || sscanf(told, "%d %u", &member_says, &number) != 2)
		return;
	title.end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	for (char **at = environ; *at; at++)
		title.rest = *at + strlen(*at) + 1;
	/* For those with an odd number, another file takes the program's path. */
	if (number >= TITLES && number < PLACELESS &&
	    (unlink(argv[0]) || (number % 2 && symlink("/", argv[0]))))
		member_fails(argv[0]);
	if (number < TITLES && kinds[number].change)
		kinds[number].change(&title);
	member_rests();
}
