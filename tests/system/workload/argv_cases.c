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
#define VARIABLE      "PROCSIEVE_TEST_ROLE"
#define WORDS	      10000
#define MEMFD_CASE    100 /* their `number` */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* argv lies from `start` to `end`; the environment ends at `rest`. */
struct argv_area {
	char *start, *end, *rest;
};

/* The title's terminating zero is inside the area of argv. */
static void shorten(const struct argv_area *area)
{
	memset(area->start, 0, area->end - area->start);
	memcpy(area->start, "short", 5);
}

static void fill(const struct argv_area *area)
{
	memset(area->start, 'f', area->end - area->start);
	*area->end = '\0';
}

static void overflow(const struct argv_area *area)
{
	memset(area->start, 'o', area->end - area->start + 10);
	area->end[10] = '\0';
}

static void overflow_all(const struct argv_area *area)
{
	memset(area->start, 'a', area->rest - area->start);
}

static void empty(const struct argv_area *area)
{
	memset(area->start, 'e', area->end - area->start);
	*area->start = '\0';
}

static void fill_early(const struct argv_area *area)
{
	memset(area->start, 'F', area->end - area->start);
	area->start[50] = '\0';
}

static char *map(int flags, int fd)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (memory == MAP_FAILED)
		role_fail("mmap");
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

static void move_away(const struct argv_area *area)
{
	(void)area;
	move(map(MAP_PRIVATE | MAP_ANONYMOUS, -1));
}

static void unmap(const struct argv_area *area)
{
	char *memory = map(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	(void)area;
	move(memory);
	munmap(memory, 8192);
}

/*
 * argv in a file mapping: a page fault there may wait for a lock on the file; /proc reads it
 * without waiting.
 */
static void move_to_file(const struct argv_area *area)
{
	int fd = memfd_create("argv", MFD_CLOEXEC);

	(void)area;
	if (ftruncate(fd, 8192))
		role_fail("ftruncate");
	move(map(MAP_SHARED, fd));
}

/* The environment no longer begins directly after argv. */
static void separate_environment(const struct argv_area *area)
{
	prctl(PR_SET_MM, PR_SET_MM_ENV_START, area->end + 8, 0, 0);
	memset(area->start, 'p', area->rest - area->start);
}

static const struct argv_case {
	unsigned int words; /* 0: use the list; otherwise the number of words */
	size_t size;	    /* of all words, including the zeros, unless 0 */
	const char *list[6];
	void (*change)(const struct argv_area *area);
} cases[ARGV_CASES] = {
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
	{0, 0, {"program", "with", "words"}, separate_environment},
};

static void make_words(char **argv, const struct argv_case *argv_case)
{
	size_t size = argv_case->size - 2 * (argv_case->words - 1) - 1;

	for (unsigned int i = 0; i + 1 < argv_case->words; i++)
		argv[i] = (char *)"w";
	argv[argv_case->words - 1] = memset(calloc(1, size + 1), 'l', size);
}

static void execute(const char *program, char *const *argv, unsigned int number)
{
	static char big[6000] = "BIG=", variable[64];
	char *const environment[] = {variable, big, NULL};

	memset(big + strlen(big), 'x', sizeof(big) - 5);
	snprintf(variable, sizeof(variable), VARIABLE "=%d %u", role_ready_fd, number);
	execve(program, argv, environment);
	role_fail("execve");
}

void role_argv_case(unsigned int number)
{
	static char *argv[WORDS + 1];
	const struct argv_case *argv_case = &cases[number];

	if (argv_case->words)
		make_words(argv, argv_case);
	else
		memcpy(argv, argv_case->list, sizeof(argv_case->list));
	fcntl(role_ready_fd, F_SETFD, 0);
	execute(SELF, argv, number);
}

static void copy_program(int into)
{
	static char bytes[65536];
	int from = open(SELF, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	while ((size = read(from, bytes, sizeof(bytes))) > 0)
		if (write(into, bytes, size) != size)
			role_fail("copy");
	close(from);
	close(into);
}

void role_removed_program(unsigned int number)
{
	char path[256];
	char *const argv[] = {path, NULL};

	snprintf(path, sizeof(path), "%s/program %u", role_directory, number);
	copy_program(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700));
	fcntl(role_ready_fd, F_SETFD, 0);
	execute(path, argv, ARGV_CASES + number);
}

/* The program is a memfd: it never had a path. */
void role_memfd_program(unsigned int number)
{
	char *const argv[] = {(char *)"placeless", NULL};
	int program, into = memfd_create("a program", MFD_CLOEXEC);
	char path[64];

	(void)number;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", into);
	copy_program(dup(into));
	fcntl(role_ready_fd, F_SETFD, 0);
	/* It cannot be executed while it is open for writing. */
	program = open(path, O_RDONLY | O_CLOEXEC);
	close(into);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", program);
	execute(path, argv, MEMFD_CASE);
}

void argv_cases_main(int argc, char **argv)
{
	const char *reported = getenv(VARIABLE);
	struct argv_area area = {.start = argv[0]};
	unsigned int number;

	if (!reported || sscanf(reported, "%d %u", &role_ready_fd, &number) != 2)
		return;
	area.end = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	for (char **at = environ; *at; at++)
		area.rest = *at + strlen(*at) + 1;
	/* For those with an odd number, another file takes the program's path. */
	if (number >= ARGV_CASES && number < MEMFD_CASE &&
	    (unlink(argv[0]) || (number % 2 && symlink("/", argv[0]))))
		role_fail(argv[0]);
	if (number < ARGV_CASES && cases[number].change)
		cases[number].change(&area);
	role_sleep_forever();
}
