/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An open file descriptor of a process, as in /proc/PID/fd and /proc/PID/fdinfo: one record in the
 * stream of file descriptors.
 */
#ifndef BPF_ITER_FD_BPF_H
#define BPF_ITER_FD_BPF_H

#include <linux/fcntl.h>

#include "iter/file_path.h"
#include "iter/select_cached.h"

struct fd_record {
	struct procsieve_record header;
	struct procsieve_fd file;
};

#define FD_FIXED (sizeof(struct procsieve_record) + offsetof(struct procsieve_fd, path))

static __not_split struct selected_process fd_process;

/*
 * Whether the process's table of file descriptors still has the file at this number. The kernel
 * found it there before the process was checked.
 */
static __always_inline bool fd_is_open(const struct task_struct *task, __u32 fd,
				       const struct file *file)
{
	const struct fdtable *table = BPF_CORE_READ(task, files, fdt);
	const struct file *there = NULL;

	if (fd >= BPF_CORE_READ(table, max_fds))
		return false;
	bpf_probe_read_kernel(&there, sizeof(there), BPF_CORE_READ(table, fd) + fd);
	return there == file;
}

/*
 * Whether the file may be read. For a caller that may not see all processes, it has to belong to
 * the process that was checked.
 */
static __always_inline enum attempt fd_check(const struct task_struct *task, __u32 fd,
					     const struct file *file)
{
	if (!snapshot_config.restricted)
		return ATTEMPT_WRITE;
	if (!fd_is_open(task, fd, file))
		return ATTEMPT_DROP;
	return attempt_wait_for_exec(&fd_process.attempts, &fd_process.identity);
}

SEC("iter/task_file")
int snapshot_fds(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	const struct file *untrusted;
	const struct inode *inode;
	struct fd_record *record;
	struct scratch *scratch;
	struct sieve_comm comm;
	enum attempt attempt;
	__u32 length;

	if (!task || !file)
		return 0;
	task_comm(&comm, task);
	scratch = scratch_start_unshared(PROCSIEVE_STREAM_FDS);
	if (!scratch || !select_cached(&fd_process, task, &comm))
		return 0;
	attempt = fd_check(task, ctx->fd, file);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	record = (struct fd_record *)scratch->record;
	select_cached_header(&record->header, task, PROCSIEVE_FD, &comm);
	untrusted = file_untrusted(file);
	record->file.fd = ctx->fd;
	/* It is a flag of the descriptor, not of the file; some files have it nevertheless. */
	record->file.flags = untrusted->f_flags & ~O_CLOEXEC;
	record->file.offset = untrusted->f_pos;
	inode = file_inode(file);
	record->file.inode = BPF_CORE_READ(inode, i_ino);
	length = file_path(scratch, FD_FIXED, file);
	record->file.path_len = length;
	attempt = select_cached_end(&fd_process, task);
	if (attempt != ATTEMPT_WRITE)
		return attempt_result(attempt);
	process_write(ctx->meta->seq, scratch, FD_FIXED + length, process_order(scratch, task));
	return 0;
}

#endif
