// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Actions that cause events; see event_actions.h. They use raw system calls, because the C
 * library's functions change the IDs of all threads.
 */
#include "workload/event_actions.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/setuid_program.h"
#include "harness/run_tool.h"

static char setuid_program[PATH_MAX];

bool actions_prepare(bool set_uid)
{
	return setuid_program_create(setuid_program, 12345, 54321, set_uid ? 06755 : 0755);
}

void actions_clear(void)
{
	unlink(setuid_program);
}

static void execute(const char *program)
{
	execl(program, program, (char *)NULL);
	_exit(99);
}

static void fork_and_exit(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(3);
	waitpid(pid, NULL, 0);
}

static void vfork_and_exec(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/false", "false", (char *)NULL);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
}

static void exec_that_fails(void)
{
	execl("/nonexistent/program", "x", (char *)NULL);
}

static void rename_self(void)
{
	prctl(PR_SET_NAME, "first");
	prctl(PR_SET_NAME, "");
	prctl(PR_SET_NAME, "longer than there is room for");
}

static void rename_by_file(void)
{
	int fd = open("/proc/self/comm", O_WRONLY);

	if (write(fd, "by a file", 9) != 9)
		_exit(99);
	close(fd);
}

/* Runs it in a thread that is not the leader and that exits before the process. */
static void in_thread(void *(*body)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, NULL))
		_exit(99);
	pthread_join(thread, NULL);
}

static void *thread_of_many_names(void *unused)
{
	prctl(PR_SET_NAME, "a thread");
	return unused;
}

static void rename_thread(void)
{
	in_thread(thread_of_many_names);
}

static void change_uids(void)
{
	syscall(SYS_setfsuid, 5);
	syscall(SYS_setreuid, -1, 4);
	syscall(SYS_setreuid, -1, 0);
	syscall(SYS_setresuid, 1, 2, 3);
	syscall(SYS_setresuid, 2, 3, 1);
	/* Not permitted any more; changes nothing. */
	syscall(SYS_setuid, 7);
	syscall(SYS_setuid, 3);
	syscall(SYS_setresuid, -1, -1, -1);
}

static void change_gids(void)
{
	syscall(SYS_setfsgid, 5);
	syscall(SYS_setregid, 7, -1);
	syscall(SYS_setgid, 7);
	syscall(SYS_setgid, 7);
	syscall(SYS_setresgid, 1, 2, 3);
	syscall(SYS_setresuid, 5, 5, 5);
	syscall(SYS_setresgid, 9, 9, 9);
	syscall(SYS_setregid, 3, 1);
}

static void *thread_of_ids(void *unused)
{
	syscall(SYS_setresgid, 20, 21, 22);
	syscall(SYS_setresuid, 30, 31, 32);
	return unused;
}

static void change_ids_of_thread(void)
{
	in_thread(thread_of_ids);
}

static void drop_all(void)
{
	syscall(SYS_setgid, 100);
	syscall(SYS_setuid, 100);
	syscall(SYS_setuid, 0);
}

/* New credentials with the same IDs. */
static void change_other_credentials(void)
{
	syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	syscall(SYS_setgroups, 0, NULL);
	prctl(PR_SET_KEEPCAPS, 1);
	prctl(PR_CAPBSET_DROP, CAP_KILL);
	unshare(CLONE_NEWUSER);
}

static void run_set_uid_program(void)
{
	execute(setuid_program);
}

static void run_set_uid_program_as_other(void)
{
	syscall(SYS_setresgid, 54321, 54321, 54321);
	syscall(SYS_setresuid, 77, 77, 77);
	execute(setuid_program);
}

static void *thread_of_set_uid_program(void *unused)
{
	execute(setuid_program);
	return unused;
}

static void run_set_uid_program_in_thread(void)
{
	in_thread(thread_of_set_uid_program);
}

static void begin_session(void)
{
	syscall(SYS_setsid);
	/* Fails, because a session leader cannot start another session. */
	syscall(SYS_setsid);
}

static void *thread_of_session(void *unused)
{
	syscall(SYS_setsid);
	return unused;
}

static void begin_session_in_thread(void)
{
	in_thread(thread_of_session);
}

static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (;;)
		pause();
}

static void trace_and_detach(void)
{
	pid_t pid = start_sleeper();

	ptrace(PTRACE_ATTACH, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	/* Fails, because the process is no longer traced by this one. */
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ptrace(PTRACE_ATTACH, pid, NULL, NULL);
}

static void trace_three(void)
{
	pid_t pids[3];

	for (int i = 0; i < 3; i++) {
		pids[i] = start_sleeper();
		ptrace(PTRACE_ATTACH, pids[i], NULL, NULL);
		waitpid(pids[i], NULL, __WALL);
	}
	for (int i = 0; i < 3; i++) {
		ptrace(PTRACE_DETACH, pids[(i + 1) % 3], NULL, NULL);
		kill(pids[(i + 1) % 3], SIGKILL);
		waitpid(pids[(i + 1) % 3], NULL, 0);
	}
}

/* The proc connector does not report PTRACE_TRACEME. */
static void request_trace(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_NAME, "traceme");
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void die_of(int number)
{
	const struct rlimit none = {1, 1};

	setrlimit(RLIMIT_CORE, &none);
	signal(number, SIG_DFL);
	kill(getpid(), number);
}

static void dump_core_by_abort(void)
{
	die_of(SIGABRT);
}

static void dump_core_by_quit(void)
{
	die_of(SIGQUIT);
}

static void dump_core_by_fault(void)
{
	const struct rlimit none = {1, 1};

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGSEGV, SIG_DFL);
	*(volatile char *)mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
}

static void *thread_of_fault(void *unused)
{
	dump_core_by_fault();
	return unused;
}

static void dump_core_in_thread(void)
{
	in_thread(thread_of_fault);
}

static void on_signal(int number)
{
	(void)number;
}

static void signals_that_dump_nothing(void)
{
	signal(SIGQUIT, SIG_IGN);
	kill(getpid(), SIGQUIT);
	signal(SIGABRT, on_signal);
	kill(getpid(), SIGABRT);
	die_of(SIGTERM);
}

const struct action actions[] = {
	{"fork", fork_and_exit},
	{"vfork and exec", vfork_and_exec},
	{"exec that fails", exec_that_fails},
	{"rename", rename_self},
	{"rename by /proc", rename_by_file},
	{"rename a thread", rename_thread},
	{"uids", change_uids},
	{"gids", change_gids},
	{"ids of a thread", change_ids_of_thread},
	{"drop all", drop_all},
	{"other credentials", change_other_credentials},
	{"set-uid program", run_set_uid_program},
	{"set-uid program, by another user", run_set_uid_program_as_other},
	{"set-uid program, by a thread", run_set_uid_program_in_thread},
	{"session", begin_session},
	{"session, by a thread", begin_session_in_thread},
	{"trace", trace_and_detach},
	{"trace three", trace_three},
	{"ask to be traced", request_trace},
	{"abort", dump_core_by_abort},
	{"quit", dump_core_by_quit},
	{"fault", dump_core_by_fault},
	{"fault of a thread", dump_core_in_thread},
	{"signals without a dump", signals_that_dump_nothing},
};

const size_t action_count = sizeof(actions) / sizeof(actions[0]);

static _Noreturn void run_actions(int gate, unsigned int count)
{
	char word;

	if (read(gate, &word, 1) != 1)
		_exit(99);
	srandom(1);
	for (unsigned int i = 0; i < count; i++) {
		/* All actions once, then random ones. */
		const struct action *action =
			&actions[i < action_count ? i : random() % action_count];
		pid_t pid = fork();

		if (!pid) {
			action->run();
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

void action_runner_start(struct action_runner *runner, unsigned int count)
{
	int gate[2];

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	runner->pid = fork();
	if (!runner->pid) {
		/* Closes it, so that the child ends if the test fails. */
		close(gate[1]);
		run_actions(gate[0], count);
	}
	close(gate[0]);
	runner->gate = gate[1];
	snprintf(runner->text, sizeof(runner->text), "%d", runner->pid);
}

void action_runner_run(struct action_runner *runner)
{
	assert_int_equal(write(runner->gate, "", 1), 1);
	close(runner->gate);
	waitpid(runner->pid, NULL, 0);
}
