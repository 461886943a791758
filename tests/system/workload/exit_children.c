// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Child processes that end in every possible way; see exit_children.h. One table combines how a
 * child is made (run_..., here) and what it does (act_..., in exit_modes.c).
 */
#include "workload/exit_children.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "workload/exit_modes.h"

static _Noreturn void be_child(const struct exit_mode *mode, int variant)
{
	act_prepare();
	mode->act(variant);
	_exit(CODE_BROKEN);
}

static int reap(pid_t pid, struct exited_child *exited)
{
	exited->pid = pid;
	while (waitpid(pid, &exited->status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return 1;
}

/* Runs the child in this directory, or in the test's own (NULL). */
static int run_forked_in(const char *directory, const struct exit_mode *mode, int variant,
			 struct exited_child *exited)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* if the test is killed */
		if (directory && chdir(directory))
			_exit(CODE_BROKEN);
		be_child(mode, variant);
	}
	return reap(pid, exited);
}

static int run_forked(const struct exit_mode *mode, int variant, struct exited_child *exited)
{
	return run_forked_in(NULL, mode, variant, exited);
}

/* Removes a directory with the core files in it, whatever core_pattern names them. */
static int remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;

	if (!directory)
		return -errno;
	while ((entry = readdir(directory)))
		unlinkat(dirfd(directory), entry->d_name, 0); /* fails for "." and ".." */
	closedir(directory);
	return rmdir(path) ? -errno : 0;
}

/* For children that dump core: in a directory of their own, which is removed afterwards. */
static int run_dumping(const struct exit_mode *mode, int variant, struct exited_child *exited)
{
	char directory[] = "/tmp/procsieve-core.XXXXXX";
	int result, err;

	if (!mkdtemp(directory))
		return -errno;
	result = run_forked_in(directory, mode, variant, exited);
	err = remove_directory(directory);
	return err ? err : result;
}

static int run_vforked(const struct exit_mode *mode, int variant, struct exited_child *exited)
{
	pid_t pid = vfork();

	if (pid < 0)
		return -errno;
	if (!pid)
		be_child(mode, variant);
	return reap(pid, exited);
}

/*
 * A child without an exit signal does not notify its parent, and only a wait with __WALL or
 * __WCLONE finds it.
 */
static int run_cloned(const struct exit_mode *mode, int variant, struct exited_child *exited)
{
	pid_t pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);

	if (pid < 0)
		return -errno;
	if (!pid)
		be_child(mode, variant);
	return reap(pid, exited);
}

/* The orphan's parent: stores its child's PID in shared memory and exits. */
static _Noreturn void be_middle(const struct exit_mode *mode, int variant, pid_t *orphan)
{
	pid_t middle = getpid();
	pid_t pid = fork();

	if (!pid) {
		while (getppid() == middle)
			sched_yield();
		be_child(mode, variant);
	}
	*orphan = pid;
	_exit(0);
}

static int run_middle(const struct exit_mode *mode, int variant, struct exited_child *exited,
		      pid_t *orphan)
{
	pid_t pid = fork();
	int err;

	if (pid < 0)
		return -errno;
	if (!pid)
		be_middle(mode, variant, orphan);
	err = reap(pid, &exited[1]);
	if (err < 0)
		return err;
	if (*orphan <= 0)
		return -EAGAIN;
	err = reap(*orphan, &exited[0]);
	return err < 0 ? err : 2;
}

/* The child's parent ends first, so that the child is reparented to the test. */
static int run_orphan(const struct exit_mode *mode, int variant, struct exited_child *exited)
{
	pid_t *orphan;
	int result, before;

	orphan = mmap(NULL, sizeof(*orphan), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (orphan == MAP_FAILED)
		return -errno;
	if (prctl(PR_GET_CHILD_SUBREAPER, &before) || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		result = -errno;
	} else {
		result = run_middle(mode, variant, exited, orphan);
		prctl(PR_SET_CHILD_SUBREAPER, before);
	}
	munmap(orphan, sizeof(*orphan));
	return result;
}

const struct exit_mode exit_modes[] = {
	{"code", EXIT_CODES, run_forked, act_code, code_status, NULL},
	{"signal", FATAL_SIGNALS, run_forked, act_signal, signal_status, NULL},
	{"core", CORE_SIGNALS, run_dumping, act_core, core_status, NULL},
	{"exit_group_from_thread", 32, run_forked, act_exit_group, code_status, NULL},
	{"leader_first", 16 * LEADER_FIRST_ENDS, run_forked, act_leader_first, leader_first_status,
	 leader_first_old_status},
	{"two_threads_at_once", 64, run_forked, act_race, code_status, race_status},
	{"exec_from_thread", THREAD_EXECS, run_forked, act_thread_exec, thread_exec_status, NULL},
	{"killed_with_threads", GROUP_KILL_SIGNALS, run_forked, act_group_kill, group_kill_status,
	 NULL},
	{"vfork", SIMPLE_ENDS, run_vforked, act_simple, simple_status, NULL},
	{"clone_without_signal", SIMPLE_ENDS, run_cloned, act_simple, simple_status, NULL},
	{"orphan", SIMPLE_ENDS, run_orphan, act_simple, simple_status, NULL},
	{"exec_failure", EXEC_FAILURES, run_forked, act_exec_failure, exec_failure_status, NULL},
};

const size_t exit_mode_count = sizeof(exit_modes) / sizeof(exit_modes[0]);

int exit_mode_run(const struct exit_mode *mode, int variant,
		  struct exited_child exited[EXIT_MODE_CHILDREN_MAX])
{
	return mode->run(mode, variant, exited);
}

bool exit_mode_fits(const struct exit_mode *mode, int variant, int status)
{
	return status == mode->status(variant) ||
	       (mode->other_status && status == mode->other_status(variant));
}

static struct exit_run next_run(struct exit_run turn)
{
	if (++turn.variant < turn.mode->variants)
		return turn;
	turn.variant = 0;
	if (++turn.mode == exit_modes + exit_mode_count)
		turn.mode = exit_modes;
	return turn;
}

void exit_runs_shuffle(struct exit_run *turns, size_t count, unsigned int seed)
{
	struct exit_run turn = {exit_modes, 0};

	for (size_t i = 0; i < count; i++) {
		turns[i] = turn;
		turn = next_run(turn);
	}
	for (size_t i = count; i > 1; i--) {
		size_t other = rand_r(&seed) % i;

		turn = turns[i - 1];
		turns[i - 1] = turns[other];
		turns[other] = turn;
	}
}
