// SPDX-License-Identifier: GPL-2.0-or-later
/* Users and what they may see; see hidepid_view.h. */
#include "oracle/hidepid_view.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Values of an answer; 0 is not used after the start. */
#define PENDING 1
#define HIDDEN	2
#define SEEN	3

static pid_t namespace_child; /* the child in the PID namespace */

static void write_map(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		_exit(99);
	close(fd);
}

static void forward_signal(int signal)
{
	kill(namespace_child, signal);
}

/*
 * unshare(CLONE_NEWPID) takes effect for children only. This process forks a child that continues,
 * forwards signals to it, waits for it, and exits with its status.
 */
static void continue_in_child(void)
{
	int status;

	namespace_child = fork();
	if (!namespace_child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		return;
	}
	signal(SIGINT, forward_signal);
	signal(SIGTERM, forward_signal);
	while (waitpid(namespace_child, &status, 0) < 0)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
}

void viewer_enter(const struct viewer_identity *identity)
{
	char text[64];

	if (setgroups(0, NULL) || setresgid(identity->gid, identity->gid, identity->gid) ||
	    setresuid(identity->uid, identity->uid, identity->uid))
		_exit(99);
	/* Otherwise root owns the files in /proc/self. */
	prctl(PR_SET_DUMPABLE, 1);
	if (!identity->namespaces)
		return;
	if (unshare(identity->namespaces))
		_exit(99);
	if (identity->namespaces & CLONE_NEWUSER) {
		write_map("/proc/self/setgroups", "deny");
		snprintf(text, sizeof(text), "0 %u 1", identity->uid);
		write_map("/proc/self/uid_map", text);
		snprintf(text, sizeof(text), "0 %u 1", identity->gid);
		write_map("/proc/self/gid_map", text);
	}
	if (identity->namespaces & CLONE_NEWPID)
		continue_in_child();
}

static int open_namespace(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

bool viewer_enter_user_ns(const struct viewer *viewer)
{
	int user = open_namespace(viewer->pid, "user");
	int pid = open_namespace(viewer->pid, "pid_for_children");
	bool entered = user >= 0 && pid >= 0 && !setns(user, CLONE_NEWUSER) &&
		       !setresgid(0, 0, 0) && !setresuid(0, 0, 0);

	if (entered && viewer->identity.namespaces & CLONE_NEWPID)
		entered = !setns(pid, CLONE_NEWPID);
	prctl(PR_SET_DUMPABLE, 1);
	close(user);
	close(pid);
	return entered;
}

void viewer_join(const void *joined)
{
	const struct viewer *viewer = joined;

	if (!viewer->identity.namespaces) {
		viewer_enter(&viewer->identity);
		return;
	}
	if (setgroups(0, NULL) || !viewer_enter_user_ns(viewer)) {
		perror("cannot join a viewer");
		_exit(99);
	}
	if (viewer->identity.namespaces & CLONE_NEWPID)
		continue_in_child();
}

/* Returns a detached mount of /proc for the caller's PID namespace. */
static int mount_proc(void)
{
	int context = fsopen("proc", FSOPEN_CLOEXEC), fd = -1;

	if (context < 0)
		return -1;
	if (!fsconfig(context, FSCONFIG_SET_STRING, "hidepid", "2", 0) &&
	    !fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return fd;
}

static bool sees(int proc, pid_t pid)
{
	struct stat status;
	char name[16];

	snprintf(name, sizeof(name), "%d", pid);
	/* pid is 0 if the process has no ID in this namespace. */
	return pid && !fstatat(proc, name, &status, 0);
}

static void wake(uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/*
 * The kernel reports the asking process in SCM_CREDENTIALS, with the ID that it has in this
 * namespace.
 */
static void serve(int requests, int proc, uint32_t *answers)
{
	char space[CMSG_SPACE(sizeof(struct ucred))];
	uint32_t requester;
	struct iovec part = {&requester, sizeof(requester)};

	for (;;) {
		struct msghdr message = {.msg_iov = &part,
					 .msg_iovlen = 1,
					 .msg_control = space,
					 .msg_controllen = sizeof(space)};
		const struct cmsghdr *head;
		struct ucred sender = {0};

		if (recvmsg(requests, &message, 0) != sizeof(requester))
			_exit(0);
		head = CMSG_FIRSTHDR(&message);
		if (head)
			memcpy(&sender, CMSG_DATA(head), sizeof(sender));
		__atomic_store_n(&answers[requester], sees(proc, sender.pid) ? SEEN : HIDDEN,
				 __ATOMIC_RELEASE);
		wake(&answers[requester]);
	}
}

static _Noreturn void run_viewer(const struct viewer_identity *identity, int requests,
				 uint32_t *answers)
{
	struct viewer_identity there = *identity;
	int proc;

	/*
	 * Without a PID namespace of its own the user cannot mount /proc. A mount made by root is
	 * equivalent.
	 */
	proc = mount_proc();
	if (identity->namespaces & CLONE_NEWPID)
		there.namespaces |= CLONE_NEWNS;
	viewer_enter(&there);
	/* Not earlier: a change of IDs clears this setting. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (identity->namespaces & CLONE_NEWPID)
		proc = mount_proc();
	if (proc < 0) {
		perror("mount");
		_exit(98);
	}
	__atomic_store_n(answers, SEEN, __ATOMIC_RELEASE);
	serve(requests, proc, answers);
	_exit(0);
}

void viewer_map(struct viewer *viewer)
{
	viewer->answers = mmap(NULL, VIEWER_REQUESTERS * sizeof(*viewer->answers),
			       PROT_READ | PROT_WRITE, MAP_SHARED, viewer->shared, 0);
	if (viewer->answers == MAP_FAILED)
		abort();
}

bool viewer_start(struct viewer *viewer, const struct viewer_identity *identity)
{
	int ends[2], on = 1, status;
	pid_t pid;

	viewer->shared = memfd_create("answers", 0);
	if (ftruncate(viewer->shared, VIEWER_REQUESTERS * sizeof(*viewer->answers)))
		abort();
	viewer_map(viewer);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) ||
	    setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		abort();
	viewer->identity = *identity;
	viewer->requests = ends[0];
	pid = fork();
	if (!pid) {
		close(ends[0]);
		run_viewer(identity, ends[1], viewer->answers);
	}
	viewer->pid = pid;
	close(ends[1]);
	while (!__atomic_load_n(viewer->answers, __ATOMIC_ACQUIRE)) {
		if (waitpid(viewer->pid, &status, WNOHANG))
			return false;
		usleep(1000);
	}
	return true;
}

bool viewer_sees_me(const struct viewer *viewer, unsigned int requester)
{
	uint32_t number = requester, *answer = &viewer->answers[requester], now;

	__atomic_store_n(answer, PENDING, __ATOMIC_RELAXED);
	if (send(viewer->requests, &number, sizeof(number), MSG_NOSIGNAL) < 0)
		return true;
	while ((now = __atomic_load_n(answer, __ATOMIC_ACQUIRE)) == PENDING)
		syscall(SYS_futex, answer, FUTEX_WAIT, PENDING, NULL, NULL, 0);
	return now == SEEN;
}

void viewer_end(struct viewer *viewer)
{
	close(viewer->requests);
	close(viewer->shared);
	kill(viewer->pid, SIGKILL);
	waitpid(viewer->pid, NULL, 0);
	munmap(viewer->answers, VIEWER_REQUESTERS * sizeof(*viewer->answers));
}
