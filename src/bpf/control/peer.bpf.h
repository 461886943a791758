/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the namespaces of the process that connected to a socket. The socket keeps the credential
 * and the process id of that moment (SO_PEERCRED), and with them the namespaces, as long as the
 * connection exists. So, unlike /proc/PID/ns, they are those of the process that connected, and the
 * addresses stay valid.
 */
#ifndef BPF_CONTROL_PEER_BPF_H
#define BPF_CONTROL_PEER_BPF_H

#include "core/owner.h"
#include "bpf/shared/peer.h"

struct peer peer;

static __always_inline const struct sock *peer_socket(const struct task_struct *task, __u32 fd)
{
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;
	const struct socket *socket;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return NULL;
	bpf_core_read(&file, sizeof(file), &files[fd]);
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

static __always_inline __u64 peer_pid_ns(const struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level) & 31;
	struct pid_namespace *ns = NULL;

	bpf_core_read(&ns, sizeof(ns), &pid->numbers[level].ns);
	return (__u64)ns;
}

static __always_inline __u32 peer_pid(const struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level) & 31, number = 0;

	bpf_core_read(&number, sizeof(number), &pid->numbers[level].nr);
	return number;
}

/* Returns the user that created the outermost of these namespaces, not counting the initial one. */
static __always_inline __u32 peer_ns_creator(struct user_namespace *ns)
{
	for (int i = 0; i < USER_NS_DEPTH && BPF_CORE_READ(ns, level) > 1; i++)
		ns = BPF_CORE_READ(ns, parent);
	return BPF_CORE_READ(ns, owner.val);
}

/*
 * Reads the root of the process's cgroup namespace: not a part of its credentials, so it is that of
 * the process as it is now. If the process has ended, there is none.
 */
static __always_inline void peer_cgroup(const struct pid *pid, struct sieve_ns_view *view)
{
	const __u32 type = bpf_core_enum_value(enum pid_type, PIDTYPE_TGID);
	struct hlist_node *link = NULL;
	struct task_struct *task;
	struct cgroup *root;

	bpf_core_read(&link, sizeof(link), &pid->tasks[type].first);
	if (!link)
		return;
	/* Not container_of(): the running kernel's offset. */
	task = (void *)(link - type) - bpf_core_field_offset(struct task_struct, pid_links);
	root = BPF_CORE_READ(task, nsproxy, cgroup_ns, root_cset, dfl_cgrp);
	view->cgroup = BPF_CORE_READ(root, kn, id);
	view->cgroup_level = BPF_CORE_READ(root, level);
}

SEC("raw_tp")
int read_peer(void *ctx)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct sock *socket = peer_socket(task, peer.fd);
	const struct cred *cred = BPF_CORE_READ(socket, sk_peer_cred);
	const struct pid *pid = BPF_CORE_READ(socket, sk_peer_pid);
	struct user_namespace *ns = BPF_CORE_READ(cred, user_ns);

	peer.found = cred && pid;
	peer.view.user_ns = (__u64)ns;
	peer.view.user_level = BPF_CORE_READ(ns, level);
	peer.view.uid = BPF_CORE_READ(cred, euid.val);
	bpf_core_read(&peer.view.capabilities, sizeof(peer.view.capabilities),
		      &cred->cap_effective);
	peer.view.pid_ns = peer_pid_ns(pid);
	peer.view.pid_level = BPF_CORE_READ(pid, level);
	peer_cgroup(pid, &peer.view);
	peer.ns_creator = peer_ns_creator(ns);
	peer.pid = peer_pid(pid);
	peer.server_pid_ns = peer_pid_ns(BPF_CORE_READ(task, thread_pid));
	return 0;
}

#endif
