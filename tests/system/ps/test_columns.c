// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `procsieve ps -o` compared with ps(1) of procps: every keyword, for processes of different users,
 * priorities, terminals and sizes that do not change while they are compared.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/run_ps.h"

#define KEYWORD_MAX 16
#define TEXT_MAX    4096
#define BLANKS	    " \n"

/* What each process does before it waits for its end. */
static void change_ids(void)
{
	setgroups(0, NULL);
	if (setresgid(65534, 1, 2) || setresuid(65534, 1, 2))
		_exit(1);
}

static void be_nice(void)
{
	const struct sched_param none = {0};

	setpriority(PRIO_PROCESS, 0, 7);
	sched_setscheduler(0, SCHED_BATCH, &none);
}

static void be_urgent(void)
{
	const struct sched_param first = {.sched_priority = 5};

	setpriority(PRIO_PROCESS, 0, -3);
	/* Some machines allow no real-time policies: then the priority alone is compared. */
	sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &first);
	prctl(PR_SET_NAME, "urgent one");
}

static void *sleep_forever(void *argument)
{
	pause();
	return argument;
}

static void have_threads(void)
{
	pthread_t thread;

	setsid();
	for (unsigned int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, sleep_forever, NULL);
}

static void have_memory(void)
{
	static char memory[64 << 20];

	memset(memory, 1, sizeof(memory));
	/* So that the compiler does not leave it out. */
	__asm__ volatile("" : : "r"(memory) : "memory");
}

static void have_a_terminal(void)
{
	int master, slave;

	setsid();
	if (openpty(&master, &slave, NULL, NULL, NULL) || ioctl(slave, TIOCSCTTY, 0))
		_exit(1);
}

static void use_the_cpu(void)
{
	while (clock() < CLOCKS_PER_SEC * 13 / 10)
		;
}

static void (*const roles[])(void) = {change_ids,  be_nice,	    be_urgent,	have_threads,
				      have_memory, have_a_terminal, use_the_cpu};

#define ROLES (sizeof(roles) / sizeof(roles[0]))

static pid_t pids[ROLES];

static pid_t start(void (*role)(void))
{
	char byte;
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		role();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

/* Removes blanks at both ends. */
static void trim(char *text)
{
	size_t size = strlen(text), lead = strspn(text, " ");

	while (size > lead && isspace((unsigned char)text[size - 1]))
		size--;
	memmove(text, text + lead, size - lead);
	text[size - lead] = '\0';
}

static void ask_procps(char text[TEXT_MAX], const char *keyword, pid_t pid)
{
	char command[100];
	FILE *file;

	snprintf(command, sizeof(command), "LC_ALL=C ps -ww -o %s= -p %d", keyword, pid);
	file = popen(command, "r");
	assert_non_null(file);
	if (!fgets(text, TEXT_MAX, file))
		*text = '\0';
	assert_int_equal(pclose(file), 0);
	trim(text);
}

static void ask_tool(char text[TEXT_MAX], const char *keyword, pid_t pid)
{
	char column[KEYWORD_MAX + 2], id[16];
	struct tool tool;

	snprintf(column, sizeof(column), "%s=", keyword);
	snprintf(id, sizeof(id), "%d", pid);
	snapshot_run(&tool, WORDS("-o", column, "-p", id));
	if (tool_status(&tool))
		fail_msg("%s: status %d: %s", keyword, tool_status(&tool), tool.err_text);
	snprintf(text, TEXT_MAX, "%s", tool.out_text);
	tool_clear(&tool);
	trim(text);
}

/* Returns whether two numbers differ by no more than `most`. */
static bool are_near(const char *one, const char *other, double most)
{
	char *end, *other_end;
	const double a = strtod(one, &end), b = strtod(other, &other_end);

	return !*end && !*other_end && a - b <= most + 1e-6 && b - a <= most + 1e-6;
}

/*
 * How a value is compared. SAME: as text. The others are rounded from other clocks and counters
 * than ps(1) has: they may differ a little.
 */
enum comparison { SAME, STAT, NEAR_TENTH, NEAR_KB, NEAR_SECOND };

static const struct keyword {
	const char *name;
	enum comparison comparison;
} keywords[] = {
	{"pid", SAME},
	{"ppid", SAME},
	{"tgid", SAME},
	{"tid", SAME},
	{"lwp", SAME},
	{"spid", SAME},
	{"pgid", SAME},
	{"pgrp", SAME},
	{"sid", SAME},
	{"sess", SAME},
	{"session", SAME},
	{"user", SAME},
	{"euser", SAME},
	{"uname", SAME},
	{"ruser", SAME},
	{"suser", SAME},
	{"svuser", SAME},
	{"fuser", SAME},
	{"fsuser", SAME},
	{"group", SAME},
	{"egroup", SAME},
	{"rgroup", SAME},
	{"sgroup", SAME},
	{"svgroup", SAME},
	{"fgroup", SAME},
	{"fsgroup", SAME},
	{"uid", SAME},
	{"euid", SAME},
	{"ruid", SAME},
	{"suid", SAME},
	{"svuid", SAME},
	{"fuid", SAME},
	{"fsuid", SAME},
	{"gid", SAME},
	{"egid", SAME},
	{"rgid", SAME},
	{"sgid", SAME},
	{"svgid", SAME},
	{"fgid", SAME},
	{"fsgid", SAME},
	{"%cpu", NEAR_TENTH},
	{"pcpu", NEAR_TENTH},
	{"%mem", NEAR_TENTH},
	{"pmem", NEAR_TENTH},
	{"rss", NEAR_KB},
	{"rssize", NEAR_KB},
	{"rsz", NEAR_KB},
	{"vsz", SAME},
	{"vsize", SAME},
	{"tty", SAME},
	{"tt", SAME},
	{"tname", SAME},
	{"stat", STAT},
	{"state", SAME},
	{"s", SAME},
	{"etime", SAME},
	{"etimes", SAME},
	{"time", SAME},
	{"cputime", SAME},
	{"times", SAME},
	{"cputimes", SAME},
	{"comm", SAME},
	{"ucmd", SAME},
	{"ucomm", SAME},
	{"args", SAME},
	{"command", SAME},
	{"cmd", SAME},
	{"nlwp", SAME},
	{"thcount", SAME},
	{"nice", SAME},
	{"ni", SAME},
	{"pri", SAME},
	{"rtprio", SAME},
	{"cls", SAME},
	{"class", SAME},
	{"policy", SAME},
	{"psr", SAME},
	{"exe", SAME},
	{"start", NEAR_SECOND},
	{"lstart", NEAR_SECOND},
	{"stime", NEAR_SECOND},
};

/* The time of the day in a text, in seconds; -1 if there is none. */
static int time_of_day(const char *text)
{
	const char *colon = strchr(text, ':');
	int hours, minutes, seconds = 0;

	if (!colon || colon - text < 2 ||
	    sscanf(colon - 2, "%2d:%2d:%2d", &hours, &minutes, &seconds) < 2)
		return -1;
	return hours * 3600 + minutes * 60 + seconds;
}

/* Times without seconds may differ by a minute. */
static bool are_near_in_time(const char *one, const char *other)
{
	const int a = time_of_day(one), b = time_of_day(other);
	const int most = strchr(one, ':') != strrchr(one, ':') ? 1 : 60;

	return a >= 0 && b >= 0 && abs(a - b) <= most && strlen(one) == strlen(other);
}

/* Letters that no section has. */
static void remove_letters(char *text, const char *letters)
{
	char *to = text;

	for (; *text; text++)
		if (!strchr(letters, *text))
			*to++ = *text;
	*to = '\0';
}

static bool are_equal(enum comparison comparison, const char *ours, char *theirs)
{
	if (comparison == STAT)
		remove_letters(theirs, "+L");
	if (!strcmp(ours, theirs))
		return true;
	switch (comparison) {
	case NEAR_TENTH:
		return are_near(ours, theirs, 0.1);
	case NEAR_KB:
		return are_near(ours, theirs, 512);
	case NEAR_SECOND:
		return are_near_in_time(ours, theirs);
	default:
		return false;
	}
}

/* What grows with time may grow between the two: it is asked for again. */
static void compare(const struct keyword *keyword, pid_t pid)
{
	char ours[TEXT_MAX], before[TEXT_MAX], after[TEXT_MAX];

	for (unsigned int attempt = 0; attempt < 20; attempt++) {
		ask_procps(before, keyword->name, pid);
		ask_tool(ours, keyword->name, pid);
		ask_procps(after, keyword->name, pid);
		if (are_equal(keyword->comparison, ours, before) ||
		    are_equal(keyword->comparison, ours, after))
			return;
	}
	fail_msg("%s of process %d: expected \"%s\", got \"%s\"", keyword->name, pid, after, ours);
}

static void every_keyword_is_that_of_ps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		for (size_t role = 0; role < ROLES; role++)
			compare(&keywords[i], pids[role]);
}

/* The first column has no blanks at its end, so the headers can be compared word by word. */
static void headers_are_those_of_ps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		char command[100], theirs[200];
		struct tool tool;
		FILE *file;

		snprintf(command, sizeof(command), "ps -o %s -p %d", keywords[i].name, pids[0]);
		file = popen(command, "r");
		assert_non_null(file);
		assert_non_null(fgets(theirs, sizeof(theirs), file));
		pclose(file);
		trim(theirs);
		snprintf(command, sizeof(command), "%d", pids[0]);
		snapshot_run(&tool, WORDS("-o", keywords[i].name, "-p", command));
		assert_int_equal(tool_status(&tool), 0);
		tool.out_text[strcspn(tool.out_text, "\n")] = '\0';
		trim(tool.out_text);
		assert_string_equal(tool.out_text, theirs);
		tool_clear(&tool);
	}
}

/* Both programs, with the same options, word by word. */
static void lists_and_headers_are_read_as_ps_reads_them(void **state)
{
	static const char *const lists[][3] = {
		{"pid=", NULL},
		{"pid=,comm=", NULL},
		{"pid,comm=", NULL},
		{"pid=X,comm=Y", NULL},
		{"pid comm", NULL},
		{"pid=", "comm=", NULL},
		{"pid", "ppid,pgid", NULL},
		{"pid=P", "comm", NULL},
		{"comm,pid,comm", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const char *words[8] = {"-p"};
		char command[200], id[16], theirs[TEXT_MAX], *ours, *at;
		struct tool tool;
		size_t size;
		FILE *file;

		snprintf(id, sizeof(id), "%d", pids[1]);
		words[1] = id;
		size = snprintf(command, sizeof(command), "ps -p %d", pids[1]);
		for (size_t word = 0; lists[i][word]; word++) {
			words[2 + 2 * word] = "-o";
			words[3 + 2 * word] = lists[i][word];
			size += snprintf(command + size, sizeof(command) - size, " -o '%s'",
					 lists[i][word]);
		}
		file = popen(command, "r");
		assert_non_null(file);
		theirs[fread(theirs, 1, sizeof(theirs) - 1, file)] = '\0';
		pclose(file);
		snapshot_run(&tool, words);
		assert_int_equal(tool_status(&tool), 0);
		ours = tool.out_text;
		for (at = theirs + strspn(theirs, BLANKS); *at; at += strspn(at, BLANKS)) {
			size = strcspn(at, BLANKS);
			ours += strspn(ours, BLANKS);
			if (strncmp(ours, at, size) != 0 || strcspn(ours, BLANKS) != size)
				fail_msg("%s: expected %s, got %s", command, theirs, tool.out_text);
			ours += size;
			at += size;
		}
		assert_int_equal(strspn(ours, BLANKS), strlen(ours));
		tool_clear(&tool);
	}
}

/* The path in version 2, as /proc/PID/cgroup has it. */
static void a_cgroup_is_a_path(void **state)
{
	char path[64], line[TEXT_MAX], ours[TEXT_MAX];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "/proc/%d/cgroup", pids[0]);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) && strncmp(line, "0::", 3) != 0)
		*line = '\0';
	fclose(file);
	if (!*line)
		skip();
	line[strcspn(line, "\n")] = '\0';
	ask_tool(ours, "cgroup", pids[0]);
	assert_string_equal(ours, line + 3);
}

static void columns_can_be_sorted_by(void **state)
{
	char list[16 * ROLES] = "", *line, *rest;
	unsigned long long last = -1;
	struct tool tool;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < ROLES; i++)
		sprintf(list + strlen(list), "%s%d", i ? "," : "", pids[i]);
	snapshot_run(&tool, WORDS("-o", "rss=,pid=", "--sort", "-rss", "-p", list));
	for (line = strtok_r(tool.out_text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		unsigned long long rss = strtoull(line, NULL, 10);

		assert_true(rss <= last);
		last = rss;
		if (!count++)
			assert_true(rss >= 64 << 10);
	}
	assert_int_equal(count, ROLES);
	tool_clear(&tool);
}

static void an_unknown_keyword_is_refused(void **state)
{
	struct tool tool;

	(void)state;
	snapshot_run(&tool, WORDS("-o", "pid,nosuch"));
	assert_int_equal(tool_status(&tool), 2);
	assert_string_equal(tool.out_text, "");
	assert_memory_equal(tool.err_text,
			    "procsieve: --fields: \"nosuch\" is not a field (to write to a file: "
			    "--output FILE); known: pid, ppid, ",
			    64);
	assert_ptr_equal(strchr(tool.err_text, '\n'), tool.err_text + strlen(tool.err_text) - 1);
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		char word[KEYWORD_MAX + 4];

		snprintf(word, sizeof(word), " %s,", keywords[i].name);
		if (!strstr(tool.err_text, word))
			fail_msg("%s is not named", keywords[i].name);
	}
	tool_clear(&tool);
}

static int set_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROLES; i++)
		pids[i] = start(roles[i]);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROLES; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_keyword_is_that_of_ps),
		cmocka_unit_test(headers_are_those_of_ps),
		cmocka_unit_test(lists_and_headers_are_read_as_ps_reads_them),
		cmocka_unit_test(a_cgroup_is_a_path),
		cmocka_unit_test(columns_can_be_sorted_by),
		cmocka_unit_test(an_unknown_keyword_is_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
