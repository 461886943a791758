/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks up the user namespace that a client of the server was in when it connected. Run by the
 * server, which owns the descriptor; the kernel keeps the credentials with the socket, so the
 * client may have gone meanwhile.
 */
#ifndef PEER_BPF_H
#define PEER_BPF_H

#include "owner.h"
#include "peer.h"

struct peer peer;

SEC("raw_tp")
int look_up_peer(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	struct file **files = BPF_CORE_READ(table, fd), *file = NULL;
	struct user_namespace *ns;
	struct socket *socket;

	peer.found = 0;
	if (peer.fd >= BPF_CORE_READ(table, max_fds))
		return 0;
	bpf_probe_read_kernel(&file, sizeof(file), &files[peer.fd]);
	socket = BPF_CORE_READ(file, private_data);
	ns = BPF_CORE_READ(socket, sk, sk_peer_cred, user_ns);
	if (!ns)
		return 0;
	peer.level = BPF_CORE_READ(ns, level);
	for (int i = 0; i < USER_NS_DEPTH && BPF_CORE_READ(ns, level) > 1; i++)
		ns = BPF_CORE_READ(ns, parent);
	peer.maker = BPF_CORE_READ(ns, owner.val);
	peer.found = 1;
	return 0;
}

#endif
