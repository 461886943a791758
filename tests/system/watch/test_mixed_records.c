// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A record describes one event, even if the kernel switches to another task at any point. Many
 * tasks on one CPU cause events of all types; some of them are under SCHED_FIFO and are woken while
 * the others are acting. Everything a task does is computed from its PID, and so is every expected
 * field of its records.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "workload/cgroups.h"
#include "harness/records.h"

#define RENAMES 5000 /* by each renamer */
#define CHANGES 1000
#define STARTS	100

static char cgroup[64];
static const char *own_name;

/* What an actor does, and how it is scheduled. */
enum part { RENAMER, CHANGER, STARTER };

static struct actor {
	enum part part;
	int priority; /* under SCHED_FIFO; 0: under SCHED_OTHER */
	int nice;
	bool reset; /* its children are under SCHED_OTHER */
	const char *directory;
	pid_t pid;
} actors[] = {
	{RENAMER, 0, 0, false, "/", 0},	     {RENAMER, 0, 5, false, "/tmp", 0},
	{RENAMER, 0, 10, false, "/proc", 0}, {RENAMER, 0, 19, false, "/dev", 0},
	{CHANGER, 0, 0, false, "/usr", 0},   {CHANGER, 20, 0, false, "/sys", 0},
	{STARTER, 0, 0, false, "/etc", 0},   {STARTER, 0, 19, false, "/run", 0},
	{STARTER, 10, 0, true, "/var", 0},   {STARTER, 30, 0, false, "/usr/lib", 0},
};

#define ACTORS (sizeof(actors) / sizeof(actors[0]))

/* How a started process ends, by its PID. */
enum end { BY_PROGRAM, BY_CODE, BY_SIGNAL, BY_CORE };

static enum end end_of(pid_t pid)
{
	return pid % 4;
}

static int code_of(pid_t pid)
{
	return 1 + pid % 199;
}

static int signal_of(pid_t pid)
{
	static const int plain[] = {SIGKILL, SIGTERM, SIGUSR1, SIGHUP, SIGALRM};
	static const int core[] = {SIGABRT, SIGQUIT, SIGSEGV, SIGTRAP, SIGXCPU};

	return (end_of(pid) == BY_CORE ? core : plain)[pid / 4 % 5];
}

static unsigned int uid_of(pid_t pid)
{
	return 16 * pid + 7;
}

static unsigned int gid_of(pid_t pid)
{
	return 16 * pid + 5;
}

/* The arguments that it executes. */
struct words {
	char command[20], own[200];
	const char *argv[5];
};

static void words_of(struct words *words, pid_t pid)
{
	char text[180];
	unsigned int length = 20 + pid % 150;

	memset(text, 'a' + pid % 26, length);
	text[length] = '\0';
	snprintf(words->command, sizeof(words->command), "exit %d", code_of(pid));
	snprintf(words->own, sizeof(words->own), "%d:%s", pid, text);
	words->argv[0] = "sh";
	words->argv[1] = "-c";
	words->argv[2] = words->command;
	words->argv[3] = words->own;
	words->argv[4] = NULL;
}

/* "%d.%u": computed from both. */
static void name_self(const char *format, ...)
{
	char name[16];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	prctl(PR_SET_NAME, name);
}

static void rest(unsigned int turn)
{
	struct timespec time = {0, 20000 + turn * 7919 % 180000};

	nanosleep(&time, NULL);
}

static void act_renamer(void)
{
	pid_t pid = getpid();

	for (unsigned int i = 0; i < RENAMES; i++)
		name_self("%d.%u", pid, i);
}

static void act_changer(void)
{
	pid_t pid = getpid();

	for (unsigned int i = 0; i < CHANGES; i++) {
		unsigned int id = 16 * pid + i % 16;

		syscall(SYS_setresgid, -1, id, -1);
		syscall(SYS_setresuid, -1, id, -1);
		syscall(SYS_setresuid, -1, 0, -1);
		rest(i);
	}
}

static _Noreturn void act_started(void)
{
	pid_t pid = getpid();
	struct words words = {0};

	name_self("%d.s", pid);
	setsid();
	syscall(SYS_setresgid, gid_of(pid), gid_of(pid), gid_of(pid));
	syscall(SYS_setresuid, uid_of(pid), uid_of(pid), uid_of(pid));
	switch (end_of(pid)) {
	case BY_PROGRAM:
		words_of(&words, pid);
		execv("/bin/sh", (char **)words.argv);
		_exit(255);
	case BY_CODE:
		_exit(code_of(pid));
	default:
		signal(signal_of(pid), SIG_DFL);
		raise(signal_of(pid));
		_exit(255);
	}
}

static bool exited_as_expected(pid_t pid, int status)
{
	if (end_of(pid) == BY_PROGRAM || end_of(pid) == BY_CODE)
		return status == code_of(pid) << 8;
	return WIFSIGNALED(status) && WTERMSIG(status) == signal_of(pid);
}

static void act_starter(void)
{
	for (unsigned int i = 0; i < STARTS; i++) {
		pid_t pid = fork();
		int status;

		if (!pid)
			act_started();
		if (pid < 0 || waitpid(pid, &status, 0) != pid || !exited_as_expected(pid, status))
			_exit(98);
		rest(i);
	}
}

static _Noreturn void act(const struct actor *actor, int gate)
{
	struct sched_param param = {.sched_priority = actor->priority};
	struct rlimit none = {0, 0};
	cpu_set_t first;
	char word;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (!cgroups_join(cgroup) || sched_setaffinity(0, sizeof(first), &first) ||
	    setpriority(PRIO_PROCESS, 0, actor->nice) || chdir(actor->directory) ||
	    setrlimit(RLIMIT_CORE, &none))
		_exit(97);
	name_self("w%d", getpid());
	if (read(gate, &word, 1) != 1)
		_exit(96);
	if (actor->priority &&
	    sched_setscheduler(0, SCHED_FIFO | (actor->reset ? SCHED_RESET_ON_FORK : 0), &param))
		_exit(95);
	if (actor->part == RENAMER)
		act_renamer();
	else if (actor->part == CHANGER)
		act_changer();
	else
		act_starter();
	_exit(0);
}

static void play(void)
{
	int gate[2];

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	for (unsigned int i = 0; i < ACTORS; i++) {
		actors[i].pid = fork();
		assert_true(actors[i].pid >= 0);
		if (!actors[i].pid)
			act(&actors[i], gate[0]);
	}
	assert_int_equal(write(gate[1], "0123456789", ACTORS), ACTORS);
	for (unsigned int i = 0; i < ACTORS; i++) {
		int status;

		assert_int_equal(waitpid(actors[i].pid, &status, 0), actors[i].pid);
		assert_int_equal(status, 0);
	}
	close(gate[0]);
	close(gate[1]);
}

static const struct actor *actor_of(pid_t pid)
{
	for (unsigned int i = 0; i < ACTORS; i++)
		if (actors[i].pid == pid)
			return &actors[i];
	return NULL;
}

/* Returns whether a number in the record has the expected value. */
static bool number_is(const json_t *record, const char *key, int64_t number)
{
	const json_t *value = json_object_get(record, key);

	return json_is_integer(value) && json_integer_value(value) == number;
}

static bool text_is(const json_t *record, const char *key, const char *format, ...)
{
	const char *value = json_string_value(json_object_get(record, key));
	va_list arguments;
	char text[64];

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return value && !strcmp(value, text);
}

static bool ids_are(const json_t *record, const char *prefix, char kind, unsigned int real,
		    unsigned int effective)
{
	static const char which[] = "resf";

	for (unsigned int i = 0; i < 4; i++) {
		unsigned int id = which[i] == 'e' || which[i] == 'f' ? effective : real;
		char key[16];

		snprintf(key, sizeof(key), "%s%s%cid", prefix,
			 which[i] == 'f' ? "fs" : (char[]){which[i], 0}, kind);
		if (!number_is(record, key, id))
			return false;
	}
	return true;
}

static bool words_are(const json_t *record, const char *const *argv)
{
	size_t count = 0;

	for (; argv[count]; count++) {
		size_t size;
		char *item = count < record_items(record, "argv")
				     ? record_item(record, "argv", count, &size)
				     : strdup("");
		bool same = !strcmp(item, argv[count]);

		free(item);
		if (!same)
			return false;
	}
	return record_items(record, "argv") == count;
}

/* The program that it runs at its end. */
static bool program_is(const json_t *record, pid_t pid, bool executed)
{
	struct words words = {0};

	if (!executed)
		return words_are(record, (const char *[]){own_name, NULL});
	words_of(&words, pid);
	return text_is(record, "filename", "/bin/sh") && words_are(record, words.argv) &&
	       number_is(record, "argc", 4);
}

static bool started_is_right(const json_t *record, pid_t pid)
{
	bool executed = end_of(pid) == BY_PROGRAM;
	bool after = record_is(record, "exec") || record_is(record, "exit");
	bool has_uid = after || record_is(record, "uid") || record_is(record, "coredump");
	bool has_gid = has_uid || record_is(record, "gid");

	if (!number_is(record, "uid", has_uid ? uid_of(pid) : 0) ||
	    !number_is(record, "gid", has_gid ? gid_of(pid) : 0))
		return false;
	if (!(after && executed ? text_is(record, "comm", "sh")
				: text_is(record, "comm", "%d.s", pid)))
		return false;
	if (record_is(record, "comm"))
		return text_is(record, "old_comm", "w%d", (int)record_number(record, "ppid"));
	if (record_is(record, "sid"))
		return number_is(record, "sid", pid) && number_is(record, "old_sid", getsid(0));
	if (record_is(record, "uid"))
		return ids_are(record, "", 'u', uid_of(pid), uid_of(pid)) &&
		       ids_are(record, "old_", 'u', 0, 0);
	if (record_is(record, "gid"))
		return ids_are(record, "", 'g', gid_of(pid), gid_of(pid)) &&
		       ids_are(record, "old_", 'g', 0, 0);
	if (record_is(record, "coredump"))
		return end_of(pid) == BY_CORE &&
		       text_is(record, "signal", "SIG%s", sigabbrev_np(signal_of(pid)));
	if (record_is(record, "exec"))
		return executed && program_is(record, pid, true);
	return record_is(record, "exit") && exited_as_expected(pid, record_status(record)) &&
	       program_is(record, pid, executed);
}

/* Checks the old name, which was set before this one. */
static bool names_follow(const json_t *record, pid_t pid)
{
	const char *dot = strchr(record_text(record, "comm"), '.');
	unsigned int at = dot ? atoi(dot + 1) : 0;

	if (!text_is(record, "comm", "%d.%u", pid, at))
		return text_is(record, "comm", "w%d", pid);
	return at ? text_is(record, "old_comm", "%d.%u", pid, at - 1)
		  : text_is(record, "old_comm", "w%d", pid);
}

static bool changes_follow(const json_t *record, pid_t pid)
{
	bool uid = record_is(record, "uid");
	const char *now = uid ? "euid" : "egid", *old = uid ? "old_euid" : "old_egid";
	unsigned int after = json_integer_value(json_object_get(record, now));
	unsigned int before = json_integer_value(json_object_get(record, old));
	bool known = after / 16 == (unsigned int)pid || (uid && !after);
	bool followed = uid ? !after != !before && (!before || before / 16 == (unsigned int)pid)
			    : after % 16 == (before + 1) % 16 || (!before && after % 16 == 0);

	return known && followed && ids_are(record, "", uid ? 'u' : 'g', 0, after) &&
	       ids_are(record, "old_", uid ? 'u' : 'g', 0, before) &&
	       text_is(record, "comm", "w%d", pid);
}

static bool actor_matches(const json_t *record, const struct actor *actor)
{
	if (!number_is(record, "ppid", getpid()) || !number_is(record, "uid", 0) ||
	    !number_is(record, "gid", 0))
		return false;
	if (record_is(record, "comm") && actor->part == RENAMER)
		return names_follow(record, actor->pid);
	if (record_is(record, "exit"))
		return !record_status(record) && program_is(record, actor->pid, false) &&
		       (actor->part != RENAMER
				? text_is(record, "comm", "w%d", actor->pid)
				: text_is(record, "comm", "%d.%u", actor->pid, RENAMES - 1));
	if (record_is(record, "uid") || record_is(record, "gid"))
		return actor->part == CHANGER && changes_follow(record, actor->pid);
	if (!text_is(record, "comm", "w%d", actor->pid))
		return false;
	return record_is(record, "comm") ||
	       (record_is(record, "fork") && actor->part == STARTER &&
		record_number(record, "child_pid") == record_number(record, "child_tid"));
}

/* Checks the sections, if they were requested. */
static bool place_matches(const json_t *record, const struct actor *actor, pid_t pid)
{
	const json_t *above = json_array_get(json_object_get(record, "ancestors"), 0);

	return number_is(record, "ns_pid", pid) && text_is(record, "cwd", "%s", actor->directory) &&
	       json_integer_value(above) == record_number(record, "ppid");
}

static bool is_right(const json_t *record, bool sections)
{
	pid_t pid = record_number(record, "pid");
	const struct actor *actor = actor_of(pid), *starter;

	if (!number_is(record, "tid", pid) || !number_is(record, "cpu", 0))
		return false;
	if (actor)
		return actor_matches(record, actor) &&
		       (!sections || place_matches(record, actor, pid));
	starter = actor_of(record_number(record, "ppid"));
	return starter && starter->part == STARTER && started_is_right(record, pid) &&
	       (!sections || place_matches(record, starter, pid));
}

static void check_records(const json_t *records, bool sections)
{
	static const char *const types[] = {"fork", "exec", "exit", "comm",
					    "uid",  "gid",  "sid",  "coredump"};
	size_t events = 0, wrong = 0;
	const json_t *record, *first = NULL;

	records_each(records, record)
	{
		if (record_is(record, "start") || record_is(record, "stop") ||
		    record_is(record, "lost"))
			continue;
		events++;
		if (is_right(record, sections))
			continue;
		wrong++;
		if (!first)
			first = record;
	}
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		assert_true(records_count(records, types[i], 0) > 0);
	if (wrong)
		fail_msg("%zu of %zu records are of more than one event; the first: %s", wrong,
			 events, json_dumps(first, JSON_ENSURE_ASCII));
}

static void a_record_describes_one_event(void **state)
{
	struct tool tool;
	char path[80];
	json_t *records;

	(void)state;
	snprintf(path, sizeof(path), "/%s", cgroup);
	watch_start(&tool, WORDS("-e", "all,-ptrace", "--cgroup", path, "--ring", "64M"));
	play();
	records = watch_finish(&tool);
	check_records(records, false);
	json_decref(records);
	tool_clear(&tool);
}

static void records_with_sections_are_of_one_event(void **state)
{
	struct tool tool;
	char path[80];
	json_t *records;

	(void)state;
	snprintf(path, sizeof(path), "/%s", cgroup);
	watch_start(&tool, WORDS("-e", "all,-ptrace", "--cgroup", path, "--ring", "64M", "--with",
				 "exe,cwd,cgroup,ns,ancestors", "--accounting"));
	play();
	records = watch_finish(&tool);
	check_records(records, true);
	json_decref(records);
	tool_clear(&tool);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(cgroup, sizeof(cgroup), "procsieve-mixture-%d", getpid());
	return !(cgroups_mount() && cgroups_create(cgroup));
}

static int tear_down(void **state)
{
	(void)state;
	cgroups_remove(cgroup);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_describes_one_event),
		cmocka_unit_test(records_with_sections_are_of_one_event),
	};

	(void)argc;
	own_name = argv[0];
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
