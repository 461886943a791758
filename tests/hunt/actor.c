// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Processes that change their credentials and namespaces, one system call at a time, and cause
 * events in between; see hunt.h.
 */
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hunt.h"

#define LIFE 40 /* changes */

/* The actor that this process is, or the actor that forked it. */
static struct {
	unsigned int slot, user, changes;
	enum { INITIAL_NAMESPACES, VIEWERS_NAMESPACES, OTHER_NAMESPACES } namespaces;
	uint8_t seen;
	char letter;
} self;

static unsigned int requester(bool child)
{
	return 1 + 2 * self.slot + child;
}

static uid_t any_id(void)
{
	return hunt_random(3) ? hunt->users[self.user] : 0;
}

static void settle(uint64_t changing_ns)
{
	self.seen = hunt_settle(requester(false), changing_ns, false);
}

/* Executes a program of the hunt that continues as this actor: with all IDs, or set-user-ID. */
static void execute(unsigned int changes, bool child)
{
	static const char *const programs[] = {"plain", "plain", "root", "rootgroup", "other"};
	char path[128], secret[32], variable[40], numbers[7][24];
	char *words[10] = {path, secret}, *variables[] = {variable, NULL};
	const uint64_t values[] = {self.slot,	   self.user,  changes,
				   child,	   hunt_now(), hunt_random(1u << 30),
				   self.namespaces};

	snprintf(path, sizeof(path), "%s/%s", hunt->directory, programs[hunt_random(5)]);
	snprintf(secret, sizeof(secret), SECRET "%c-password", self.letter);
	snprintf(variable, sizeof(variable), "HUNT=" SECRET "%c-variable", self.letter);
	for (unsigned int i = 0; i < 7; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%llu", (unsigned long long)values[i]);
		words[2 + i] = numbers[i];
	}
	execve(path, words, variables);
}

static void child_ends(void)
{
	_exit((int)hunt_random(3));
}

static void child_dumps(void)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	signal(SIGABRT, SIG_DFL);
	abort();
}

static void child_is_traced(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	_exit(1);
}

static void child_leads(void)
{
	setsid();
	_exit(1);
}

static void child_executes(void)
{
	execute(0, true);
	_exit(1);
}

/*
 * Returns whether the process belongs to the user beyond doubt. /proc shows more: in a user
 * namespace of the user's own, also processes with other IDs or undumpable ones. A server need not
 * report those.
 */
static bool is_plainly_own(void)
{
	const uid_t user = self.namespaces == VIEWERS_NAMESPACES ? 0 : hunt->users[self.user];
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};
	uid_t uids[3];
	gid_t gids[3];

	if (self.namespaces == OTHER_NAMESPACES || prctl(PR_GET_DUMPABLE) != 1 ||
	    getresuid(&uids[0], &uids[1], &uids[2]) || getresgid(&gids[0], &gids[1], &gids[2]))
		return false;
	for (unsigned int i = 0; i < 3; i++)
		if (uids[i] != user || gids[i] != user)
			return false;
	syscall(SYS_capget, &head, data);
	return self.namespaces == VIEWERS_NAMESPACES || !(data[0].permitted | data[1].permitted);
}

/* One at a time: it uses the actor's second requester number. */
static void have_child(void)
{
	static void (*const lives[])(void) = {child_ends, child_dumps, child_is_traced, child_leads,
					      child_executes};
	unsigned int which = hunt_random(5);
	uint64_t now = hunt_now();
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hunt_settle(requester(true), now,
			    lives[which] != child_executes && is_plainly_own());
		lives[which]();
	}
	while (pid > 0 && waitpid(pid, NULL, __WALL) < 0)
		;
}

/* If no viewer sees it, its name is a secret. */
static void act(void)
{
	char name[16];

	snprintf(name, sizeof(name), SECRET "%c", self.seen ? self.letter : 'R');
	prctl(PR_SET_NAME, name);
	for (unsigned int i = hunt_random(3); i; i--)
		have_child();
	snprintf(name, sizeof(name), SECRET "%c", self.letter);
	prctl(PR_SET_NAME, name);
}

static void change_users(void)
{
	const uid_t real = any_id(), effective = any_id(), saved = any_id();

	syscall(SYS_setresuid, real, effective, saved);
}

static void change_groups(void)
{
	const gid_t real = any_id(), effective = any_id(), saved = any_id();

	syscall(SYS_setresgid, real, effective, saved);
}

/* Takes all IDs of the user, which random changes rarely achieve. */
static void become_user(void)
{
	const uid_t user = hunt->users[self.user];

	if (!syscall(SYS_setresgid, user, user, user))
		syscall(SYS_setresuid, user, user, hunt_random(2) ? user : 0);
}

static void change_dumpable(void)
{
	prctl(PR_SET_DUMPABLE, hunt_random(3) != 0);
}

static void keep_capabilities(void)
{
	prctl(PR_SET_KEEPCAPS, 1);
}

static void change_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return;
	if (hunt_random(2)) {
		memset(data, 0, sizeof(data));
	} else {
		data[0].permitted &= 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_NET_RAW;
		data[1].permitted = 0;
		for (unsigned int i = 0; i < 2; i++)
			data[i].effective = data[i].permitted;
	}
	syscall(SYS_capset, &head, data);
}

static void enter_user_namespace(void)
{
	if (!unshare(CLONE_NEWUSER))
		self.namespaces = OTHER_NAMESPACES;
}

static void enter_pid_namespace(void)
{
	unshare(CLONE_NEWPID);
}

/* Enters the namespaces of a viewer of the same user; only its children enter the PID namespace. */
static void join_viewer(void)
{
	const struct viewer *viewer = &viewers[2 + hunt_random(2)];

	if (self.user || self.namespaces == OTHER_NAMESPACES || geteuid())
		return;
	self.namespaces = OTHER_NAMESPACES;
	if (viewer_enter_user_ns(viewer))
		self.namespaces = VIEWERS_NAMESPACES;
}

static void *run_thread_actor(void *argument)
{
	(void)argument;
	if (hunt_random(2))
		become_user();
	have_child();
	return NULL;
}

/*
 * A thread has IDs of its own, but any thread's credentials give access to the memory of the
 * process.
 */
static void have_thread(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, run_thread_actor, NULL))
		pthread_join(thread, NULL);
}

static void execute_next(void)
{
	execute(self.changes, false);
}

static _Noreturn void live(void)
{
	static void (*const all[])(void) = {
		change_users,	      change_groups, become_user,	change_dumpable,
		change_dumpable,      have_thread,   keep_capabilities, change_capabilities,
		enter_user_namespace, execute_next,  execute_next,	execute_next,
		enter_pid_namespace,  join_viewer,
	};

	while (self.changes && !__atomic_load_n(&hunt->ended, __ATOMIC_ACQUIRE)) {
		uint64_t now = hunt_now();

		self.changes--;
		all[hunt_random(sizeof(all) / sizeof(all[0]))]();
		settle(now);
		act();
	}
	_exit(0);
}

int actor_go_on(char **words)
{
	const bool child = strtoul(words[5], NULL, 10);

	self.slot = strtoul(words[2], NULL, 10);
	self.user = strtoul(words[3], NULL, 10);
	self.letter = (char)('A' + self.user);
	self.changes = strtoul(words[4], NULL, 10);
	hunt_random_seed(strtoull(words[7], NULL, 10));
	self.namespaces = strtoul(words[8], NULL, 10);
	self.seen = hunt_settle(requester(child), strtoull(words[6], NULL, 10), false);
	if (child)
		return 0;
	act();
	live();
}

static _Noreturn void begin(uint64_t born_ns)
{
	char path[128];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	self.user = hunt_random(USERS);
	self.letter = (char)('A' + self.user);
	self.changes = LIFE;
	snprintf(path, sizeof(path), "%s/" SECRET "%c", hunt->directory, self.letter);
	if (setgroups(0, NULL) || chdir(path))
		_exit(1);
	settle(born_ns);
	live();
}

_Noreturn void actors_run(unsigned int slot)
{
	self.slot = slot;
	for (uint64_t turn = 0; !__atomic_load_n(&hunt->ended, __ATOMIC_ACQUIRE); turn++) {
		uint64_t now = hunt_now();
		pid_t pid = fork();

		if (!pid) {
			hunt_random_seed(hunt->seed + turn * ACTORS + slot);
			begin(now);
		}
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}
